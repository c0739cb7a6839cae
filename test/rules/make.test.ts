// The Makefile on a machine that lacks what every target needs: one line says what, before anything else goes wrong.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import { findProgram } from "../../build/needs.ts";
import { testWith } from "../openwrt/able.ts";

const test = testWith("make");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-make-"));
  for (const name of ["Makefile", "package.json", "package-lock.json"])
    copyFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), join(folder, name));
  mkdirSync(join(folder, "bin"));
  for (const name of ["sh", "sed"]) symlinkSync(findProgram(name) ?? name, join(folder, "bin", name));
  program("npm", "echo npm came to its turn >&2; exit 1");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A node of this `version`: it takes `-v`, and judges `-e` by the real one, which is told that it were that old. */
function node(version: string): void {
  const told = `Object.defineProperty(process.versions, "node", { value: "${version}" });`;
  const real = `exec '${process.execPath}' -e '${told}'"$2"`;
  program("node", `[ "$1" = -v ] && { echo v${version}; exit 0; }\n${real}`);
}

/** The first line that `make bundle` complains with. */
function complaint(): string {
  const env = { PATH: join(folder, "bin") };
  const { status, stderr } = spawnSync(findProgram("make") ?? "make", ["bundle"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect(status).toBe(2);
  return stderr.split("\n", 1)[0] ?? "";
}

test("no Node", () => {
  expect(complaint()).toBe("Node is missing, or its npm: install Node 20.19.0 or newer");
});

test.each(["18.20.8", "20.9.0", "20.18.3", "8.0.0"])("Node %s", (version) => {
  node(version);
  expect(complaint()).toBe(`Node v${version} is too old: install 20.19.0 or newer`);
});

test.each(["20.19.0", "20.20.2", "22.0.0", "24.9.0", "100.0.0"])("Node %s will do", (version) => {
  node(version);
  expect(complaint()).toBe("npm came to its turn");
});
