// The same lives in Node, in QuickJS as WASM and in native qjs: each does, writes and says the very same in all three (law 12).
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWith, requireQjs } from "../engine/native.ts";
import { portable } from "../engine/portable.ts";
import { runBundleInWasm } from "../engine/wasm.ts";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import { digests } from "./digests.ts";

const LIVES = 30;
const FROM = 5000;
const folder = mkdtempSync(join(tmpdir(), "engines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let source = "";
let inNode: string[] = [];
beforeAll(async () => {
  inNode = digests(FROM, LIVES);
  const contents = `import { digests } from "./digests.ts";\nconsole.log(JSON.stringify(digests(${FROM}, ${LIVES})));`;
  source = await portable(contents, fileURLToPath(new URL(".", import.meta.url)));
});

const last = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").pop() ?? "");

describe("in Node", () => {
  it("the lives are worth comparing", () => {
    expect(new Set(inNode).size).toBe(LIVES);
    expect(inNode.filter((word) => !word.endsWith("law-abiding"))).toEqual([]);
  });
});

describe("in QuickJS WASM", () => {
  it("the same is done and said", async () => {
    const { stdout, stderr } = await runBundleInWasm({
      source,
      host: makeFakeOs(),
      mostInterrupts: 5_000_000,
    });
    expect(stderr).toBe("");
    expect(last(stdout)).toEqual(inNode);
  }, 180_000);
});

describeWith("in native qjs", ["qjs"], () => {
  it("the same is done and said", () => {
    const file = join(folder, "lives.js");
    writeFileSync(file, source);
    const { stdout, stderr } = spawnSync(requireQjs(), ["-m", file], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(last(stdout)).toEqual(inNode);
  }, 180_000);
});
