// Instructions of the script's runs, in native qjs by callgrind: the same wherever they are counted, unlike a time.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingProgram } from "../needs.ts";
import { findQjs } from "../qjs.ts";
import { benchRouter } from "./router.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));
const RUNS = 3;

/** The engine that the recorded figures were counted with: Debian 13's, which tests fetch. */
export const ENGINE = "2025-04-26";

/** The runs that are counted, in this order: the first one publishes, after it nothing has changed. */
const COMMANDS = {
  update: ["update", "--trigger", "timer"],
  unchanged: ["update", "--trigger", "timer"],
  status: ["status"],
} as const;

export type CountedRun = keyof typeof COMMANDS;

let counted: Record<CountedRun, number> | string | null = null;

/** Instructions in user space of the client's own process, by run, each the median of three; or why they cannot be counted here. */
export function instructions(): Record<CountedRun, number> | string {
  counted ??= count();
  return counted;
}

function count(): Record<CountedRun, number> | string {
  const noValgrind = missingProgram("valgrind");
  if (noValgrind !== null) return noValgrind;
  const qjs = findQjs();
  if ("missing" in qjs) return qjs.missing;
  if (qjs.version !== ENGINE)
    return `the figures were recorded with qjs ${ENGINE}, and this is ${qjs.version}`;
  const counts = Array.from({ length: RUNS }, () => countRound([qjs.path, "-m", BUNDLE]));
  const median = (run: CountedRun) => counts.map((one) => one[run]).toSorted((a, b) => a - b)[1] ?? 0;
  return { update: median("update"), unchanged: median("unchanged"), status: median("status") };
}

/** Each run once, on a router of their own. */
function countRound(script: readonly [string, ...string[]]): Record<CountedRun, number> {
  const root = mkdtempSync(join(tmpdir(), "instructions-"));
  try {
    const path = [dirname(script[0])];
    const { env } = benchRouter({ root, port: 1, cacert: join(root, "ca.pem"), httpClient: "curl", path });
    // Nothing listens there: an answer of the service's kind stands in for the request.
    const answer = '{"return_status": "success", "return_message": "updated"}';
    const head = "HTTP/1.1 201 Created\\r\\nContent-Type: application/json\\r\\n\\r\\n";
    writeFileSync(join(root, "programs/curl"), `#!/bin/sh\nprintf '${head}%s' '${answer}'\n`, {
      mode: 0o755,
    });
    const run = (name: CountedRun) => countOnce([...script, ...COMMANDS[name]], env, root);
    return { update: run("update"), unchanged: run("unchanged"), status: run("status") };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function countOnce(command: readonly string[], env: NodeJS.ProcessEnv, root: string): number {
  const folder = mkdtempSync(join(root, "callgrind-"));
  const out = `--callgrind-out-file=${folder}/%p`;
  const argv = ["--quiet", "--tool=callgrind", "--trace-children=yes", out, ...command];
  const { status, stderr } = spawnSync("valgrind", argv, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command.slice(3).join(" ")} failed: ${stderr.trim()}`);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const own = texts.filter((text) => /^cmd: .*lambda-ddns\.js/m.test(text));
  return own.reduce((sum, text) => sum + Number(/^totals: (\d+)/m.exec(text)?.[1] ?? 0), 0);
}
