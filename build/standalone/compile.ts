// From one ES module to one static executable, by the same recipe that OpenWrt's SDK runs; refuses nothing itself.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../debian.ts";
import { cached } from "./cache.ts";
import { engineSource } from "./engine.ts";
import type { Target } from "./targets.ts";
import { zigFolder } from "./zig.ts";

const RECIPE = fileURLToPath(new URL("../../openwrt/lambda-ddns-standalone/src", import.meta.url));

/** Compiles the ES module `script` for `target` into the executable `out`; the engine's objects are made once. */
export function compile(target: Target, script: string, out: string): void {
  const settings = toolchain(target);
  const engine = cached(`engine-${target.name}-${fingerprint(settings)}`, (work) => {
    console.log(`compiling the engine for ${target.name} (half a minute, once)`);
    make([...settings, `BUILD=${work}`, "engine"]);
  });
  make([...settings, `BUILD=${engine}`, `SCRIPT=${script}`, `OUT=${out}`, "all"]);
}

/** The recipe's variables: zig is the compiler for the router and for this machine. */
function toolchain(target: Target): string[] {
  const zig = join(zigFolder(), "zig");
  return [
    `ENGINE=${engineSource()}`,
    `CC=${[zig, "cc", ...target.zig].join(" ")}`,
    `HOSTCC=${zig} cc`,
    `BYTE_SWAP=${target.byteSwap ? "yes" : "no"}`,
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
  const cache = cached("zig-cache", () => {});
  const zigCache = [`ZIG_GLOBAL_CACHE_DIR=${cache}`, `ZIG_LOCAL_CACHE_DIR=${cache}`];
  run("env", [
    "-u",
    "MAKEFLAGS",
    "-u",
    "MAKELEVEL",
    ...zigCache,
    "make",
    "--no-print-directory",
    "-C",
    RECIPE,
    ...args,
  ]);
}
