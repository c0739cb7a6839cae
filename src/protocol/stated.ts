// Token 2: the proof for an address that the request does not come from, as that of a machine behind the router.
// Pure, and a promise: whoever changes the formula cuts off the routers that use it.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../shared/text.ts";

/** An address that a set request states, in its canonical spelling, and when it was stated: Unix time, whole seconds. */
export interface StatedAddress {
  address: string;
  timeSeconds: number;
}

/** The `validation_hash` of a set that states its address: lower-case hex HMAC-SHA256, keyed with the host's secret. */
export function makeStatedToken(hostname: string, stated: StatedAddress, secret: string): string {
  const text = `lambda-ddns/2\n${hostname}\n${stated.address}\n${stated.timeSeconds}`;
  const bytes = hmac(sha256, utf8(secret), utf8(text));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
