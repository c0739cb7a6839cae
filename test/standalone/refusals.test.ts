// What `make standalone` refuses: each a sentence with the remedy, nothing half-written left behind; refuses to need a compiler.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { cached, isCached, verify } from "../../build/standalone/cache.ts";
import { leftOut } from "../../build/standalone/script.ts";
import { targetNamed } from "../../build/standalone/targets.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "standalone-refusals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function standalone(target: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr, pid } = spawnSync(
    process.execPath,
    ["--import", "tsx", "build/standalone.ts", "--target", target],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, ...env } },
  );
  // Other builds may be under way beside this one.
  const own = (name: string) => name.startsWith(`.standalone-${pid}-`);
  const leftovers = existsSync(`${ROOT}dist`) ? readdirSync(`${ROOT}dist`).filter(own) : [];
  return { status, stdout, stderr, leftovers };
}

describe("make standalone", () => {
  it("names the known targets for an unknown one", () => {
    expect(standalone("mips64")).toEqual({
      status: 1,
      stdout: "",
      leftovers: [],
      stderr: expect.stringMatching(
        /^make standalone: TARGET=mips64 is unknown; choose one of x86_64, aarch64, arm, mips, mipsel, or an architecture: aarch64_cortex-a53, .*\n$/,
      ),
    });
  });

  it("takes an architecture's name as a router prints it", () => {
    expect(targetNamed("mipsel_74kc").name).toBe("mipsel");
    expect(targetNamed("x86_64").name).toBe("x86_64");
  });

  it("names a compiler that does not exist, and leaves nothing in dist", () => {
    expect(standalone("x86_64", { ZIG: join(folder, "zig") })).toEqual({
      status: 1,
      stdout: "",
      leftovers: [],
      stderr: `make standalone: ZIG=${join(folder, "zig")} does not exist: unset ZIG or correct it\n`,
    });
  });

  it("a compiler that fails leaves nothing in dist either", () => {
    const zig = join(folder, "bin", "zig");
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(zig, "#!/bin/sh\necho 'zig: broken today' >&2\nexit 1\n", { mode: 0o755 });
    const { status, stderr, leftovers } = standalone("x86_64", {
      ZIG: zig,
      QUICKJS_SOURCE: join(folder, "no-such-archive"),
    });
    expect(status).toBe(1);
    // Whichever comes first on this machine: the source is not here yet, or the compiler fails.
    expect(stderr).toMatch(/zig: broken today|no-such-archive does not exist: give a copy of quickjs_/);
    expect(leftovers).toEqual([]);
  });
});

describe("what is fetched", () => {
  it("counts only with the recorded hash", () => {
    const file = join(folder, "archive");
    writeFileSync(file, "abc");
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const sha512 = "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
    verify(file, "sha256", sha256, "never");
    verify(file, "sha512", sha512, "never");
    writeFileSync(file, "abd");
    expect(() => verify(file, "sha256", sha256, "fetch it again")).toThrow(
      new RegExp(`archive has sha256 a52d159f.*, not the recorded ${sha256}: fetch it again$`),
    );
  });

  it("is put in place at once or not at all", () => {
    const name = `test-${process.pid}`;
    expect(() =>
      cached(name, (work) => {
        writeFileSync(join(work, "half"), "");
        throw new Error("cut off");
      }),
    ).toThrow("cut off");
    expect(isCached(name)).toBe(false);
    const place = cached(name, (work) => writeFileSync(join(work, "whole"), ""));
    expect(readdirSync(place)).toEqual(["whole"]);
    cached(name, () => expect.unreachable("made twice"));
    rmSync(place, { recursive: true });
  });
});

it("a client that names what the engine is built without is refused", () => {
  for (const script of [
    "new Proxy({},{})",
    'eval("1")',
    'a.normalize("NFC")',
    'Function("1")',
    "import(a)",
  ]) {
    expect(leftOut(script), script).not.toBeNull();
  }
  expect(leftOut('import*as a from"std";function b(){}var evaluate,c="the function URL";c.eval')).toBeNull();
});
