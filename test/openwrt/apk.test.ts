// The package for apk as it is laid out before apk-tools pack it: modes, lists and scripts; the packing itself needs apk.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layOut } from "../../build/package/apk.ts";
import { scriptContent } from "../../build/package/content.ts";
import { readRecipe, standaloneRecipe } from "../../build/package/recipe.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-apk-"));
  writeFileSync(join(folder, "program.js"), "// the program\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const content = () => scriptContent(join(folder, "program.js"));

/** Lays the package out under this umask; the arguments of apk. */
function layOutUnder(umask: number): string[] {
  mkdirSync(join(folder, "work"));
  const before = process.umask(umask);
  try {
    return layOut(readRecipe(), content(), join(folder, "work"), "dist/x.apk");
  } finally {
    process.umask(before);
  }
}

/** Modes by path below the tree, which is `./`. */
function modes(): Record<string, string> {
  const root = join(folder, "work", "root");
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [`.${path.slice(root.length)}${entry.isDirectory() ? "/" : ""}`, path] as const;
  });
  const all = [["./", root] as const, ...entries];
  return Object.fromEntries(all.map(([name, path]) => [name, (lstatSync(path).mode & 0o7777).toString(8)]));
}

test.each(["022", "077", "002"])(
  "under umask %s: the ipk's modes, or /usr would be closed to others",
  (umask) => {
    layOutUnder(Number.parseInt(umask, 8));
    const own = content().map(({ name, mode }) => [name, mode.toString(8)]);
    const lists = ["list", "conffiles", "conffiles_static"].map((suffix) => [
      `./lib/apk/packages/lambda-ddns.${suffix}`,
      "644",
    ]);
    const folders = ["./lib/", "./lib/apk/", "./lib/apk/packages/"].map((name) => [name, "755"]);
    expect(modes()).toEqual(Object.fromEntries([...own, ...folders, ...lists]));
  },
);

test("its lists name every file but themselves, and the configuration with the digest that it ships with", () => {
  layOutUnder(0o022);
  const read = (suffix: string): string[] =>
    readFileSync(join(folder, "work", "root", "lib/apk/packages", `lambda-ddns.${suffix}`), "utf8").split(
      "\n",
    );
  const files = content().filter(({ name }) => !name.endsWith("/"));
  expect(read("list")).toEqual([...files.map(({ name }) => name.slice(1)).sort(), ""]);
  expect(read("conffiles")).toEqual(["/etc/config/lambda-ddns", ""]);
  expect(read("conffiles_static")[0]).toMatch(/^\/etc\/config\/lambda-ddns [0-9a-f]{64}$/);
});

test("apk is told what opkg is told, and every script is there", () => {
  const words = layOutUnder(0o022);
  const after = (flag: string): string[] => words.filter((_, index) => words[index - 1] === flag);
  const depends = `depends:${readRecipe().depends.join(" ")}`;
  expect(after("--info")).toEqual(expect.arrayContaining(["name:lambda-ddns", "arch:noarch", depends]));
  const scripts = after("--script").map((word) => word.split(":", 2));
  expect(scripts.map(([type]) => type)).toEqual([
    "post-install",
    "post-upgrade",
    "pre-deinstall",
    "post-deinstall",
  ]);
  for (const [, path = ""] of scripts) expect(readFileSync(path, "utf8")).toMatch(/^#!\/bin\/sh\n\S/);
  const other = layOut(standaloneRecipe(readRecipe(), "x86_64"), [], join(folder, "work"), "dist/x.apk");
  expect(other).toEqual(
    expect.arrayContaining(["arch:x86_64", expect.stringMatching(/^provides:lambda-ddns=/)]),
  );
});
