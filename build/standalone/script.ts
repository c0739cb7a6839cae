// The client as one ES module with every room as an ordinary module; refuses one that names what main.c leaves out.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Parts of the language that main.c does not add to its engine. */
const LEFT_OUT = /(?<![\w$.])(?:eval|Function|Proxy|WeakRef|FinalizationRegistry)\b|\.normalize\(|\bimport\(/;

/** Writes the module that is compiled into a standalone executable to `outfile`. */
export function buildStandaloneScript(outfile: string): void {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string };
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["src/client/main.ts"],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    external: ["std", "os"],
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: "silent",
  });
  const trouble = leftOut(readFileSync(outfile, "utf8"));
  if (trouble !== null) {
    throw new Error(
      `the client names ${trouble}, which openwrt/lambda-ddns-standalone/src/main.c leaves out`,
    );
  }
}

/** The first name in `script` that the standalone engine lacks, or null. */
export function leftOut(script: string): string | null {
  return LEFT_OUT.exec(script)?.[0] ?? null;
}
