// Holds the whole tree to the house rules, and each rule to an example that breaks it; refuses to pass on an empty tree.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { weigh } from "../../build/budgets/budgets.ts";
import { NEEDS } from "../../build/needs.ts";
import { LONG_SUITES } from "../../build/suites.ts";
import { listFiles, shellFiles } from "../../build/tree.ts";
import { PLANTED } from "../world/planted.ts";
import { foreignComplaints, importComplaints, imports, shapeComplaints } from "./rules.ts";
import { buildComplaints, importCircles, phraseComplaints } from "./whole.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const files = listFiles(ROOT);
const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const scripts = files.filter((path) => /\.(ts|mts|mjs)$/.test(path));

describe("the tree", () => {
  it("has files to look at", () => {
    expect(scripts.length).toBeGreaterThan(20);
    expect(shellFiles(ROOT)).toContain(".ci/run");
  });
  it("imports one way", () => {
    expect(scripts.flatMap((path) => importComplaints(path, text(path)))).toEqual([]);
  });
  it("has small files that say what they are, without classes and default exports", () => {
    expect(scripts.flatMap((path) => shapeComplaints(path, text(path)))).toEqual([]);
  });
  it("imports nothing in a circle", () => {
    const sources = scripts.filter((path) => /^(src|build)\//.test(path));
    expect(importCircles(new Map(sources.map((path) => [path, text(path)])))).toEqual([]);
  });
  it("leaves to `make test-all` suites that there are", () => {
    expect(LONG_SUITES.filter((path) => !scripts.includes(path))).toEqual([]);
  });
  it("builds without its tests", () => {
    expect(scripts.flatMap((path) => buildComplaints(path, text(path)))).toEqual([]);
  });
  it("is written without the phrases that readers stumbled over", () => {
    expect(files.flatMap((path) => phraseComplaints(path, text(path)))).toEqual([]);
  });
  it("does not say where it was written", () => {
    expect(files.flatMap((path) => foreignComplaints(path, text(path)))).toEqual([]);
  });
  it("installs in its continuous integration every program that tests need", () => {
    const ci = text(".ci/run");
    expect(NEEDS.filter(({ program, debian }) => !ci.includes(`${program}:${debian}`))).toEqual([]);
  });
  it("has the line that each fault of test/world/planted.ts is planted in, once", () => {
    expect(PLANTED.filter(({ file, from }) => text(file).split(from).length !== 2)).toEqual([]);
  });
  it("lists in its README every law that a test names by number", () => {
    const tests = scripts.filter((path) => path.startsWith("test/")).map(text);
    const named = tests.flatMap((one) => [...one.matchAll(/\blaws? (\d+)|\bbrake\(\w+, "(\d+)"/gi)]);
    const numbers = new Set(named.map(([, cited, broken]) => cited ?? broken));
    expect(numbers.size).toBeGreaterThan(5);
    expect([...numbers].filter((number) => !text("docs/architecture.md").includes(`\n${number}. `))).toEqual(
      [],
    );
  });
});

it("finds circles, phrases, and a build that leans on tests", () => {
  const files = new Map([
    ["src/a.ts", 'import { b } from "./b.ts";'],
    ["src/b.ts", 'import type { C } from "./c/c.ts";'],
    ["src/c/c.ts", 'export { a } from "../a.ts";'],
  ]);
  expect(importCircles(files)).toEqual(["src/a.ts → src/b.ts → src/c/c.ts → src/a.ts"]);
  files.delete("src/c/c.ts");
  expect(importCircles(files)).toEqual([]);
  expect(phraseComplaints("README.md", "Values parted by commas")).toHaveLength(1);
  expect(buildComplaints("build/x.ts", 'import { y } from "../test/y.ts";')).toHaveLength(1);
});

it("weighs a budget: under, over, and not there", () => {
  const budget = { name: "it", most: 10, unit: "bytes", why: "flash is small" };
  expect(weigh({ ...budget, measure: () => 10 })).toMatchObject({
    holds: true,
    line: "it: 10 bytes, at most 10",
  });
  expect(weigh({ ...budget, measure: () => 11 })).toMatchObject({
    holds: false,
    line: expect.stringContaining("flash"),
  });
  expect(weigh({ ...budget, measure: () => "not built" })).toMatchObject({
    holds: false,
    line: "it: not built",
  });
});

describe("each rule can fail", () => {
  it.each([
    ["src/protocol/a.ts", 'import { x } from "../client/core/x.ts";', "protocol may not import"],
    ["src/server/a.ts", 'import { x } from "../client/core/x.ts";', "server may not import"],
    ["src/luci/a.ts", 'import { x } from "../client/app/x.ts";', "luci may not import"],
    ["src/client/core/a.ts", 'import type { x } from "../../server/x.ts";', "client/core may not import"],
    ["src/client/core/a.ts", 'import {\n  x,\n} from "../app/x.ts";', "client/core may not import"],
    ["src/client/exchange/a.ts", 'export { x } from "../http/x.ts";', "client/exchange may not import"],
    ["src/client/app/a.ts", 'import * as os from "os";', "only host/quickjs.ts and host/files.ts touch os"],
    ["src/client/app/a.ts", 'import { host } from "../host/quickjs.ts";', "only main.ts may import"],
    ["src/client/app/a.ts", 'import { readFileSync } from "node:fs";', "which a router does not have"],
    ["src/server/a.ts", 'import { x } from "../../build/x.ts";', "outside src"],
  ])("%s: %s", (path, line, complaint) => {
    expect(importComplaints(path, line).join()).toContain(complaint);
  });
  it("allows what the picture allows", () => {
    expect(importComplaints("src/client/host/quickjs.ts", 'import * as std from "std";')).toEqual([]);
    expect(importComplaints("src/client/main.ts", 'import { host } from "./host/quickjs.ts";')).toEqual([]);
    expect(importComplaints("src/client/app/a.ts", 'import { plan } from "../core/plan.ts";')).toEqual([]);
    expect(imports('const a = 1; import "./side.ts";\nawait import("./late.ts");')).toEqual([
      "./side.ts",
      "./late.ts",
    ]);
  });
  it("complains of long files, missing heads, classes and default exports", () => {
    const head = "// A file with a head that is long enough.\n";
    expect(shapeComplaints("src/a.ts", head + "x\n".repeat(200))).toEqual([
      "src/a.ts: 201 lines, at most 200",
    ]);
    expect(shapeComplaints("test/a.ts", head + "x\n".repeat(399))).toEqual([]);
    expect(shapeComplaints("src/a.ts", "const a = 1;\n")).toHaveLength(1);
    expect(shapeComplaints("src/server/a.ts", `${head}export class A {}\nexport default A;`)).toHaveLength(2);
    expect(shapeComplaints("src/client/a.ts", `${head}export class HostError extends Error {}`)).toEqual([]);
  });
  it.each(["home", "Users", "root"])("complains of a path below /%s", (folder) => {
    expect(foreignComplaints("README.md", `see /${folder}/somebody/x`)).toHaveLength(1);
    expect(foreignComplaints("README.md", `see issue ${4}`)).toHaveLength(1);
  });
});
