// The package's Makefile, run by make with a stand-in for the SDK: it installs the very tree that `make ipk` packs.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import { scriptContent, standaloneContent } from "../../build/package/content.ts";
import { readRecipe } from "../../build/package/recipe.ts";
import type { Member } from "../../build/package/tar.ts";
import { NOBLE_LICENSE } from "../../build/standalone/licenses.ts";
import { testWith } from "./able.ts";

const test = testWith("make");

const SDK = fileURLToPath(new URL("sdk", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../openwrt/lambda-ddns", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-sdk-"));
  cpSync(PACKAGE, join(folder, "openwrt/lambda-ddns"), { recursive: true });
  mkdirSync(join(folder, "node_modules/@noble/hashes"), { recursive: true });
  cpSync(NOBLE_LICENSE, join(folder, "node_modules/@noble/hashes/LICENSE"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(...words: string[]): { code: number | null; stderr: string } {
  const cwd = join(folder, "openwrt/lambda-ddns");
  const args = ["--no-print-directory", `TOPDIR=${SDK}`, `DESTDIR=${join(folder, "root")}`, ...words];
  const { status, stderr } = spawnSync("make", args, { cwd, encoding: "utf8" });
  return { code: status, stderr };
}

/** What a shell script does: our own packages leave its comments out, and a feed does not. */
function code(name: string, text: string): string {
  const isShell = /(functions|hooks)\.sh$|\/95-lambda-ddns$|init\.d\/lambda-ddns$|bin\/lambda-ddns$/.test(
    name,
  );
  return isShell ? text.replaceAll(/^\s*(#(?!!).*)?\n/gm, "") : text;
}

/** Path, mode and content of everything below `root`. */
function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const { mode } = statSync(path);
      const name = `.${path.slice(root.length)}`;
      if (statSync(path).isDirectory()) return `${name}/ ${(mode & 0o777).toString(8)}`;
      return `${name} ${(mode & 0o777).toString(8)} ${code(name, readFileSync(path, "latin1"))}`;
    })
    .sort();
}

const packed = (program: string): string[] => listed(scriptContent(program));

/** Members as `tree` shows files. */
function listed(members: readonly Member[]): string[] {
  return members
    .filter(({ name }) => name !== "./")
    .map(({ name, mode, bytes }) => {
      const text = Buffer.from(bytes).toString("latin1");
      return name.endsWith("/")
        ? `${name} ${mode.toString(8)}`
        : `${name} ${mode.toString(8)} ${code(name, text)}`;
    })
    .sort();
}

test("a checkout used as a feed: the bundle comes from dist/, the tree is the ipk's", () => {
  const program = join(folder, "dist/lambda-ddns.js");
  mkdirSync(join(folder, "dist"));
  writeFileSync(program, "// from dist\n");
  expect(make()).toEqual({ code: 0, stderr: "" });
  expect(tree(join(folder, "root"))).toEqual(packed(program));
});

test("the self-contained folder of `make feed` needs no dist/, and prefers its own program", () => {
  const program = join(folder, "openwrt/lambda-ddns/lambda-ddns.js");
  writeFileSync(program, "// in the folder\n");
  renameSync(
    join(folder, "node_modules/@noble/hashes/LICENSE"),
    join(folder, "openwrt/lambda-ddns/noble-hashes.txt"),
  );
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist/lambda-ddns.js"), "// stale\n");
  expect(make()).toEqual({ code: 0, stderr: "" });
  expect(tree(join(folder, "root"))).toEqual(packed(program));
});

test("without a program it says how to get one", () => {
  const { code, stderr } = make();
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/^lambda-ddns: no program to package\. In a checkout, run 'make bundle'/);
});

test("the standalone's Makefile, in a checkout that is its owner's alone, installs the tree that its ipk has", () => {
  const standalone = join(folder, "openwrt/lambda-ddns-standalone");
  const licenses = join(folder, "licenses");
  for (const path of [join(folder, "built/client"), licenses]) mkdirSync(path, { recursive: true });
  for (const [path, text] of [
    ["built/client/lambda-ddns", "the program"],
    ["built/LICENSE", "QuickJS'"],
    ["licenses/quickjs.txt", "QuickJS'"],
    ["licenses/noble-hashes.txt", "noble's"],
    ["dist/feed/lambda-ddns-standalone/noble-hashes.txt", "noble's"],
    ["dist/feed/lambda-ddns-standalone/lambda-ddns.js", "// what was compiled"],
  ] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  cpSync(join(PACKAGE, "../lambda-ddns-standalone"), standalone, { recursive: true });
  expect(spawnSync("chmod", ["-R", "go-rwx", join(folder, "openwrt")]).status).toBe(0);
  const done = ["Build/Prepare=", "Build/Compile=", `PKG_BUILD_DIR=${join(folder, "built")}`];
  expect(make("-C", standalone, ...done)).toEqual({ code: 0, stderr: "" });
  const own = standaloneContent(join(folder, "built/client/lambda-ddns"), licenses);
  expect(tree(join(folder, "root"))).toEqual(listed(own));
});

test("the feed's own check of the version: passes for it, fails for another and for a package that it does not know", () => {
  writeFileSync(join(folder, "lambda-ddns"), "#!/bin/sh\necho lambda-ddns 1.2.3\n", { mode: 0o755 });
  const check = (PKG_NAME: string, PKG_VERSION: string): number | null => {
    const env = { PATH: `${folder}:${process.env["PATH"]}`, PKG_NAME, PKG_VERSION };
    return spawnSync("sh", [join(PACKAGE, "test-version.sh"), PKG_NAME, PKG_VERSION], { env }).status;
  };
  expect([check("lambda-ddns", "1.2.3"), check("lambda-ddns", "1.2.4"), check("other", "1.2.3")]).toEqual([
    0, 1, 1,
  ]);
});

test("the fields that the feed's reviewers demand, and scriptlets without stray blanks", () => {
  const makefile = readFileSync(join(PACKAGE, "Makefile"), "utf8");
  expect(makefile).toMatch(/^ {2}SUBMENU:=IP Addresses and Names$/m);
  expect(makefile).toMatch(/^PKG_MAINTAINER:=.+ <.+@.+>$/m);
  // `all`: the file is the same for every router.
  expect(readRecipe().architecture).toBe("all");
  expect(readRecipe().conffiles).toEqual(["/etc/config/lambda-ddns"]);
  expect(readRecipe().scripts["postrm"]).toMatch(/^#!\/bin\/sh\n\S/);
});
