// The native suites once more, against the standalone executable instead of the script: on x86-64 directly, on the others under qemu with `make test-all`. Refuses to pass where no case ran.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Target } from "../../build/standalone/targets.ts";
import { buildStandalone } from "../../build/standalone.ts";
import { listFiles } from "../../build/tree.ts";
import { cannotRun, runProgram, starter, TESTED } from "./built.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 60_000;
const ALL = process.env["LAMBDA_DDNS_TEST_ALL"] === "1";
const folder = mkdtempSync(join(tmpdir(), "standalone-client-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every suite that runs the client as a process on a router. */
function nativeSuites(): string[] {
  const tests = listFiles(ROOT, "test").filter((path) => path.endsWith(".test.ts"));
  const own = /^test\/(stand-ins|standalone)\//;
  return tests.filter(
    (path) => !own.test(path) && readFileSync(join(ROOT, path), "utf8").includes("stand-ins/router.ts"),
  );
}

interface Report {
  numPassedTests: number;
  testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[];
}

/** Runs the suites with the client at `engine`; returns how many cases passed and what the others said. */
function runSuites(files: readonly string[], engine: string): { passed: number; failed: string[] } {
  const out = join(folder, "report.json");
  const command = ["node_modules/vitest/vitest.mjs", "run", "--reporter=json", `--outputFile=${out}`];
  const { stderr } = spawnSync(process.execPath, [...command, ...files], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, LAMBDA_DDNS_ENGINE: engine },
    maxBuffer: 1 << 26,
  });
  let report: Report;
  try {
    report = JSON.parse(readFileSync(out, "utf8")) as Report;
  } catch {
    throw new Error(`vitest made no report: ${stderr}`);
  }
  const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = cases.filter(({ status }) => status === "failed");
  return {
    passed: report.numPassedTests,
    failed: failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0] ?? ""}`),
  };
}

/** The executable for `target` as one file that starts here. */
function startable(target: Target): string {
  const command = starter(target, buildStandalone(target));
  if (command === null) throw new Error(cannotRun(target) ?? "");
  if (command.length === 1) return command[0];
  const start = join(folder, `start-${target.name}`);
  writeFileSync(start, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`, { mode: 0o755 });
  return start;
}

for (const target of TESTED) {
  const reason = cannotRun(target);
  const title = reason === null ? target.name : `${target.name} [skipped: ${reason}]`;
  describe.skipIf(reason !== null && process.env["CI"] !== "true")(title, () => {
    let engine = "";
    it("says the same version as the script", { timeout: 10 * MINUTES }, () => {
      engine = startable(target);
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
      expect(runProgram([engine], ["--version"])).toEqual({
        status: 0,
        signal: null,
        stdout: `lambda-ddns ${version}\n`,
        stderr: "",
      });
    });

    if (!ALL && target.name !== "x86_64") return;
    it("passes every native suite that the script passes", { timeout: 30 * MINUTES }, () => {
      const { passed, failed } = runSuites(nativeSuites(), engine);
      expect(failed).toEqual([]);
      expect(passed).toBeGreaterThan(0);
    });
  });
}
