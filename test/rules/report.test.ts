// What `make test` says at its end of suites that could not run: the reasons, read from a real report of vitest.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Report, skipReasons } from "../../build/report.ts";

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

let folder: string;
beforeEach(() => {
  // Below the repository, where the suites find vitest, in the folder that no other check looks into.
  mkdirSync(path("dist"), { recursive: true });
  folder = mkdtempSync(path("dist/.report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("names each reason once, and only those of suites that were skipped", () => {
  const suites = `
    import { expect, it } from "vitest";
    import { describeUnless } from "${path("test/engine/native.ts")}";
    const body = () => { it("one", () => expect(1).toBe(1)); it("two", () => expect(2).toBe(2)); };
    describeUnless("it takes root (Operation not permitted)", "a network", body);
    describeUnless("it takes root (Operation not permitted)", "a disk", body);
    describeUnless("no compiler:\\nfetch one", "an executable", body);
    describeUnless(null, "the rest", body);`;
  writeFileSync(join(folder, "some.test.ts"), suites);
  writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
  const file = join(folder, "report.json");
  const words = ["run", "--root", folder, "--reporter=json", `--outputFile=${file}`];
  const { CI: _, ...env } = process.env;
  spawnSync(process.execPath, [path("node_modules/vitest/vitest.mjs"), ...words], { cwd: folder, env });
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  expect(report).toMatchObject({ numPassedTests: 2, numFailedTests: 0, numPendingTests: 6 });
  expect(skipReasons(report)).toEqual(["it takes root (Operation not permitted)", "no compiler: fetch one"]);
});
