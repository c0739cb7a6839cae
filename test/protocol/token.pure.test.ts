// Tokens against the vectors of the sample and the article, and SHA-256 against published digests; generated input is in text.test.ts.
import { describe, expect, it } from "vitest";
import { digest, makeToken } from "../../src/protocol/token.ts";
import vectors from "../vectors/tokens.json" with { type: "json" };

describe("makeToken", () => {
  it.each(vectors)("$source", ({ address, hostname, secret, token }) => {
    expect(makeToken(address, hostname, secret)).toBe(token);
  });
  it("does not make the digest that the article prints: that one is wrong, do not chase it", () => {
    const wrong = vectors.filter(({ printed }) => printed !== undefined);
    expect(wrong).toHaveLength(1);
    for (const { token, printed = "" } of wrong) expect(token.startsWith(printed)).toBe(false);
  });
  it("is bound to every letter of address, name and secret", () => {
    const token = makeToken("176.32.100.36", "host1.dyn.example.com", "shared_secret_1");
    const others = [
      makeToken("176.32.100.37", "host1.dyn.example.com", "shared_secret_1"),
      makeToken("176.32.100.36", "host1.dyn.example.com.", "shared_secret_1"),
      makeToken("176.32.100.36", "Host1.dyn.example.com", "shared_secret_1"),
      makeToken("176.32.100.36", "host1.dyn.example.com", "shared_secret_1\n"),
    ];
    expect(new Set([token, ...others]).size).toBe(5);
  });
  it("hashes a secret of other scripts as UTF-8", () => {
    // printf '%s' '11.12.13.14a.example.comµ€ü😀' | sha256sum
    expect(makeToken("11.12.13.14", "a.example.com", "µ€ü😀")).toBe(
      "0fd2d681704cc5c46451c75d61750e7a206b1d2b01b221ba1797a8a9e5e6b24c",
    );
  });
});

// FIPS 180-4 examples, and lengths around the padding's borders (sha256sum of that many letters a).
describe("digest", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"],
    ["a".repeat(56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"],
    ["a".repeat(64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"],
    ["a".repeat(1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"],
  ])("of %s", (text, hex) => {
    expect(digest(text)).toBe(hex);
  });
});
