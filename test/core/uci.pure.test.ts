// The text of `uci export`, every recorded case of it; and generated configurations printed by uci's rules and read back.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUci } from "../../src/client/core/uci.ts";
import transcript from "../transcripts/uci/export.json" with { type: "json" };

const home = "https://abc.lambda-url.eu-west-1.on.aws/";

/** Sections as [type, name, options], by recorded case. */
const READ: Readonly<Record<string, readonly unknown[]>> = {
  ordinary: [
    ["lambda-ddns", "global", { enabled: ["1"], check_interval: ["600"] }],
    [
      "service",
      "home",
      {
        enabled: ["1"],
        url: [home],
        hostname: ["host1.dyn.example.com", "host2.dyn.example.com"],
        secret: ["SuP3R_5eCR3T"],
        interface: ["wan"],
      },
    ],
  ],
  quoting: [
    [
      "service",
      "home",
      {
        url: [home],
        secret: ['it\'s "quoted" \\back $x `y` #z  two  spaces'],
        other: ["double \"inner\" 'single'"],
        utf8: ["µ€ü"],
        tab: ["a\tb"],
        hostname: ["one", "two words"],
      },
    ],
    ["service", "@service[1]", { hostname: ["anonymous.example.com"] }],
    ["service", "late", { hostname: ["x"], secret: ["same line"] }],
  ],
  newline: [["service", "nl", { secret: ["first line\nsecond line"], interface: ["wan"] }]],
  repeated: [["service", "a", { hostname: ["two", "three"], interface: ["wan"] }]],
  "list-and-option": [
    ["service", "a", { hostname: ["one", "two"] }],
    ["service", "b", { hostname: ["two"] }],
  ],
  "one-element-list": [["service", "a", { hostname: ["one"] }]],
  "empty-file": [],
  crlf: [["service", "a", { interface: ["wan"] }]],
  "only-comment": [],
};

function read(text: string) {
  return parseUci(text)?.map(({ type, name, options }) => [type, name, Object.fromEntries(options)]) ?? null;
}

describe("what uci was seen to print", () => {
  const good = transcript.cases.filter(({ exit }) => exit === 0);
  it.each(good)("$case", ({ case: name, stdout }) => {
    expect(read(stdout)).toEqual(READ[name]);
  });
  it("has a row here for each recorded case that is not an error", () => {
    expect(good.map(({ case: name }) => name).sort()).toEqual(Object.keys(READ).sort());
  });
});

describe("what uci would not print", () => {
  it.each([
    "x",
    "<html>",
    "config",
    "package lambda-ddns\n\nconfig service 'a'\n\toption url 'https://",
    "\toption a 'b'\n",
    "config service 'a'\n\toption b\n",
    "config service 'a'\n\toption b 'c' d\n",
    "config service 'a'\n\toption b c\n",
    "config service 'a'\n\toption b 'it's'\n",
    "config service 'a'\n\toptoin b 'c'\n",
    "config service 'a'\n\t\toption b 'c'\n",
    "config service 'a'",
    "config service 'a\n",
    "{}",
    "\0",
  ])("%s", (text) => {
    expect(parseUci(text)).toBeNull();
  });
});

const word = fc.string({ unit: fc.constantFrom(..."abcxyz_019"), minLength: 1, maxLength: 8 });
const value = fc.string({
  unit: fc.constantFrom("a", "'", '"', "\\", "\n", "\t", " ", "µ", "#", "$"),
  minLength: 1,
});
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
type Option = { name: string; list: boolean; values: string[] };
const option: fc.Arbitrary<Option> = fc.record({
  name: word,
  list: fc.boolean(),
  values: fc.array(value, { minLength: 1, maxLength: 3 }),
});
const section = fc.record({
  type: word,
  name: fc.option(word, { nil: null }),
  options: fc.uniqueArray(option, { selector: ({ name }) => name, maxLength: 4 }),
});

function print({ name, list, values }: Option): string {
  if (!list) return `\toption ${name} ${quote(values[0] ?? "")}\n`;
  return values.map((one) => `\tlist ${name} ${quote(one)}\n`).join("");
}

describe("generated configurations", () => {
  it("come back as they were printed, whatever the values hold", () => {
    fc.assert(
      fc.property(fc.array(section, { maxLength: 4 }), (sections) => {
        const text = sections
          .map(({ type, name, options }) => {
            const head = name === null ? `config ${type}` : `config ${type} ${quote(name)}`;
            return `${head}\n${options.map(print).join("")}\n`;
          })
          .join("");
        const back = parseUci(`package lambda-ddns\n\n${text}`);
        expect(back?.map((one) => [one.type, [...one.options]])).toEqual(
          sections.map(({ type, options }) => [
            type,
            options.map(({ name, list, values }) => [name, list ? values : values.slice(0, 1)]),
          ]),
        );
      }),
    );
  });
  it("no text crashes it, and a cut one is none or shorter", () => {
    const ordinary = transcript.cases[0]?.stdout ?? "";
    for (let length = 0; length < ordinary.length; length++) {
      const sections = parseUci(ordinary.slice(0, length));
      if (sections) expect(sections.length).toBeLessThanOrEqual(2);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseUci(text);
      }),
    );
  });
});
