// A state's text: every one decodes, and what is truncated, binary, mistyped, of another version or of the future is a fresh start.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeState, encodeState, freshState } from "../../src/client/core/state.ts";
import type { ServiceState } from "../../src/client/core/types.ts";
import { published, state } from "./given.ts";

const FAILED = published({
  failures: 2,
  lastFailure: { kind: "busy", detail: "asked to wait", requestId: "id-1", retryAfter: 90 },
  notBefore: 1100,
  needsCurl: true,
  stamp: "1.2.3",
  fingerprint: "ab",
});
const TEXT = encodeState(FAILED);

describe("a state that was saved", () => {
  it.each([
    ["fresh", freshState()],
    ["published", published()],
    ["failed", FAILED],
  ] as const)("%s comes back", (_, saved) => {
    expect(decodeState(encodeState(saved), 1000)).toEqual(saved);
  });
  it("comes back whatever it holds", () => {
    const saved: fc.Arbitrary<ServiceState> = fc.record({
      published: fc.option(fc.ipV4()),
      publishedAt: fc.nat(),
      sentAt: fc.option(fc.nat()),
      inDoubt: fc.boolean(),
      behindNat: fc.boolean(),
      failures: fc.nat(),
      lastFailure: fc.option(fc.record({ kind: fc.constantFrom("offline", "refused"), detail: fc.string() })),
      notBefore: fc.nat(),
      detected: fc.option(fc.ipV6()),
      needsCurl: fc.boolean(),
      systemTrust: fc.boolean(),
      device: fc.string(),
      passedOver: fc.option(fc.ipV6()),
      hookAddress: fc.option(fc.ipV4()),
      hookFailed: fc.option(fc.boolean()),
      stamp: fc.string(),
      fingerprint: fc.string(),
    });
    fc.assert(
      fc.property(saved, (one) => {
        expect(decodeState(encodeState(one), 2 ** 32)).toEqual(one);
      }),
    );
  });
  it("is one line that ends", () => {
    expect(TEXT.indexOf("\n")).toBe(TEXT.length - 1);
  });
  it("holds no secret, token or URL", () => {
    for (const member of ["secret", "token", "url"]) expect(freshState()).not.toHaveProperty(member);
  });
});

const changed = (changes: object): string => JSON.stringify({ ...JSON.parse(TEXT), ...changes });

describe("a fresh start", () => {
  it.each<[string, string | null]>([
    ["no file", null],
    ["an empty file", ""],
    ["binary", "\0\x01\x02ÿ\ufffd\ufffd"],
    ["another program's words", "<html>"],
    ["a bare number", "1"],
    ["null", "null"],
    ["a list", "[1]"],
    ["no version", changed({ version: undefined })],
    ["another version", changed({ version: 2 })],
    ["a version that is text", changed({ version: "1" })],
    ["text after the end", `${TEXT}x`],
    ["published: a number", changed({ published: 1 })],
    ["publishedAt: text", changed({ publishedAt: "1" })],
    ["publishedAt: null", changed({ publishedAt: null })],
    ["publishedAt: negative", changed({ publishedAt: -1 })],
    ["publishedAt: tomorrow", changed({ publishedAt: 1001 })],
    ["sentAt: text", changed({ sentAt: "x" })],
    ["sentAt: negative", changed({ sentAt: -5 })],
    ["sentAt: tomorrow", changed({ sentAt: 1000.5 })],
    ["inDoubt: a number", changed({ inDoubt: 1 })],
    ["behindNat missing", changed({ behindNat: undefined })],
    ["failures: text", changed({ failures: "2" })],
    ["lastFailure: text", changed({ lastFailure: "busy" })],
    ["lastFailure of no kind", changed({ lastFailure: { kind: "odd", detail: "x" } })],
    ["lastFailure of two kinds", changed({ lastFailure: { kind: "busy broken", detail: "x" } })],
    ["lastFailure without detail", changed({ lastFailure: { kind: "busy" } })],
    ["notBefore in a day", changed({ notBefore: 1000 + 86_400 })],
    ["detected: a list", changed({ detected: [] })],
    ["needsCurl: text", changed({ needsCurl: "yes" })],
    ["stamp: null", changed({ stamp: null })],
    ["fingerprint: a number", changed({ fingerprint: 7 })],
  ])("%s", (_, text) => {
    expect(decodeState(text, 1000)).toEqual(freshState());
  });
  it("comes of a text that was cut, wherever it was cut", () => {
    for (let length = 0; length < TEXT.length - 1; length++)
      expect(decodeState(TEXT.slice(0, length), 1000)).toEqual(freshState());
  });
  it("or a whole state comes of a text in which one byte was damaged", () => {
    const keys = Object.keys(freshState()).sort();
    fc.assert(
      fc.property(fc.nat(TEXT.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = TEXT.slice(0, at) + String.fromCharCode(byte) + TEXT.slice(at + 1);
        const decoded = decodeState(damaged, 1000);
        expect(Object.keys(decoded).sort()).toEqual(keys);
        expect(decoded.publishedAt <= 1000 && decoded.notBefore <= 1000 + 8 * 3600).toBe(true);
      }),
    );
  });
  it("comes of every text that is no state", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeState(text, 1000)).toEqual(freshState());
      }),
    );
  });
});

it("members that nobody named are passed over", () => {
  expect(decodeState(changed({ more: 1 }), 1000)).toEqual(state(FAILED));
});
