// The script reads its own parts back from its file: from whatever folder it is started, and never a part of another version.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { buildParts } from "../../build/script.ts";
import { describeWith, requireQjs } from "./native.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLE = join(ROOT, "dist/lambda-ddns.js");

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith("the script in native qjs", ["qjs"], () => {
  const script = join(folder, "lambda-ddns.js");
  const run = (cwd: string, path: string) => {
    const { status, stdout, stderr } = spawnSync(requireQjs(), ["-m", path, "--version"], {
      cwd,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  copyFileSync(BUNDLE, script);
  symlinkSync(script, join(folder, "linked.js"));

  it.each([
    ["by its path", "/", script],
    ["from its folder", folder, "lambda-ddns.js"],
    ["by a link", folder, "./linked.js"],
  ])("finds its parts when it is started %s", (_, cwd, path) => {
    expect(run(cwd, path)).toMatchObject({ status: 0, stderr: "" });
  });
  it("says so where another version has taken its place meanwhile", () => {
    const other = join(folder, "other.js");
    // The engine has read one tag, and the file's parts have another.
    writeFileSync(other, readFileSync(BUNDLE, "utf8").replaceAll(/^(\/\*\w+ )\w+$/gm, "$1deadbeef"));
    const { status, stderr } = run(folder, other);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: Error: the program was replaced while it ran; the next run takes the new one/,
    );
  });
});

describe("a part that is parsed alone", () => {
  /** Names that `code` uses and does not declare, but for the language's own. */
  function undeclared(code: string): string[] {
    const path = join(folder, "part.js");
    writeFileSync(path, code);
    const flags =
      "--allowJs --checkJs --noEmit --strict false --lib es2023 --types --target es2023 --moduleDetection legacy".split(
        " ",
      );
    const { stdout } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), [...flags, path], {
      cwd: folder,
      encoding: "utf8",
    });
    const missing = stdout.matchAll(/error TS(?:2304|2552): Cannot find name '([^']+)'/g);
    return [...new Set([...missing].map(([, name = ""]) => name))].sort();
  }

  it("needs nothing of what may not be parsed yet, but where it loads it first", async () => {
    const { first, lazy } = await buildParts("1.0.0", false);
    const engine = ["std", "os", "std2", "os2", "std3", "os3", "scriptArgs"];
    const without = (...parts: string[]) =>
      undeclared(parts.join("")).filter((name) => !engine.includes(name));
    // What is wrong is put into words where it is reported, once they are loaded.
    const problems = lazy.problems + lazy.machine + lazy.hooks;
    // What a machine's address is stated with needs the digest, which is loaded before anything is sent.
    const stated = ["hex", "sha256"];
    const before = without(first, lazy.program, problems).filter((name) => !stated.includes(name));
    expect(before).toEqual(["attempt", "renew", "runCommand"]);
    expect(without(first)).toEqual(["runCommand", "update"]);
    // The exchange proves a code only where one waits, and enrolment is loaded before.
    expect(without(first, lazy.program, problems, lazy.attempt)).toEqual([
      "enroll",
      "makeProof",
      "runCommand",
    ]);
    expect(without(first, lazy.program, problems, lazy.attempt, lazy.enroll)).toEqual(["runCommand"]);
    expect(without(first, lazy.program, problems, lazy.attempt, lazy.commands)).toEqual([
      "enroll",
      "makeProof",
    ]);
  });
});
