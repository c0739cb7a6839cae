// What tests of the standalone executable can run here; refuses to fetch a compiler unless CI or `make test-all` asks for it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findProgram } from "../../build/needs.ts";
import { engineObjects } from "../../build/standalone/compile.ts";
import { hasEngineSource } from "../../build/standalone/engine.ts";
import { TARGETS, type Target } from "../../build/standalone/targets.ts";
import { hasZig } from "../../build/standalone/zig.ts";

const MAY_FETCH = process.env["CI"] === "true" || process.env["LAMBDA_DDNS_TEST_ALL"] === "1";

/** Null where the compiler and the engine's source are here or may be fetched, else why not and what to do. */
export const toolchainMissing: string | null =
  MAY_FETCH || (hasZig() && hasEngineSource())
    ? null
    : "the cross compiler is not fetched by default: run `make standalone` once, or `make test-all`";

/** The targets whose tests run here: with `make test-all` every one. */
export const TESTED: readonly Target[] = TARGETS.filter(
  ({ name }) => process.env["LAMBDA_DDNS_TEST_ALL"] === "1" || name === "x86_64" || name === "mips",
);

/** Makes what those tests share, once and before workers would race for it; a failure is reported by the tests. */
export function provision(): void {
  if (!MAY_FETCH) return;
  try {
    for (const target of TESTED) engineObjects(target);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
}

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

/** Exit code and both streams of one run. */
export function runProgram(command: readonly [string, ...string[]], args: readonly string[] = []) {
  const [program, ...rest] = command;
  const { status, signal, stdout, stderr } = spawnSync(program, [...rest, ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, signal, stdout, stderr };
}

/** What an ELF file was really built for. */
export interface Elf {
  bigEndian: boolean;
  /** The number of its kind of machine. */
  machine: number;
  /** Whether it needs a loader and so is not static. */
  interpreter: boolean;
  /** MIPS only: whether it does without a floating-point unit, which most routers lack. */
  softFloat: boolean | null;
}

const PT_INTERP = 3;
const PT_MIPS_ABIFLAGS = 0x70000003;
const SOFT_FLOAT = 3;

/** Reads the head of an executable (32 or 64 bits, either byte order). */
export function readElf(path: string): Elf {
  const bytes = readFileSync(path);
  const wide = bytes[4] === 2;
  const bigEndian = bytes[5] === 2;
  const read16 = (at: number) => (bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
  const read32 = (at: number) => (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  const [table, size, count] = wide
    ? [read32(32), read16(54), read16(56)]
    : [read32(28), read16(42), read16(44)];
  const segments = Array.from({ length: count }, (_, index) => table + index * size);
  const flags = segments.find((at) => read32(at) === PT_MIPS_ABIFLAGS);
  return {
    bigEndian,
    machine: read16(18),
    interpreter: segments.some((at) => read32(at) === PT_INTERP),
    softFloat: flags === undefined ? null : bytes[read32(flags + 4) + 7] === SOFT_FLOAT,
  };
}
