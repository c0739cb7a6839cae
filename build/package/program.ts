// The programs that packages carry, built afresh, so that no package holds yesterday's; refuses when a build fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the bundle and returns its path. */
export function scriptProgram(): string {
  return made("build/bundle.ts", [], "lambda-ddns.js");
}

/** Builds the executable for `target` and returns its path and the folder of licences beside it. */
export function standaloneProgram(target: string): { program: string; licenses: string } {
  const program = made("build/standalone.ts", ["--target", target], `lambda-ddns-standalone-${target}`);
  return { program, licenses: join(ROOT, "dist/licenses-standalone") };
}

/** Builds the function for Lambda and returns its path. */
export function lambdaProgram(): string {
  return made("build/lambda.ts", [], "lambda.zip");
}

function made(script: string, words: readonly string[], product: string): string {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", script, ...words], {
    cwd: ROOT,
    // What takes minutes says so.
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`${script} failed, so there is no program to package`);
  return join(ROOT, "dist", product);
}
