// What tests of the standalone executable can run here; refuses to fetch a compiler unless CI or `make test-all` asks for it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { hasEngineSource } from "../../build/standalone/engine.ts";
import type { Target } from "../../build/standalone/targets.ts";
import { targetNamed } from "../../build/standalone/targets.ts";
import { hasZig } from "../../build/standalone/zig.ts";

const MAY_FETCH = process.env["CI"] === "true" || process.env["LAMBDA_DDNS_TEST_ALL"] === "1";
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** Null where the compiler and the engine's source are here or may be fetched, else why not and what to do. */
export const toolchainMissing: string | null =
  MAY_FETCH || (hasZig() && hasEngineSource())
    ? null
    : "the cross compiler is not fetched by default: run `make standalone` once, or `make test-all`";

/** The command line that starts `executable`, built for `target`, on this machine; null where qemu-user is missing. */
export function starter(target: Target, executable: string): readonly [string, ...string[]] | null {
  if (target.name === "x86_64" && process.arch === "x64") return [executable];
  const qemu = findProgram(`qemu-${target.qemu}-static`) ?? findProgram(`qemu-${target.qemu}`);
  return qemu === null ? null : [qemu, executable];
}

/** Why programs for `target` cannot be built or run here, or null. */
export function cannotRun(target: Target): string | null {
  if (toolchainMissing !== null) return toolchainMissing;
  if (starter(target, "") !== null) return null;
  return `no qemu-${target.qemu}-static on PATH (Debian: apt-get install qemu-user-static)`;
}

/** The executable that `make standalone TARGET=name` left in dist, or a sentence on how to make it. */
export function standalone(name: string): { path: string } | { missing: string } {
  const path = `${DIST}/lambda-ddns-standalone-${targetNamed(name).name}`;
  return existsSync(path) ? { path } : { missing: `no ${path}: run \`make standalone TARGET=${name}\`` };
}

/** Exit code and both streams of one run. */
export function runProgram(command: readonly [string, ...string[]], args: readonly string[] = []) {
  const [program, ...rest] = command;
  const { status, signal, stdout, stderr } = spawnSync(program, [...rest, ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, signal, stdout, stderr };
}

/** The byte order and machine number of an ELF file: what it was really built for. */
export function elfMachine(path: string): { bigEndian: boolean; machine: number; interpreter: boolean } {
  const bytes = readFileSync(path);
  const bigEndian = bytes[5] === 2;
  const read16 = (offset: number) => (bigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset));
  return { bigEndian, machine: read16(18), interpreter: bytes.includes("/lib/ld-musl") };
}
