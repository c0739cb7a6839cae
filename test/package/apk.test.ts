// Packages for apk: golden bytes, what a reader of the format finds in them, and, where apk-tools 3 are here, their word.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adbWriter } from "../../build/package/adb.ts";
import { apk, apkFileName, apkName } from "../../build/package/apk.ts";
import { scriptContent } from "../../build/package/content.ts";
import { askRealApk, realApkVersion } from "../../build/package/real-apk.ts";
import { readPageRecipe, readRecipe, standaloneRecipe } from "../../build/package/recipe.ts";
import { projectVersion } from "../../build/version.ts";
import { expectGolden, goldenPath } from "./golden.ts";
import { CONTENT, EPOCH, OTHER, SMALL, TEST_KEY } from "./small.ts";
import {
  fieldsOf,
  inflate,
  isSignedBy,
  numberOf,
  pathsOf,
  type Read,
  readAdb,
  readValue,
  textOf,
} from "./unapk.ts";

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const small = () => apk(SMALL, CONTENT, EPOCH, []);
const info = (packed: Uint8Array): Read[] => fieldsOf(fieldsOf(readAdb(packed).root)[0]);
const scripts = (packed: Uint8Array): string[] => fieldsOf(fieldsOf(readAdb(packed).root)[2]).map(textOf);
const dependencies = (value: Read | undefined): string[] =>
  fieldsOf(value).map((one) => fieldsOf(one).map(textOf).join("="));

if (realApkVersion() === null)
  console.warn("no apk of apk-tools 3 on PATH: its second opinion of the golden packages is not asked");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-apk-"));
  writeFileSync(join(folder, "program.js"), "// the program\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["small.apk", SMALL, []],
  ["small-signed.apk", SMALL, [TEST_KEY]],
  ["other.apk", OTHER, []],
])("golden bytes: %s", (name, recipe, keys) => {
  expectGolden(name, apk(recipe, CONTENT, EPOCH, keys).bytes);
  askRealApk(goldenPath(name));
});

/** What the real apk makes of the same tree, before compression; its own order of dependencies is as told. */
function realPackage(): Buffer {
  for (const { path, mode, bytes } of pathsOf(readAdb(small().bytes))) {
    const place = join(folder, "root", path);
    mkdirSync(path.endsWith("/") ? place : dirname(place), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(place, bytes);
    chmodSync(place, mode);
  }
  const names = ["post-install", "pre-deinstall", "post-deinstall", "post-upgrade"];
  const texts = scripts(small().bytes).filter((text) => text !== "");
  for (const [index, name] of names.entries()) writeFileSync(join(folder, name), texts[index] ?? "");
  const told = {
    ...{ name: "small", version: "1.2.3-r4", description: SMALL.title, arch: "noarch", license: "MIT" },
    ...{ origin: "feeds/lambda-ddns", maintainer: SMALL.maintainer },
    ...{ depends: "ca-bundle libc uclient-fetch", provides: "tiny=1.2.3-r4" },
  };
  const words = [
    ...[
      "--compression",
      "none",
      "mkpkg",
      "--files",
      join(folder, "root"),
      "--output",
      join(folder, "real.apk"),
    ],
    ...Object.entries(told).flatMap(([key, value]) => ["--info", `${key}:${value}`]),
    ...names.flatMap((name) => ["--script", `${name}:${join(folder, name)}`]),
  ];
  const own = process.getuid?.() === 0 ? ["apk", ...words] : ["unshare", "--map-root-user", "apk", ...words];
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${EPOCH}` };
  const { status, stderr } = spawnSync(own[0] ?? "", own.slice(1), { env, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return readFileSync(join(folder, "real.apk"));
}

test("the bytes before compression are those of the real apk mkpkg, or the golden ones where there is none", () => {
  const golden = inflate(readFileSync(goldenPath("small.apk")));
  const wanted = realApkVersion() === null ? golden : realPackage();
  expect(inflate(small().bytes).toString("latin1")).toBe(wanted.toString("latin1"));
});

describe("as a reader finds it", () => {
  test("the description, with dependencies in the order that apk searches them", () => {
    const fields = info(small().bytes);
    expect([1, 2, 4, 5, 6, 8].map((number) => textOf(fields[number - 1]))).toEqual([
      ...["small", "1.2.3-r4", "A small package", "noarch", "MIT", "Nobody <nobody@small.example>"],
    ]);
    expect(dependencies(fields[14])).toEqual(["ca-bundle", "libc", "uclient-fetch"]);
    expect(dependencies(fields[15])).toEqual(["tiny=1.2.3-r4"]);
    const files = pathsOf(readAdb(small().bytes));
    expect(numberOf(fields[11])).toBe(files.reduce((sum, { bytes }) => sum + bytes.length, 0));
    expect(textOf(info(apk(OTHER, CONTENT, EPOCH, []).bytes)[4])).toBe("mips_24kc");
  });

  test("every path once, owned by root, with its mode, stamp and data, each folder before what is in it", () => {
    const found = pathsOf(readAdb(small().bytes));
    const own = found.filter(({ path }) => !path.startsWith("./lib/"));
    expect(own.map(({ path, mode, bytes }) => [path, mode.toString(8), decode(bytes)]).sort()).toEqual(
      CONTENT.map(({ name, mode, bytes }) => [name, mode.toString(8), decode(bytes)]).sort(),
    );
    expect(new Set(found.map(({ owner }) => owner))).toEqual(new Set(["root:root"]));
    const files = found.filter(({ path }) => !path.endsWith("/"));
    expect(new Set(files.map(({ mtime }) => mtime))).toEqual(new Set([EPOCH]));
    const seen = new Set([""]);
    for (const { path } of found) {
      expect(seen.has(path.replace(/[^/]+\/?$/, "")) || path === "./", path).toBe(true);
      seen.add(path);
    }
  });

  test("OpenWrt's lists: every file but themselves, and the configuration with the digest that it ships with", () => {
    const text = (suffix: string): string | undefined =>
      pathsOf(readAdb(small().bytes))
        .find(({ path }) => path === `./lib/apk/packages/small.${suffix}`)
        ?.bytes.toString();
    const files = CONTENT.filter(({ name }) => !name.endsWith("/")).map(({ name }) => `${name.slice(1)}\n`);
    expect(text("list")).toBe(files.sort().join(""));
    expect(text("conffiles")).toBe("/etc/config/small\n");
    expect(text("conffiles_static")).toMatch(/^\/etc\/config\/small [0-9a-f]{64}\n$/);
    const other = pathsOf(readAdb(apk(OTHER, CONTENT, EPOCH, []).bytes)).map(({ path }) => path);
    expect(other.filter((path) => path.startsWith("./lib/apk/packages/o"))).toEqual([
      "./lib/apk/packages/other.list",
    ]);
  });

  test("scripts: the router's own work, told the package's name; an upgrade says so; then what the package adds", () => {
    const [trigger, before, install, preRemove, postRemove, preUpgrade, upgrade = ""] = scripts(
      small().bytes,
    );
    expect([trigger, before, preUpgrade]).toEqual(["", "", ""]);
    expect(install).toMatch(/export pkgname="small"\n.*\ndefault_postinst\necho after\n$/s);
    expect(upgrade).toBe(install?.replace("#!/bin/sh\n", "#!/bin/sh\nexport PKG_UPGRADE=1\n"));
    expect(preRemove).toMatch(/export pkgname="small"\ndefault_prerm\n$/);
    expect(postRemove).toBe("#!/bin/sh\nexit 0\n");
  });

  test("a signature that its public key fits, and only while nothing was changed", () => {
    const signed = readAdb(apk(SMALL, CONTENT, EPOCH, [TEST_KEY]).bytes);
    expect(isSignedBy(signed, TEST_KEY.publicKey)).toBe(true);
    signed.values[9] = (signed.values[9] ?? 0) ^ 1;
    expect(isSignedBy(signed, TEST_KEY.publicKey)).toBe(false);
    expect(readAdb(small().bytes).signatures).toEqual([]);
  });
});

test("numbers beyond 28 bits, blobs beyond 255 bytes and beyond 64 KB, nothing, and an object that ends in nothing", () => {
  const writer = adbWriter();
  const lengths = [0, 255, 256, 65_535, 65_536];
  const numbers = [0, 0x0fffffff, 0x10000000, 0xffffffff];
  const values = [...numbers.map(writer.int), ...lengths.map((length) => writer.blob("x".repeat(length)))];
  const adb = Buffer.from(writer.finish(writer.object([...values, writer.object([0, 0])])));
  const found = fieldsOf(readValue(adb, adb.readUInt32LE(4)));
  expect(found.slice(0, 4)).toEqual(numbers);
  expect(found.slice(4).map((value) => textOf(value).length)).toEqual(lengths);
});

test("equal bytes are stored once, but not where they would not be aligned", () => {
  const writer = adbWriter();
  const [short, blob] = [writer.blob("x"), writer.blob(Uint8Array.of(0, 0, 0x10))];
  expect(writer.blob("x")).toBe(short);
  // In bytes the blob's length and content, which begin at an odd place.
  const number = 0x10000003;
  const adb = Buffer.from(writer.finish(writer.object([short, blob, writer.int(number)])));
  expect(fieldsOf(readValue(adb, adb.readUInt32LE(4)))[2]).toBe(number);
});

describe("the project's own packages", () => {
  test("the script: what opkg is told, and its file's name", () => {
    const packed = apk(readRecipe(), scriptContent(join(folder, "program.js")), EPOCH, []).bytes;
    expect(textOf(info(packed)[0])).toBe("lambda-ddns");
    expect(dependencies(info(packed)[14])).toEqual([...readRecipe().depends].sort());
    expect(pathsOf(readAdb(packed)).find(({ path }) => path === "./etc/config/lambda-ddns")?.mode).toBe(
      0o600,
    );
    expect(apkFileName(readRecipe())).toBe(`lambda-ddns-${projectVersion()}-r1.apk`);
  });

  test("the standalone provides the script's package in this version, and its file says the architecture", () => {
    const recipe = standaloneRecipe(readRecipe(), "mips_24kc");
    expect(dependencies(info(apk(recipe, CONTENT, EPOCH, []).bytes)[15])).toEqual([
      `lambda-ddns=${projectVersion()}-r1`,
    ]);
    expect(apkName(recipe)).toBe(`lambda-ddns-standalone-${projectVersion()}-r1.apk`);
    expect(apkFileName(recipe)).toBe(`lambda-ddns-standalone-${projectVersion()}-r1_mips_24kc.apk`);
  });

  test("the page: fields from LuCI's kind of Makefile, and LuCI's own steps after installing", () => {
    const recipe = readPageRecipe(
      [
        ...["PKG_VERSION:=1.0.0", "PKG_RELEASE:=2", "PKG_LICENSE:=MIT", "PKG_MAINTAINER:=N <n@page.example>"],
        ...[
          "LUCI_TITLE:=A page",
          "LUCI_DESCRIPTION:=For people.",
          "LUCI_DEPENDS:=+luci-base +lambda-ddns",
          "",
        ],
      ].join("\n"),
    );
    expect(recipe).toMatchObject({
      architecture: "all",
      depends: ["libc", "luci-base", "lambda-ddns"],
      conffiles: [],
    });
    const packed = apk(recipe, CONTENT, EPOCH, []).bytes;
    expect(scripts(packed)[2]).toMatch(
      /default_postinst\n\[ -n "\$\{IPKG_INSTROOT\}" \] \|\| \{\n\trm -f \/tmp\/luci-indexcache\.\*/,
    );
  });
});
