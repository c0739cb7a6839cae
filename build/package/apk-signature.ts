// Signatures of apk-tools 3: ECDSA on P-256 over a digest of the values. apk finds the public key by a digest of its
// point, whatever the key's file is called.
import type { KeyObject } from "node:crypto";
import { createHash } from "node:crypto";
import type { Schema } from "./adb.ts";
import { block } from "./adb.ts";
import { concat } from "./bytes.ts";
import { pointOf, signEcdsa } from "./ecdsa.ts";

/** A key pair on P-256. */
export interface ApkKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const VERSION = 0;
const DIGEST_SHA512 = 4;
const ID_BYTES = 16;

/** The block that signs `adb`, the values of a file of this schema. */
export function signatureBlock(
  schema: Schema,
  adb: Uint8Array,
  { privateKey, publicKey }: ApkKey,
): Uint8Array {
  const id = sha512(pointOf(publicKey)).subarray(0, ID_BYTES);
  const head = concat([Uint8Array.of(VERSION, DIGEST_SHA512), id]);
  const message = concat([new TextEncoder().encode(schema), head, sha512(adb)]);
  return block("signature", concat([head, signEcdsa(message, privateKey, publicKey)]));
}

function sha512(bytes: Uint8Array): Buffer {
  return createHash("sha512").update(bytes).digest();
}
