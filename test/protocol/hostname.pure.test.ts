// Host names: which may be sent, and the sentence for each that may not; names are judged and never changed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostnameProblem } from "../../src/shared/hostname.ts";

const label63 = "a".repeat(63);
/** 253 characters: three labels of 63, one of 61. */
const longest = `${label63}.${label63}.${label63}.${"a".repeat(61)}`;

describe("names that may be sent", () => {
  it.each([
    "host1.dyn.example.com",
    "host1.dyn.example.com.",
    "HOST.Example.COM",
    "a.b",
    "*.dyn.example.com",
    "_sip.example.com",
    "1.2.3.example",
    "xn--mnchen-3ya.example",
    "a-b--c.example",
    `${label63}.example`,
    longest,
    `${longest}.`,
  ])("%s", (name) => {
    expect(hostnameProblem(name)).toBeNull();
  });
});

describe("names that may not", () => {
  it.each([
    ["", "is empty"],
    [".", "is empty"],
    ["bad host", "has a character"],
    ["-x", "begins or ends with a hyphen"],
    ["localhost", "single label"],
    ["localhost.", "single label"],
    ["*", "single label"],
    ["a..b", "empty label"],
    [".a.b", "empty label"],
    ["a.b..", "empty label"],
    [`${label63}a.example`, "label of 64 characters"],
    [`${longest}a`, "254 characters"],
    ["-a.example", "hyphen"],
    ["a-.example", "hyphen"],
    ["a.*.example", "not the whole first label"],
    ["a*.example", "not the whole first label"],
    ["a b.example", "not a letter"],
    ["a.example\n", "not a letter"],
    ["münchen.example", "xn--"],
    ["a/b.example", "not a letter"],
    ["a.example:80", "not a letter"],
    ["176.32.100.36", "address is not a host name"],
    ["host.example.1", "address is not a host name"],
  ])("%s", (name, sentence) => {
    expect(hostnameProblem(name)).toContain(sentence);
  });
});

describe("generated names", () => {
  const letter = fc.constantFrom(..."abcXYZ019_");
  const label = fc.string({ unit: letter, minLength: 1, maxLength: 20 });
  it("labels of letters, digits and underscores under a top level of letters are fine", () => {
    fc.assert(
      fc.property(
        fc.array(label, { minLength: 1, maxLength: 8 }),
        (labels) => hostnameProblem([...labels, "example"].join(".")) === null,
      ),
    );
  });
  it("whatever is fine can stand in a log and a file name: no blank, slash, quote or control", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (name) => {
        if (hostnameProblem(name) === null) expect(name).toMatch(/^[\w.*-]+$/);
      }),
    );
  });
});
