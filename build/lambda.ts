// `make lambda`: the function as dist/lambda.zip, the same bytes for the same sources. Refuses 1 MB and more.
// The AWS SDK goes into the zip, cut into pieces that are loaded when first needed: aws/README.md has the figures.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { isMain } from "../src/server/is-main.ts";

/**
 * What routers wait for is built for itself: parts in common with the jobs would hold what any of them needs, and a router would wait
 * while the function reads what only the watch uses.
 */
const FUNCTION = { index: "src/server/aws/function.ts" };
const JOBS = {
  watch: "src/server/aws/watch-function.ts",
  events: "src/server/aws/events-function.ts",
  drain: "src/server/aws/drain-function.ts",
};

const MOST_BYTES = 1_000_000;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The function's files by name, index.mjs first; each other one is a part that some request needs. */
export async function buildFunction(): Promise<Record<string, Uint8Array>> {
  const parts = await Promise.all([buildParts("", FUNCTION), buildParts("jobs-", JOBS)]);
  return Object.fromEntries(parts.flat().sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Entry points and the parts that they load when these are needed, whose names begin with `prefix`. */
async function buildParts(
  prefix: string,
  entryPoints: Readonly<Record<string, string>>,
): Promise<[string, Uint8Array][]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints,
    chunkNames: `${prefix}[name]-[hash]`,
    outdir: "dist/lambda",
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    outExtension: { ".js": ".mjs" },
    // Some of the SDK's dependencies are CommonJS and ask for Node's own modules by require.
    banner: {
      js: 'import{createRequire as makeRequire}from"node:module";const require=makeRequire(import.meta.url);',
    },
  });
  return outputFiles.map(({ path, contents }) => [basename(path), contents]);
}

/** A zip without traces of when and where it was made. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The zip format counts from 1980, in local time; os 3 is Unix, where Lambda wants files that all may read.
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 });
}

async function main(): Promise<number> {
  const files = await buildFunction();
  const bytes = zip(files);
  if (bytes.length >= MOST_BYTES) {
    process.stderr.write(
      `dist/lambda.zip would have ${bytes.length} bytes; less than ${MOST_BYTES} are allowed.\n`,
    );
    return 1;
  }
  mkdirSync(`${ROOT}/dist`, { recursive: true });
  writeFileSync(`${ROOT}/dist/lambda.zip`, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  process.stdout.write(
    `dist/lambda.zip ${bytes.length} bytes, ${Object.keys(files).length} files, sha256 ${sha256}\n`,
  );
  return 0;
}

if (isMain(import.meta.url)) process.exitCode = await main();
