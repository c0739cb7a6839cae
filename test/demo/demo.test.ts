// `make demo` from the outside, in every engine: its story, its exit status, and what it leaves behind, which is nothing.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { describeWith, requireQjs } from "../engine/native.ts";
import { shellOf } from "./router.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the demo with a folder of its own for temporary files. */
function demo(args: readonly string[], env: Record<string, string> = {}) {
  const command = ["--import", "tsx", "test/demo/demo.ts", ...args];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (more) => {
      said += more;
    });
  }
  return new Promise<{ code: number | null; said: string }>((done) => {
    child.on("close", (code) => done({ code, said }));
  });
}

/** What is left of a demo: its folders, and processes that were told of them. tsx keeps a cache of its own there. */
function leftovers(): string[] {
  const files = readdirSync(folder).filter((name) => !/^(tsx-|node-compile-cache)/.test(name));
  const processes = readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "latin1").includes(`=${folder}/`);
    } catch {
      return false;
    }
  });
  return [...files, ...processes.map((pid) => `process ${pid}`)];
}

/** The demo's lines without their times. */
function lines(said: string): string[] {
  return said.split("\n").map((line) => line.replace(/^ *\d+\.\d s {2}/, ""));
}

function expectStory(said: string): void {
  const story = lines(said).filter((line) => /^ {2}(DNS|ifup)/.test(line));
  const plain = story.map((line) => line.trim().replace(/run of \d+ ms/, "run"));
  const dns = (address: string): string => `DNS: router.dyn.example.com A ${address}`;
  expect(plain).toEqual([
    dns("(no record)"),
    "ifup -> hook -> run: asked set 201",
    dns("176.32.100.36"),
    "ifupdate -> hook -> run: asked set 201",
    dns("176.32.100.77"),
    "ifup -> hook -> run: no request",
    dns("176.32.100.77"),
    "ifupdate -> hook -> run: asked set 401, then get 200",
    dns("176.32.100.77"),
    "ifupdate -> hook -> run: asked get 200, then set 201",
    dns("176.32.100.200"),
  ]);
  expect(said.replace(/\s+/g, " ")).toMatch(/refuses the token for 176\.32\.100\.78 \(401\)/);
  expect(said).toMatch(/next +look in \d+ min\n.*admin history/);
  const notices = lines(said).filter((line) => line.startsWith("  Notice: "));
  expect(notices.map((line) => line.replace(/.* has /, ""))).toEqual([
    "176.32.100.36",
    "176.32.100.77, before that 176.32.100.36",
    "176.32.100.200, before that 176.32.100.77",
  ]);
  const past = lines(said).filter((line) => /^ {4}A {5}20/.test(line));
  expect(past.map((line) => line.trim().split(/ {2,}/)[2])).toEqual([
    "176.32.100.200",
    "176.32.100.77",
    "176.32.100.36",
  ]);
  expect(said).toContain("Done: DNS followed the router every time");
}

it("takes a shell that can close what the hook closes, or says what to install", () => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const shell = (name: string, status: number): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 });
  shell("sh", 2);
  expect(() => shellOf([], bin)).toThrow("install busybox");
  shell("bash", 0);
  const notes: string[] = [];
  expect(shellOf(notes, bin)).toEqual([join(bin, "bash")]);
  expect(notes).toEqual([
    `no busybox that runs what is on PATH: ${join(bin, "bash")} plays the router's shell`,
  ]);
  shell("busybox", 127);
  expect(shellOf([], bin)).toEqual([join(bin, "busybox"), "ash"]);
  rmSync(bin, { recursive: true });
});

describeWith("make demo", ["curl", "busybox", "flock"], () => {
  it("tells its story in QuickJS WASM, which needs no native engine", async () => {
    const { code, said } = await demo(["--wasm"]);
    expectStory(said);
    expect(code).toBe(0);
    expect(leftovers()).toEqual([]);
  }, 60_000);

  it("says what it needs where curl is missing, and leaves", async () => {
    const { code, said } = await demo([], { PATH: "/nonexistent" });
    expect(said).toMatch(/^demo: the demo's router fetches by curl: install it/m);
    expect(code).toBe(1);
    expect(leftovers()).toEqual([]);
  });
});

describeWith("make demo in native qjs", ["qjs", "curl", "busybox", "flock"], () => {
  it("tells the same story", async () => {
    const { code, said } = await demo([], { QJS: requireQjs() });
    expect(said).toContain("Engine: native qjs");
    expectStory(said);
    expect(code).toBe(0);
    expect(leftovers()).toEqual([]);
  }, 60_000);
});
