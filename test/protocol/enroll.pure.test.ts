// Enrolment's formulas against fixed vectors, in every engine; and how a code is read that a person typed.
import { describe, expect, it } from "vitest";
import { CODE_ALPHABET, normalizeCode } from "../../src/protocol/code.ts";
import { deriveSecret, makeProof } from "../../src/protocol/enroll.ts";
import { decodeRequest, encodeEnroll } from "../../src/protocol/messages.ts";
import vectors from "../vectors/enroll.json" with { type: "json" };

const CODE = "0123456789ABCDEF";
const NONCE = "00112233445566778899aabbccddeeff";

describe("the formulas", () => {
  it.each(vectors)("$source", ({ address, hostname, nonce, code, proof, derived }) => {
    expect(makeProof(address, hostname, nonce, code)).toBe(proof);
    expect(deriveSecret(nonce, code, hostname)).toBe(derived);
  });
  it("bind the secret to every letter of nonce, code and name, whatever stands between them", () => {
    const secrets = [
      deriveSecret(NONCE, CODE, "h.example.com"),
      deriveSecret(NONCE, CODE, "H.example.com"),
      deriveSecret(NONCE, "0123456789ABCDEG", "h.example.com"),
      deriveSecret("10112233445566778899aabbccddeeff", CODE, "h.example.com"),
      deriveSecret(NONCE, `${CODE}\nh`, ".example.com"),
    ];
    expect(new Set(secrets).size).toBe(5);
    for (const secret of secrets) expect(secret.length).toBe(43);
  });
});

describe("a code", () => {
  it.each([
    ["0123-4567-89AB-CDEF"],
    ["0123456789abcdef"],
    [" 0123 4567\t89ab cdef "],
    ["O123-4567-89AB-CDEF"],
    ["oi23-4567-89ab-cdef"],
    ["0l23-4567-89ab-cdef"],
  ])("%s is read as it was meant", (text) => {
    expect(normalizeCode(text)).toBe(CODE);
  });
  it.each([
    [""],
    ["0123-4567-89AB-CDE"],
    ["0123-4567-89AB-CDEFG"],
    ["0123-4567-89AB-CDEU"],
    ["0123-4567-89AB-CDE\n"],
    ["0123_4567_89AB_CDEF"],
    ["0123-4567-89AB-CDEé"],
    ["ß123-4567-89AB-CDE"],
  ])("%s is none", (text) => {
    expect(normalizeCode(text)).toBeNull();
  });
  it("has letters that nobody takes for another", () => {
    expect(CODE_ALPHABET.length).toBe(32);
    for (const letter of CODE_ALPHABET) expect(normalizeCode(letter.repeat(16))).toBe(letter.repeat(16));
  });
});

describe("an enroll request", () => {
  const proof = "a".repeat(64);
  it("has these bytes, and comes back as it was sent", () => {
    const body = encodeEnroll("h.example.com", NONCE, proof);
    expect(body).toBe(
      `{"execution_mode":"enroll","ddns_hostname":"h.example.com","ddns_nonce":"${NONCE}","validation_hash":"${proof}"}`,
    );
    expect(decodeRequest(body)).toEqual({
      mode: "enroll",
      hostname: "h.example.com",
      nonce: NONCE,
      token: proof,
    });
  });
  it.each([[""], [NONCE.slice(1)], [`${NONCE}0`], [NONCE.toUpperCase()], [`${NONCE}\n`]])(
    "with the nonce %s is refused",
    (nonce) => {
      expect(decodeRequest(encodeEnroll("h.example.com", nonce, proof))).toBe(
        "ddns_nonce must be 32 hexadecimal digits in lower case.",
      );
    },
  );
});
