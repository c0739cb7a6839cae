// The borders as a program for any engine: what native qjs and QuickJS WASM make of the same garbage as Node. Refuses an engine that reports nothing.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { portable } from "../engine/portable.ts";
import { runBundleInWasm } from "../engine/wasm.ts";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import type { Fed } from "./feed.ts";

/** A script that feeds every border in turn with inputs 0 to `count - 1` and prints a list of Fed. */
function script(borders: number, count: number, deep: boolean): Promise<string> {
  const contents = `import { feed, feedDeep } from "./feed.ts";
    const fed = [];
    if (${deep}) feedDeep();
    for (let border = 0; border < ${borders}; border++) fed.push(feed(border, 0, ${count}));
    console.log(JSON.stringify(fed));`;
  return portable(contents, fileURLToPath(new URL(".", import.meta.url)));
}

function read(stdout: string, stderr: string): Fed[] {
  const last = stdout.trimEnd().split("\n").pop() ?? "";
  if (!last.startsWith("[{")) throw new Error(`the engine reported nothing: ${stderr || stdout}`);
  return JSON.parse(last);
}

export async function feedInWasm(borders: number, count: number): Promise<Fed[]> {
  const source = await script(borders, count, false);
  const { stdout, stderr } = await runBundleInWasm({
    source,
    host: makeFakeOs(),
    mostInterrupts: 50_000_000,
  });
  return read(stdout, stderr);
}

export async function feedInQjs(qjs: string, borders: number, count: number): Promise<Fed[]> {
  const folder = mkdtempSync(join(tmpdir(), "garbage-"));
  try {
    const file = join(folder, "garbage.js");
    writeFileSync(file, await script(borders, count, true));
    const { stdout, stderr } = spawnSync(qjs, ["-m", file], { encoding: "utf8", maxBuffer: 1 << 28 });
    return read(stdout, stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
