// From one ES module to one static executable, by the same recipe that OpenWrt's SDK runs.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../run.ts";
import { cached } from "./cache.ts";
import { engineSource } from "./engine.ts";
import type { Target } from "./targets.ts";
import { zigFolder } from "./zig.ts";

const RECIPE = fileURLToPath(new URL("../../openwrt/lambda-ddns-standalone/src", import.meta.url));

/** Compiles the ES module `script` for `target` into the executable `out`; the engine's objects are made once. */
export function compile(target: Target, script: string, out: string): void {
  const settings = toolchain(target);
  make([...settings, `BUILD=${engineObjects(target)}`, `SCRIPT=${script}`, `OUT=${out}`, "all"]);
}

/** The folder with the engine's objects for `target`, compiled on the first call (half a minute). */
export function engineObjects(target: Target): string {
  const settings = toolchain(target);
  return cached(`engine-${target.name}-${fingerprint(settings)}`, (work) => {
    console.log(`compiling the engine for ${target.name} (half a minute, once)`);
    make([...settings, `BUILD=${work}`, "engine"]);
  });
}

/** The C compiler for `target`'s routers, as a command line. */
export function compiler(target: Target): [string, ...string[]] {
  return [join(zigFolder(), "zig"), "cc", ...target.zig];
}

/** The recipe's variables: zig is the compiler for the router and for this machine. */
function toolchain(target: Target): string[] {
  return [
    `ENGINE=${engineSource()}`,
    `CC=${compiler(target).join(" ")}`,
    `HOSTCC=${join(zigFolder(), "zig")} cc`,
    `BIG_ENDIAN=${target.bigEndian ? "yes" : "no"}`,
  ];
}

/** Changes with everything that the engine's objects depend on. */
function fingerprint(settings: readonly string[]): string {
  const hash = createHash("sha256").update(settings.join("\n"));
  for (const name of ["Makefile", "main.c", "memory.c", "memory.h"])
    hash.update(readFileSync(join(RECIPE, name)));
  return hash.digest("hex").slice(0, 12);
}

function make(args: readonly string[]): void {
  const unset = ["-u", "MAKEFLAGS", "-u", "MAKELEVEL"];
  run("env", [...unset, ...zigCache(), "make", "--no-print-directory", "-C", RECIPE, ...args]);
}

/** Where zig keeps what it compiled, as words of `env`. */
export function zigCache(): string[] {
  const cache = cached("zig-cache", () => {});
  return [`ZIG_GLOBAL_CACHE_DIR=${cache}`, `ZIG_LOCAL_CACHE_DIR=${cache}`];
}
