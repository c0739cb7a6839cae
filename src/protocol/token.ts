// The token that proves a caller knows a host's shared secret, without the secret leaving the router.
import { _SHA256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../shared/text.ts";

/**
 * The `validation_hash` of a set request: lower-case hex SHA-256 over the UTF-8 of address, host name and
 * secret, joined without separators. `address` is spelled as the service sees the caller, `hostname` as stored.
 */
export function makeToken(address: string, hostname: string, secret: string): string {
  return digest(address + hostname + secret);
}

/** SHA-256 of `text` (UTF-8) in lower-case hex. */
export function digest(text: string): string {
  return hex(sha256(utf8(text)));
}

/** SHA-256. The class behind noble's function: half a kilobyte less for the router. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new _SHA256().update(bytes).digest();
}

/** `bytes` in lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
