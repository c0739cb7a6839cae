// The SDK's package: its fields agree with the script's, and its steps build and install with a stand-in for OpenWrt's make files. Refuses to claim that the real SDK was run.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../build/run.ts";
import { compiler, zigCache } from "../../build/standalone/compile.ts";
import { engineSource } from "../../build/standalone/engine.ts";
import { writeStandaloneFeed } from "../../build/standalone/feed.ts";
import { targetNamed } from "../../build/standalone/targets.ts";
import { runProgram } from "./built.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), "sdk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recipe = (name: string) => readFileSync(join(ROOT, "openwrt", name, "Makefile"), "utf8");
const field = (text: string, name: string) => new RegExp(`^ *${name}:=(.*)$`, "m").exec(text)?.[1];

describe("openwrt/lambda-ddns-standalone/Makefile", () => {
  const own = recipe("lambda-ddns-standalone");
  const script = recipe("lambda-ddns");

  it.each(["PKG_VERSION", "PKG_RELEASE", "PKG_MAINTAINER", "PKG_LICENSE", "SECTION", "SUBMENU"])(
    "has the script package's %s",
    (name) => {
      expect(field(own, name)).toBeDefined();
      expect(field(own, name)).toBe(field(script, name));
    },
  );

  it("needs no quickjs, and takes the script package's place", () => {
    expect(field(own, "DEPENDS")).toBe("+libatomic +ca-bundle +uclient-fetch");
    expect([field(own, "CONFLICTS"), field(own, "PROVIDES")]).toEqual(["lambda-ddns", "lambda-ddns"]);
  });

  it("names the engine's source by the hash that make standalone checks", () => {
    const engine = readFileSync(join(ROOT, "build/standalone/engine.ts"), "utf8");
    expect(engine).toContain(`"${field(own, "PKG_HASH")}"`);
    expect(engine).toContain(`"${field(own, "ENGINE_VERSION")}"`);
  });
});

/** As much of OpenWrt's make files as the package uses; the compiler is this machine's. */
function fakeSdk(): string {
  const top = join(folder, "top");
  mkdirSync(join(top, "include"), { recursive: true });
  mkdirSync(join(top, "dl"), { recursive: true });
  const cc = compiler(targetNamed("x86_64")).join(" ");
  writeFileSync(
    join(top, "rules.mk"),
    `INCLUDE_DIR:=${top}/include\nDL_DIR:=${top}/dl\nPKG_BUILD_DIR:=${top}/build\nTAR:=tar\nCP:=cp -fpR
INSTALL_DIR:=install -d -m0755\nINSTALL_BIN:=install -m0755\nINSTALL_DATA:=install -m0644\nINSTALL_CONF:=install -m0600
TARGET_CC:=${cc}\nTARGET_CFLAGS:=-O2 -pipe\nTARGET_LDFLAGS:=\nHOSTCC_NOCACHE:=${cc}\n`,
  );
  writeFileSync(
    join(top, "include/package.mk"),
    `all: ; $(Build/Prepare)
	$(Build/Compile)
	$(call Package/$(PKG_NAME)/install,$(DESTDIR))
BuildPackage=\n`,
  );
  run("tar", [
    "-cJf",
    join(top, "dl/quickjs_2025.04.26.orig.tar.xz"),
    "-C",
    join(engineSource(), ".."),
    "quickjs-2025.04.26",
  ]);
  return top;
}

// The engine is compiled once more here, without our cache: minutes on a small machine.
if (process.env["LAMBDA_DDNS_TEST_ALL"] === "1") describe("its steps", steps);

function steps(): void {
  it("build the program and install it beside the same files", { timeout: 10 * MINUTES }, () => {
    const top = fakeSdk();
    const feed = writeStandaloneFeed(join(folder, "feed"));
    const root = join(folder, "root");
    mkdirSync(root);
    run("env", [...zigCache(), "make", "-C", feed, `TOPDIR=${top}`, `DESTDIR=${root}`]);
    const program = join(root, "usr/lib/lambda-ddns/lambda-ddns");
    expect(runProgram([program], ["--version"])).toMatchObject({
      status: 0,
      stdout: `lambda-ddns ${field(recipe("lambda-ddns"), "PKG_VERSION")}\n`,
    });
    expect(statSync(join(root, "etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, "usr/bin/lambda-ddns")).mode & 0o777).toBe(0o755);
    for (const name of ["quickjs.txt", "noble-hashes.txt"]) {
      expect(readFileSync(join(root, "usr/share/lambda-ddns/licenses", name), "utf8")).toMatch(
        /Permission is hereby granted/,
      );
    }
  });

  it("say what to do where no program was built", () => {
    const feed = join(folder, "feed/lambda-ddns-standalone");
    rmSync(join(feed, "lambda-ddns.js"));
    const { status, stderr } = spawnSync("make", ["-C", feed, `TOPDIR=${join(folder, "top")}`], {
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("run 'make feed'");
  });
}
