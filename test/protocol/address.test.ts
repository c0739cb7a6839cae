// Addresses against Node's own parser and its URL class, which spell IPv6 by rules of their own writing; Node only.
import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../src/shared/address.ts";

const family = (text: string): number => ({ ipv4: 4, ipv6: 6 })[parseAddress(text)?.family ?? "ipv4"];

/** Nearly addresses: the letters of addresses in any order, and whole ones with one letter changed. */
const letters = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF:.:::.."), maxLength: 45 });
const whole = fc.oneof(fc.ipV4(), fc.ipV6());
const nearly = fc
  .tuple(whole, fc.nat(45), fc.constantFrom(..."0:.fg% "))
  .map(([text, at, letter]) => text.slice(0, at) + letter + text.slice(at + 1));

describe("parseAddress beside Node", () => {
  it("takes what net.isIP takes, zone identifiers apart", () => {
    fc.assert(
      fc.property(fc.oneof(letters, whole, nearly), (text) => {
        const expected = text.includes("%") ? 0 : isIP(text);
        expect(parseAddress(text) === null ? 0 : family(text)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
  it("spells IPv6 as URL does, IPv4-mapped ones apart (RFC 5952, section 5)", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parseAddress(text);
        if (address?.scope === "mapped") return;
        expect(`[${address?.text}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
      { numRuns: 2000 },
    );
  });
});
