// Enrolment by a code: the proof that a router has it, and the secret that both sides make of it.
// Pure, and a promise: whoever changes one of these formulas cuts off the routers that are on their way.
import { _SHA256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../shared/text.ts";
import { makeToken } from "./token.ts";

/**
 * The `validation_hash` of an enroll request: lower-case hex SHA-256 over address, host name, nonce and code, joined
 * without separators. `address` is spelled as the service sees the caller, `code` as normalizeCode does (code.ts), `nonce` is 32 hex digits.
 */
export function makeProof(address: string, hostname: string, nonce: string, code: string): string {
  return makeToken(address, hostname, nonce + code);
}

/** The host's secret after enrolment, which never travels: 43 characters of base64url. */
export function deriveSecret(nonce: string, code: string, hostname: string): string {
  const text = `lambda-ddns/enroll/1\n${nonce}\n${code}\n${hostname}`;
  return base64url(new _SHA256().update(utf8(text)).digest());
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648, section 5, without padding. */
function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = a * 65536 + b * 256 + c;
    for (const shift of [18, 12, 6, 0]) text += BASE64URL[(bits >> shift) & 63];
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
}
