// Runs once before every test run: provisions the native qjs and rebuilds a stale bundle.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findQjs } from "../../build/qjs.ts";
import { listFiles } from "../../build/tree.ts";
import { provision } from "../standalone/built.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLE = "dist/lambda-ddns.js";
const SOURCES = /^(src\/(client|protocol|shared)\/|build\/(script|bundle)\.ts$|package\.json$)/;

/** Milliseconds since 1970, 0 where there is no such file. */
function changedAt(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Vitest's global setup: the workers inherit $QJS or why there is none, and find a bundle that is not older than its sources. */
export function setup(): void {
  const found = findQjs();
  if ("path" in found) process.env["QJS"] = found.path;
  else process.env["LAMBDA_DDNS_NO_QJS"] = found.missing;
  provision();
  const newest = Math.max(
    ...listFiles(ROOT)
      .filter((path) => SOURCES.test(path))
      .map(changedAt),
  );
  if (newest <= changedAt(BUNDLE)) return;
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "build/bundle.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) console.error(`${BUNDLE} is older than its sources and cannot be built:\n${stderr}`);
}
