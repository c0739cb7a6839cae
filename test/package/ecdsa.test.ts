// Signatures that depend on nothing but key and message, by the examples of RFC 6979 (A.2.5, SHA-512), and as OpenSSL sees them.
import { generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { signEcdsa } from "../../build/package/ecdsa.ts";
import { TEST_KEY } from "./small.ts";

const sign = (text: string, { privateKey, publicKey } = TEST_KEY): Buffer =>
  Buffer.from(signEcdsa(Buffer.from(text), privateKey, publicKey));

test.each([
  [
    "sample",
    "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
    "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
  ],
  [
    "test",
    "461D93F31B6540894788FD206C07CFA0CC35F46FA3C91816FFF1040AD1581A04",
    "39AF9F15DE0DB8D97E72719C74820D304CE5226E32DEDAE67519E840D1194E55",
  ],
])("%s", (text, r, s) => {
  // As DER: a first bit that is set needs a zero before it.
  const integer = (hex: string): string => (hex < "8" ? `0220${hex}` : `022100${hex}`);
  const content = `${integer(r)}${integer(s)}`;
  expect(sign(text).toString("hex").toUpperCase()).toBe(
    `30${(content.length / 2).toString(16)}${content}`.toUpperCase(),
  );
});

test("any key and message: OpenSSL takes the signature, and no other message for it", () => {
  for (let round = 0; round < 40; round++) {
    const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const signature = sign(`message ${round}`, pair);
    expect(verify("sha512", Buffer.from(`message ${round}`), pair.publicKey, signature)).toBe(true);
    expect(verify("sha512", Buffer.from(`message ${round} `), pair.publicKey, signature)).toBe(false);
    expect(sign(`message ${round}`, pair)).toEqual(signature);
  }
});

test("a public key that is not the private one's is noticed before anything is signed by it", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  expect(() => sign("x", { ...TEST_KEY, publicKey })).toThrow("the signature does not verify");
});
