// Plants each fault of planted.ts in a copy of the tree and tells what notices it: npx tsx test/world/mutants.ts [LIVES [FIRST]]. Ends with 1 where one slips through.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { crowd } from "./crowd.ts";
import { PLANTED, type Planted } from "./planted.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A prime: combinations of the plan's cases that are tried of all. */
const STRIDE = 101;

/** Whether the line to spoil stands in the client as it is now, once. */
function fits({ file, from }: Planted): boolean {
  return readFileSync(join(ROOT, file), "utf8").split(from).length === 2;
}

/** What notices the fault, or null. */
async function noticed({ file, from, to, test }: Planted, lives: number): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "planted-"));
  try {
    const parts = test ? WHOLE : ["src", "test/core", "test/world", "test/stand-ins", "package.json"];
    for (const part of parts) {
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    );
    if (test) return testNotices(folder, test);
    return (await tableNotices(folder)) ?? (await livesNotice(folder, lives));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a test of the bundle needs. */
const WHOLE = [
  "src",
  "test",
  "build",
  "package.json",
  "vitest.config.ts",
  "tsconfig.json",
  "tsconfig.base.json",
  "LICENSE",
];

function testNotices(folder: string, test: string): string | null {
  const options = { cwd: folder, stdio: "ignore" } as const;
  const built = spawnSync("node_modules/.bin/tsx", ["build/bundle.ts"], options);
  if (built.status !== 0) return null;
  const { status } = spawnSync("node_modules/.bin/vitest", ["run", test], options);
  return status === 1 ? test : null;
}

async function tableNotices(folder: string): Promise<string | null> {
  const outfile = join(folder, "compare.mjs");
  const entry = join(folder, "test/core/plan-compare.ts");
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "silent",
  });
  const { compare }: typeof import("../core/plan-compare.ts") = await import(pathToFileURL(outfile).href);
  return compare(STRIDE).different.length > 0 ? "the table of decisions" : null;
}

async function livesNotice(folder: string, lives: number): Promise<string | null> {
  for (let from = 1; from <= lives; from += 100) {
    const { broken } = await crowd(from, Math.min(100, lives - from + 1), join(folder, "test/world"));
    const laws = [...new Set(broken.map(({ law }) => law))].sort();
    if (broken.length > 0) return `law ${laws.join(", ")} in ${broken.length} lives of ${from + 99}`;
  }
  return null;
}

const lives = Number(process.argv[2] ?? 300);
let slipped = 0;
const chosen = PLANTED.slice(Number(process.argv[3] ?? 0));
for (const planted of chosen) {
  const by = fits(planted) ? await noticed(planted, lives) : null;
  if (by === null) slipped += 1;
  console.log(`${planted.what}: ${by ?? (fits(planted) ? "SLIPS THROUGH" : "fits the client no longer")}`);
}
console.log(`${chosen.length} faults planted, ${slipped} slipped through`);
process.exitCode = slipped > 0 ? 1 : 0;
