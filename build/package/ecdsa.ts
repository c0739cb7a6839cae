// Signs with ECDSA on P-256 and SHA-512, the same signature for the same message and key (RFC 6979), which node:crypto
// alone does not offer: releases are to come out alike wherever they are built.
import type { KeyObject } from "node:crypto";
import { createECDH, createHash, createHmac, verify } from "node:crypto";
import { concat } from "./bytes.ts";

/** The order of the curve's group (FIPS 186-4, D.1.2.3). */
const ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const BYTES = 32;

/** The point of a public P-256 key, uncompressed: 65 bytes. */
export function pointOf(publicKey: KeyObject): Uint8Array {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

/** The signature of `message`, DER-encoded; throws if it does not verify by `publicKey`. */
export function signEcdsa(message: Uint8Array, privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  const { d = "" } = privateKey.export({ format: "jwk" });
  const secret = number(Buffer.from(d, "base64url"));
  const digest = number(createHash("sha512").update(message).digest().subarray(0, BYTES));
  const nonce = nonceFor(secret, digest);
  const r = xOf(nonce) % ORDER;
  const s = (inverse(nonce) * (digest + r * secret)) % ORDER;
  const signature = sequence([r, s]);
  if (!verify("sha512", message, publicKey, signature)) throw new Error("the signature does not verify");
  return signature;
}

/** RFC 6979, 3.2: a secret number that depends on key and message alone. */
function nonceFor(secret: bigint, digest: bigint): bigint {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array =>
    createHmac("sha512", key).update(concat(parts)).digest();
  const seed = concat([octets(secret), octets(digest % ORDER)]);
  let value: Uint8Array = new Uint8Array(64).fill(1);
  let key: Uint8Array = new Uint8Array(64);
  for (const round of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(round), seed);
    value = hmac(key, value);
  }
  for (;;) {
    value = hmac(key, value);
    const candidate = number(value.subarray(0, BYTES));
    if (candidate > 0n && candidate < ORDER) return candidate;
    key = hmac(key, value, Uint8Array.of(0));
    value = hmac(key, value);
  }
}

/** The x coordinate of `factor` times the curve's base point: what key agreement calls a public key. */
function xOf(factor: bigint): bigint {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(octets(factor));
  return number(curve.getPublicKey().subarray(1, 1 + BYTES));
}

/** 1 / value, modulo the group's order, which is prime (Fermat). */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value];
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent % 2n === 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function octets(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * BYTES, "0"), "hex");
}

/** A DER sequence of positive integers, each shorter than 128 bytes. */
function sequence(values: readonly bigint[]): Uint8Array {
  const integers = values.map((value) => {
    const hex = value.toString(16);
    const even = hex.length % 2 === 0 ? hex : `0${hex}`;
    const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, "hex");
    return concat([Uint8Array.of(2, bytes.length), bytes]);
  });
  const content = concat(integers);
  return concat([Uint8Array.of(0x30, content.length), content]);
}
