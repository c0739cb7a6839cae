// UTF-8 and SHA-256 against Node's own, over generated text with lone surrogates; Node only.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { digest, makeToken } from "../../src/protocol/token.ts";
import { utf8 } from "../../src/shared/text.ts";

const codeUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })))
  .map((units) => String.fromCharCode(...units));

it("utf8 is TextEncoder", () => {
  fc.assert(
    fc.property(codeUnits, (text) => {
      expect(utf8(text)).toEqual(new TextEncoder().encode(text));
    }),
    { numRuns: 2000 },
  );
});

it("digest is node:crypto's SHA-256, and a token is the digest of the three texts in a row", () => {
  fc.assert(
    fc.property(codeUnits, fc.string(), fc.string(), (address, hostname, secret) => {
      const all = new TextEncoder().encode(address + hostname + secret);
      const expected = createHash("sha256").update(all).digest("hex");
      expect(digest(address + hostname + secret)).toBe(expected);
      expect(makeToken(address, hostname, secret)).toBe(expected);
    }),
  );
});
