// Keys and signatures as usign and signify write them: Ed25519 with an eight-byte number that ties a signature to its key.
// opkg finds the public key on the router by that number.
import type { KeyObject } from "node:crypto";
import { createHash, sign } from "node:crypto";
import { concat } from "../package/bytes.ts";

/** A key pair on Ed25519. */
export interface UsignKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const ALGORITHM = new TextEncoder().encode("Ed");
const NUMBER_BYTES = 8;

/** The key's number in hexadecimal: the name of its file in /etc/opkg/keys. It follows from the key itself. */
export function usignFingerprint(key: KeyObject): string {
  return Buffer.from(keyNumber(key)).toString("hex");
}

/** The public key's file. */
export function usignPublicKey(key: KeyObject): string {
  const comment = `public key ${usignFingerprint(key)}`;
  return lines(comment, concat([ALGORITHM, keyNumber(key), rawKey(key)]));
}

/** The file that signs `message`. */
export function usignSignature(message: Uint8Array, { privateKey, publicKey }: UsignKey): string {
  const signature = sign(null, message, privateKey);
  const comment = `signed with key ${usignFingerprint(publicKey)}`;
  return lines(comment, concat([ALGORITHM, keyNumber(publicKey), signature]));
}

function lines(comment: string, bytes: Uint8Array): string {
  return `untrusted comment: ${comment}\n${Buffer.from(bytes).toString("base64")}\n`;
}

function keyNumber(key: KeyObject): Uint8Array {
  return createHash("sha512").update(rawKey(key)).digest().subarray(0, NUMBER_BYTES);
}

function rawKey(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}
