// Text at the border: UTF-8 at every length's borders, and what of a stranger's words may reach a log.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, utf8 } from "../../src/shared/text.ts";

const codeUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })))
  .map((units) => String.fromCharCode(...units));

describe("utf8", () => {
  it.each<[string, number[]]>([
    ["", []],
    ["A", [0x41]],
    ["\0", [0]],
    ["\x7f", [0x7f]],
    ["\x80", [0xc2, 0x80]],
    ["\u07ff", [0xdf, 0xbf]],
    ["\u0800", [0xe0, 0xa0, 0x80]],
    ["€", [0xe2, 0x82, 0xac]],
    ["\uffff", [0xef, 0xbf, 0xbf]],
    ["\u{10000}", [0xf0, 0x90, 0x80, 0x80]],
    ["😀", [0xf0, 0x9f, 0x98, 0x80]],
    ["\u{10ffff}", [0xf4, 0x8f, 0xbf, 0xbf]],
    ["\ud800", [0xef, 0xbf, 0xbd]],
    ["\udc00a", [0xef, 0xbf, 0xbd, 0x61]],
    ["\ud800\ud800\udc00", [0xef, 0xbf, 0xbd, 0xf0, 0x90, 0x80, 0x80]],
  ])("%s", (text, bytes) => {
    expect([...utf8(text)]).toEqual(bytes);
  });
});

describe("printable", () => {
  it.each([
    ["plain", "plain"],
    ["µ€ü 😀", "µ€ü 😀"],
    ["two\nlines", "two?lines"],
    ["\x1b[31mred\x07", "?[31mred?"],
    ["a\0b\tc\rd", "a?b?c?d"],
    ["\x7f\x80\x9f\xa0", "???\xa0"],
    ["\u2028\u2029\u202a\u202e", "????"],
    ["\u200e\u200f\u2066\u2069", "????"],
    ["\ud800a\udc00", "?a?"],
  ])("%s becomes %s", (text, clean) => {
    expect(printable(text, 100)).toBe(clean);
  });
  it("cuts where it must, and not before", () => {
    expect(printable("12345", 5)).toBe("12345");
    expect(printable("123456", 5)).toBe("1234…");
    expect(printable("x".repeat(1000))).toHaveLength(200);
    expect(printable("123😀67", 5)).toBe("123?…");
  });
  it("never lets a control through, never grows, and changes nothing twice", () => {
    fc.assert(
      fc.property(codeUnits, fc.integer({ min: 2, max: 40 }), (text, most) => {
        const clean = printable(text, most);
        expect(clean.length).toBeLessThanOrEqual(most);
        expect(clean).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/);
        expect(clean).not.toMatch(/[\ud800-\udfff]/u);
        expect(printable(clean, most)).toBe(clean);
      }),
    );
  });
});
