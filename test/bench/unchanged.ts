// Instructions of the run that finds nothing changed, in native qjs by callgrind: the same wherever it is counted, unlike a time. Refuses to count with another engine than the one recorded.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingProgram } from "../../build/needs.ts";
import { findQjs } from "../../build/qjs.ts";
import { benchRouter } from "./router.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));
const RUNS = 3;

/** The engine that the figure in build/budgets.ts was counted with: Debian 13's, which tests fetch. */
export const ENGINE = "2025-04-26";

/** The median of three runs, or a sentence on why it cannot be counted here. */
export function unchangedInstructions(): number | string {
  const noValgrind = missingProgram("valgrind");
  if (noValgrind !== null) return noValgrind;
  const qjs = findQjs();
  if ("missing" in qjs) return qjs.missing;
  if (qjs.version !== ENGINE) return `the figure was recorded with qjs ${ENGINE}, and this is ${qjs.version}`;
  const root = mkdtempSync(join(tmpdir(), "unchanged-"));
  try {
    const path = [dirname(qjs.path)];
    const { env } = benchRouter({ root, port: 1, cacert: join(root, "ca.pem"), httpClient: "curl", path });
    // Nothing listens there: an answer of the service's kind stands in for the one update.
    const answer = '{"return_status": "success", "return_message": "updated"}';
    const head = "HTTP/1.1 201 Created\\r\\nContent-Type: application/json\\r\\n\\r\\n";
    writeFileSync(join(root, "programs/curl"), `#!/bin/sh\nprintf '${head}%s' '${answer}'\n`, {
      mode: 0o755,
    });
    const command = [qjs.path, "-m", BUNDLE, "update", "--trigger", "timer"];
    const first = spawnSync(command[0] ?? "", command.slice(1), { env, encoding: "utf8" });
    if (first.status !== 0) return `the update before it failed: ${first.stderr.trim()}`;
    const counts = Array.from({ length: RUNS }, () => countOnce(command, env, root));
    return counts.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function countOnce(command: readonly string[], env: NodeJS.ProcessEnv, root: string): number {
  const folder = mkdtempSync(join(root, "callgrind-"));
  const options = [
    "--quiet",
    "--tool=callgrind",
    "--trace-children=yes",
    `--callgrind-out-file=${folder}/%p`,
  ];
  const { status, stderr } = spawnSync("valgrind", [...options, ...command], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the unchanged run failed: ${stderr.trim()}`);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const own = texts.filter((text) => /^cmd: .*lambda-ddns\.js/m.test(text));
  return own.reduce((sum, text) => sum + Number(/^totals: (\d+)/m.exec(text)?.[1] ?? 0), 0);
}
