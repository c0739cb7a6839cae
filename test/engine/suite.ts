// Runs pure test files inside QuickJS, as WASM and native; refuses files that need Node (they do not bundle) and runs that report nothing.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { listFiles } from "../../build/tree.ts";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import { portable } from "./portable.ts";
import type { SuiteCount } from "./shim.ts";
import { runBundleInWasm } from "./wasm.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SHIM = join(ROOT, "test/engine/shim.ts");
/** Generated inputs take a while in WASM. */
const SUITE_INTERRUPTS = 5_000_000;

/** Every pure test file of the repository, relative to its root. */
export function pureFiles(): string[] {
  return listFiles(ROOT, "test").filter((path) => path.endsWith(".pure.test.ts"));
}

/** The files as one ES module, with the shim in vitest's place; running it prints a SuiteCount as JSON. */
export async function bundleSuite(files: readonly string[]): Promise<string> {
  const lines = files.map((file) => `import ${JSON.stringify(resolve(ROOT, file))};`);
  const contents = `${lines.join("\n")}\nimport { runCases } from "vitest";\nconsole.log(JSON.stringify(runCases()));`;
  return portable(contents, ROOT, {
    alias: { vitest: SHIM },
    // fast-check looks for timers while it loads; nothing synchronous calls them.
    banner: {
      js: "globalThis.setTimeout ??= () => { throw new Error('no timers'); }; globalThis.clearTimeout ??= () => {};",
    },
  });
}

function readCount(engine: string, stdout: string, stderr: string): SuiteCount {
  const last = stdout.trimEnd().split("\n").pop() ?? "";
  if (!last.startsWith('{"passed"'))
    throw new Error(`the suite did not run to its end in ${engine}: ${stderr || stdout}`);
  return JSON.parse(last) as SuiteCount;
}

/** Runs the files in QuickJS WASM. */
export async function runSuiteInWasm(files: readonly string[]): Promise<SuiteCount> {
  const source = await bundleSuite(files);
  const { stdout, stderr } = await runBundleInWasm({
    source,
    host: makeFakeOs(),
    mostInterrupts: SUITE_INTERRUPTS,
  });
  return readCount("WASM", stdout, stderr);
}

/** Runs the files in the native qjs at `qjs`. */
export async function runSuiteInQjs(files: readonly string[], qjs: string): Promise<SuiteCount> {
  const folder = mkdtempSync(join(tmpdir(), "suite-"));
  try {
    const file = join(folder, "suite.js");
    writeFileSync(file, await bundleSuite(files));
    const { stdout, stderr } = spawnSync(qjs, ["-m", file], { encoding: "utf8", maxBuffer: 1 << 26 });
    return readCount("native qjs", stdout, stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
