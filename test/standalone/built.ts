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

/** The byte order and machine number of an ELF file: what it was really built for. */
export function elfMachine(path: string): { bigEndian: boolean; machine: number; interpreter: boolean } {
  const bytes = readFileSync(path);
  const bigEndian = bytes[5] === 2;
  const read16 = (offset: number) => (bigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset));
  return { bigEndian, machine: read16(18), interpreter: bytes.includes("/lib/ld-musl") };
}
