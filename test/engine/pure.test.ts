// Every pure suite gives the same cases and passes in Node, in QuickJS WASM and in native qjs; refuses to be satisfied with none.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWith, requireQjs } from "./native.ts";
import { pureFiles, runSuiteInQjs, runSuiteInWasm } from "./suite.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pure-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The number of cases that vitest itself finds in each file. */
function countInNode(files: readonly string[]): Map<string, number> {
  const out = join(folder, "list.json");
  const args = ["node_modules/vitest/vitest.mjs", "list", `--json=${out}`, ...files];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`vitest could not list the pure suites: ${stderr}`);
  const counts = new Map<string, number>();
  for (const { file } of JSON.parse(readFileSync(out, "utf8")) as { file: string }[]) {
    const path = relative(ROOT, file);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

const files = pureFiles();
let expected: Map<string, number>;
beforeAll(() => {
  expected = countInNode(files);
});

it("finds pure suites", () => {
  expect(files.length).toBeGreaterThan(0);
  expect([...expected.keys()].sort()).toEqual(files);
});

describe("in QuickJS WASM", () => {
  it.each(files)(
    "%s",
    async (file) => {
      expect(await runSuiteInWasm([file])).toEqual({ passed: expected.get(file), failed: [] });
    },
    120_000,
  );
});

describeWith("in native qjs", ["qjs"], () => {
  it.each(files)(
    "%s",
    async (file) => {
      expect(await runSuiteInQjs([file], requireQjs())).toEqual({ passed: expected.get(file), failed: [] });
    },
    120_000,
  );
});

describe("a failing case", () => {
  const text = `import { describe, expect, it } from "vitest";
    describe("arithmetic", () => { it("adds", () => expect(1 + 1).toBe(3)); it("waits", async () => {}); it("holds", () => {}); });`;
  it("is reported by name, with the others still run", async () => {
    const file = join(folder, "broken.pure.test.ts");
    writeFileSync(file, text);
    const { passed, failed } = await runSuiteInWasm([file]);
    expect(passed).toBe(1);
    expect(failed).toEqual([
      { name: "arithmetic > adds", message: "expected 2 toBe 3" },
      { name: "arithmetic > waits", message: expect.stringContaining("asynchronous") },
    ]);
  });
});
