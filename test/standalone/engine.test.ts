// The recipe and main.c on their own, with programs of a line: exit codes after errors, byte order, literals; refuses to judge the client.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../../build/standalone/compile.ts";
import type { Target } from "../../build/standalone/targets.ts";
import { targetNamed } from "../../build/standalone/targets.ts";
import { cannotRun, type Elf, readElf, runProgram, starter, TESTED } from "./built.ts";

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), "standalone-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One program with many ways to end; the first argument says which. */
const ENDINGS = `
import * as std from "std";
import * as os from "os";
const endings = {
  falls: () => {},
  exits: () => std.exit(7),
  throws: () => { throw new Error("boom"); },
  rejects: () => { Promise.reject(new Error("late")); },
  later: () => { Promise.resolve().then(() => { throw new Error("in a job"); }); },
  child: () => std.exit(os.exec(["sh", "-c", "exit 5"])),
  language: () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const word = new DataView(bytes.buffer).getUint32(0);
    const match = new RegExp("^([a-zé-ü]+)\\\\.(\\\\d{1,3})$", "u").exec("abcü.42");
    const found = [word, new Uint32Array([7])[0], match?.slice(1), new Map([["a", 1.5]]).get("a")];
    print(JSON.stringify([found, JSON.parse('{"a":"\\\\u00e9\\\\ud83d\\\\ude00"}').a, "é€😀".length, scriptArgs.length]));
  },
};
endings[scriptArgs[1]]();
`;

const X86_64 = { bigEndian: false, machine: 62, interpreter: false, softFloat: null };
const MIPS = { bigEndian: true, machine: 8, interpreter: false, softFloat: true };
const ELF: Readonly<Record<string, Elf>> = {
  x86_64: X86_64,
  aarch64: { ...X86_64, machine: 183 },
  arm: { ...X86_64, machine: 40 },
  mips: MIPS,
  mipsel: { ...MIPS, bigEndian: false },
};

function built(target: Target, name: string, text: string): readonly [string, ...string[]] {
  const script = join(folder, `${name}.js`);
  const out = join(folder, `${name}-${target.name}`);
  writeFileSync(script, text);
  compile(target, script, out);
  return starter(target, out) ?? [out];
}

function endings(name: string): void {
  const target = targetNamed(name);
  const reason = cannotRun(target);
  const title = reason === null ? name : `${name} [skipped: ${reason}]`;
  describe.skipIf(reason !== null && process.env["CI"] !== "true")(title, () => {
    let command: readonly [string, ...string[]];
    it("builds one static file for its machine", { timeout: 10 * MINUTES }, () => {
      command = built(target, "endings", ENDINGS);
      expect(readElf(command.at(-1) ?? "")).toEqual(ELF[name]);
    });

    it.each([
      ["falls", 0, ""],
      ["exits", 7, ""],
      ["child", 5, ""],
      ["throws", 1, "lambda-ddns: unexpected error: Error: boom"],
      ["rejects", 1, "lambda-ddns: unexpected error: Error: late"],
      ["later", 1, "lambda-ddns: unexpected error: Error: in a job"],
      ["unknown", 1, "lambda-ddns: unexpected error: TypeError: not a function"],
    ])("%s: exit %i, with a line on stderr after an error", (ending, status, line) => {
      const { stderr, ...end } = runProgram(command, [ending]);
      expect({ ...end, line: stderr.split("\n")[0] }).toEqual({ status, signal: null, stdout: "", line });
    });

    it("numbers, text and regular expressions mean the same in this byte order", () => {
      const { stdout, stderr } = runProgram(command, ["language", "x"]);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual([[16909060, 7, ["abcü", "42"], 1.5], "é😀", 4, 3]);
    });

    it("an await that never settles is an error, not a silent end", { timeout: MINUTES }, () => {
      const end = runProgram(built(target, "hangs", "await new Promise(() => {});"));
      expect(end).toMatchObject({ status: 1, stderr: expect.stringContaining("never comes") });
    });
  });
}

for (const { name } of TESTED) endings(name);

const mips = targetNamed("mips");
describe.skipIf(cannotRun(mips) !== null && process.env["CI"] !== "true")(
  "a regular-expression literal",
  () => {
    it("stops the build for a big-endian machine, and says what to write instead", {
      timeout: MINUTES,
    }, () => {
      const script = join(folder, "literal.js");
      const out = join(folder, "literal");
      writeFileSync(script, 'const regexp = "regexp";\nprint(/a+/.test(regexp), /b/.test("b"));\n');
      expect(() => compile(mips, script, out)).toThrow(
        /literal\.js: 2 regular-expression literals.*write new RegExp/,
      );
      expect(existsSync(out)).toBe(false);
    });

    it("is fine elsewhere", { timeout: MINUTES }, () => {
      const command = built(targetNamed("x86_64"), "literal", 'print(/^a+$/u.exec("aa")[0]);');
      expect(runProgram(command)).toMatchObject({ status: 0, stdout: "aa\n" });
    });
  },
);
