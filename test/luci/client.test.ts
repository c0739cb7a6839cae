// The page and the client it belongs to: what the shipped bundle prints is what the page reads, and both judge values alike.
import "./texts.ts";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { GLOBAL_OPTIONS, SERVICE_OPTIONS } from "../../src/client/core/options.ts";
import { globalFields, serviceTabs } from "../../src/luci/fields.ts";
import { parseFindings } from "../../src/luci/findings.ts";
import { rows } from "../../src/luci/rows.ts";
import { globalProblem, serviceProblem } from "../../src/luci/rules.ts";
import { parseConfig, parseStatus } from "../../src/luci/status.ts";
import { makeHome } from "../app/world.ts";

const serviceFields = serviceTabs().flatMap(({ fields }) => fields);

describe("what the bundle prints", () => {
  it("is what the page reads", async () => {
    const home = makeHome({});
    await home.run("update", "--trigger", "ifup");
    const status = parseStatus((await home.run("status", "--json")).stdout);
    expect(status && rows(status)).toMatchObject([
      { tone: "good", family: "IPv4", line: "wan: 176.32.100.36" },
    ]);
    expect(status?.services[0]?.attemptedAt).toBe(1000);
    const sections = parseConfig((await home.run("config")).stdout);
    expect(sections?.map(({ type, hidden }) => [type, hidden])).toContainEqual(["service", ["secret"]]);
    const marks = parseFindings((await home.run("check")).stdout).map(({ mark }) => mark);
    expect(marks).toContain("ok");
    expect(marks.filter((mark) => mark === "heading")).toHaveLength(1);
  });
});

describe.each([
  ["service", serviceFields, SERVICE_OPTIONS, serviceProblem],
  ["global", globalFields(), GLOBAL_OPTIONS, globalProblem],
] as const)("the options of section %s", (_type, fields, table, problem) => {
  it("are all on the page, each once", () => {
    expect(fields.map(({ option }) => option).sort()).toEqual(Object.keys(table).sort());
  });
  it.each(fields.filter(({ choices }) => choices.length > 0))(
    "$option offers what the client takes",
    (field) => {
      for (const [value] of field.choices) expect(problem(field.option, [value])).toBeNull();
      // A meaning for each value, but for those that speak for themselves.
      expect(Object.keys(field.meanings ?? {})).toEqual(
        field.choices.map(([value]) => value).filter((value) => !["uclient-fetch", "curl"].includes(value)),
      );
    },
  );
});

it.each([
  ["url", ["ftp://x"], "'ftp://x' is not a URL such as https://<id>.lambda-url.<region>.on.aws/"],
  ["url", [], "is missing; give the function URL, https://<id>.lambda-url.<region>.on.aws/"],
  ["hostname", ["a b.example.com"], /^'a b\.example\.com' has a character that is not/],
  ["hostname", ["a".repeat(254)], /'a+' is 254 characters long, at most 253 are allowed/],
  [
    "secret",
    [],
    "is missing; it came with the section that the operator sent, and 'lambda-ddns-admin rotate' makes a new one",
  ],
  ["force_interval", ["59"], "'59' is not a number of seconds from 60 up, or 0 for never"],
  ["cacert", ["ca.pem"], "'ca.pem' must be an absolute path"],
  ["interface", ["wan 1"], "'wan 1' is not a logical interface name such as wan"],
  ["url", ["https://example.com/"], null],
  ["hostname", ["*.example.com."], null],
])("judges %s %j in the client's words", (option, values, sentence) => {
  const found = serviceProblem(option, values);
  if (sentence instanceof RegExp) expect(found).toMatch(sentence);
  else expect(found).toBe(sentence);
});

it("shows every option that the configuration file explains", () => {
  const file = fileURLToPath(
    new URL("../../openwrt/lambda-ddns/files/etc/config/lambda-ddns", import.meta.url),
  );
  const [, global = "", service = ""] = readFileSync(file, "utf8").split(/^config /m);
  const named = (text: string): string[] =>
    [...text.matchAll(/^#?\t(?:option|list) (\w+)/gm)].map(([, option]) => option ?? "").sort();
  expect(serviceFields.map(({ option }) => option).sort()).toEqual(named(service));
  expect(
    globalFields()
      .map(({ option }) => option)
      .sort(),
  ).toEqual(named(global));
});

it("judges the section global", () => {
  expect(globalProblem("check_interval", ["29"])).toBe("'29' is not a number of seconds from 30 up");
  expect(globalProblem("check_interval", [])).toBeNull();
});
