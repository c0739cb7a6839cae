// `make check`: types, lint and formatting, house rules, shellcheck, budgets; runs every step and shows every failure, never only the first.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUDGETS, weigh } from "./budgets/budgets.ts";
import { missingProgram } from "./needs.ts";
import { shellFiles } from "./tree.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One named step; `run` returns null when all is well, else what was wrong, as the tool put it. */
interface Step {
  name: string;
  run(): string | null;
}

function tool(program: string, args: readonly string[]): string | null {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  if (status === 0) return null;
  return error === undefined ? `${stdout}${stderr}`.trimEnd() : `${program} does not start: ${error.message}`;
}

function npmTool(name: string, args: readonly string[]): string | null {
  return tool(join("node_modules/.bin", name), args);
}

/** Lints every shell file; without shellcheck says how to get it, which fails only with CI=true. */
function shellcheck(): string | null {
  const reason = missingProgram("shellcheck");
  if (reason === null) return tool("shellcheck", ["--color=never", ...shellFiles(ROOT)]);
  if (process.env["CI"] === "true") return reason;
  console.log(`  skipped: ${reason}`);
  return null;
}

/** Weighs what was built, and says so; each budget over its limit is a line. */
function budgets(): string | null {
  const weighed = BUDGETS.map(weigh);
  for (const { holds, measured, line } of weighed)
    if (holds) console.log(`  ${measured ? "" : "skipped: "}${line}`);
  const over = weighed.filter(({ holds }) => !holds);
  return over.length === 0 ? null : over.map(({ line }) => line).join("\n");
}

const STEPS: readonly Step[] = [
  { name: "types: protocol, server, build, tests", run: () => npmTool("tsc", ["-p", "."]) },
  {
    name: "types: client, without Node's and the web's names",
    run: () => npmTool("tsc", ["-p", "src/client"]),
  },
  { name: "types: the page for LuCI", run: () => npmTool("tsc", ["-p", "src/luci"]) },
  { name: "lint and formatting", run: () => npmTool("biome", ["check", "--error-on-warnings", "."]) },
  { name: "house rules", run: () => npmTool("vitest", ["run", "--reporter=dot", "test/rules"]) },
  { name: "shellcheck", run: shellcheck },
  { name: "bundle", run: () => tool(process.execPath, ["--import", "tsx", "build/bundle.ts"]) },
  { name: "budgets", run: budgets },
];

function main(): number {
  const failed: string[] = [];
  for (const { name, run } of STEPS) {
    const trouble = run();
    console.log(`${trouble === null ? "ok  " : "FAIL"} ${name}`);
    if (trouble === null) continue;
    failed.push(name);
    console.log(trouble.replaceAll(/^/gm, "     "));
  }
  if (failed.length > 0)
    console.log(`${failed.length} of ${STEPS.length} checks failed: ${failed.join("; ")}`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main();
