// The client as one ES module with every room as an ordinary module; refuses nothing itself.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

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
}
