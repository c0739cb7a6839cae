// The native qjs is Bellard's, keeps exit codes and standard streams, and lets children use the system's libraries.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findProgram, missingProgram, NEEDS } from "../../build/needs.ts";
import { findQjs, qjsVersion } from "../../build/qjs.ts";
import { describeWith, lacking, requireQjs } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "native-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describeWith("native qjs", ["qjs"], () => {
  it("is of a release that OpenWrt's packages resemble", () => {
    expect(qjsVersion(requireQjs())).toMatch(/^202[4-9]-\d\d-\d\d$/);
  });
  it("runs a module with std and os, and keeps the exit code", () => {
    const file = script(
      "a.js",
      'import * as std from "std";import * as os from "os";os.exec(["echo", "child"]);std.exit(7);',
    );
    const { status, stdout } = spawnSync(requireQjs(), ["-m", file], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 7, stdout: "child\n" });
  });
});

it("refuses quickjs-ng and a $QJS that does not start", () => {
  const ng = script("qjs", "#!/bin/sh\necho 'QuickJS-ng version 0.10.0'\n");
  expect(qjsVersion(ng)).toBeNull();
  expect(findQjs({ QJS: ng, PATH: "" })).toEqual({
    missing: expect.stringContaining("is not Bellard's QuickJS"),
  });
  expect(findQjs({ QJS: join(folder, "none"), PATH: "" })).toHaveProperty("missing");
});

it("names a missing program, what stays untested and how to get it", () => {
  expect(findProgram("qjs", folder)).toBe(join(folder, "qjs"));
  expect(findProgram("no-such-program")).toBeNull();
  expect(missingProgram("sh")).toBeNull();
  expect(lacking(["sh", "no-such-program"])).toBe("no no-such-program on PATH");
  for (const need of NEEDS) expect(need.untested).not.toBe("");
});
