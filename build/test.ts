// `make test`: bundles, provisions the native qjs, runs every test that this machine can run and names the others; with CI=true nothing may be missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingProgram, NEEDS } from "./needs.ts";
import { findQjs } from "./qjs.ts";
import { type Report, skipReasons } from "./report.ts";
import { extentOf, LONG_SUITES } from "./suites.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** As measured, the last one apart. */
const MINUTES = { sample: "about 4 minutes", ci: "about 20 minutes", all: "more than an hour" } as const;

/** Sentences about programs that this machine lacks. */
function missing(): string[] {
  const qjs = findQjs();
  const programs = NEEDS.map(({ program }) => missingProgram(program));
  return ["missing" in qjs ? qjs.missing : null, ...programs].filter((reason) => reason !== null);
}

/** Builds the bundle that the tests run; its own words go to the terminal. */
function bundle(): boolean {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", "build/bundle.ts"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  return status === 0;
}

/** Runs vitest with `args` and returns its exit code and its own count, null where it made none. */
function vitest(args: string[]): { code: number; report: Report | null } {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ddns-test-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const command = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args];
    // A make that a test starts must not take itself for a part of this one.
    const { MAKEFLAGS: _flags, MAKELEVEL: _level, MFLAGS: _old, ...env } = process.env;
    const { status } = spawnSync(process.execPath, command, {
      cwd: ROOT,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : null;
    return { code: status ?? 1, report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main(): number {
  const strict = process.env["CI"] === "true";
  console.log(`This takes ${MINUTES[extentOf(process.env)]} on two idle cores.`);
  const programs = missing();
  if (!bundle()) {
    console.log("the bundle could not be built: nothing was tested");
    return 1;
  }
  const args = process.argv.slice(2);
  const sample = extentOf(process.env) === "sample" && args.length === 0;
  const excluded = sample ? LONG_SUITES.flatMap((suite) => ["--exclude", suite]) : [];
  const { code, report } = vitest([...args, ...excluded]);
  const lacks = [...new Set([...programs, ...(report === null ? [] : skipReasons(report))])];
  if (lacks.length > 0)
    console.log(`${strict ? "Missing, and nothing may be" : "Not tested on this machine"}:`);
  for (const reason of lacks) console.log(`  - ${reason}`);
  if (sample)
    console.log(
      `${LONG_SUITES.length} long suites were left out, and others tried samples: \`make test-all\` runs all of it.`,
    );
  if (report === null) {
    console.log("vitest made no report: nothing can be said to have passed");
    return 1;
  }
  // A file that fails to load counts no test of its own: it must not close on "0 failed".
  const failed = Math.max(report.numFailedTests, code === 0 ? 0 : 1);
  const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : "";
  console.log(`${report.numPassedTests} passed, ${failed} failed${skipped}`);
  return code !== 0 || (strict && lacks.length > 0) ? 1 : 0;
}

process.exitCode = main();
