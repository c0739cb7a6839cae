// `make standalone TARGET=…`: dist/lambda-ddns-standalone-<target>, engine and client in one static file; refuses to leave half of one in dist.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "./standalone/compile.ts";
import { writeLicenses } from "./standalone/licenses.ts";
import { buildStandaloneScript } from "./standalone/script.ts";
import type { Target } from "./standalone/targets.ts";
import { targetNamed } from "./standalone/targets.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

/** Builds for `target` and returns the executable's path; everything appears in dist at once or not at all. */
export function buildStandalone(target: Target): string {
  const product = join(DIST, `lambda-ddns-standalone-${target.name}`);
  mkdirSync(DIST, { recursive: true });
  const work = mkdtempSync(join(DIST, `.standalone-${process.pid}-`));
  try {
    const script = join(work, "lambda-ddns.js");
    const executable = join(work, "lambda-ddns");
    buildStandaloneScript(script);
    compile(target, script, executable);
    const { size } = statSync(executable);
    if (size > target.maxBytes) {
      throw new Error(`${target.name}: ${size} bytes, more than the ${target.maxBytes} that are allowed`);
    }
    writeLicenses(join(DIST, "licenses-standalone"));
    renameSync(executable, product);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return product;
}

function main(): number {
  const { values } = parseArgs({ options: { target: { type: "string", default: "x86_64" } } });
  try {
    const product = buildStandalone(targetNamed(values.target));
    const bytes = readFileSync(product);
    console.log(
      `${product}: ${bytes.length} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex")}`,
    );
    return 0;
  } catch (error) {
    console.error(`make standalone: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
