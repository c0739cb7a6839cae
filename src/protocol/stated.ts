// Token 2: the proof for an address that the request does not come from, as that of a machine behind the router.
// Pure, and a promise: whoever changes the formula cuts off the routers that use it.
import { utf8 } from "../shared/text.ts";
import { hex, sha256 } from "./token.ts";

/** An address that a set request states, in its canonical spelling, and when it was stated: Unix time, whole seconds. */
export interface StatedAddress {
  address: string;
  timeSeconds: number;
}

/** The `validation_hash` of a set that states its address: lower-case hex HMAC-SHA256, keyed with the host's secret. */
export function makeStatedToken(hostname: string, stated: StatedAddress, secret: string): string {
  const text = `lambda-ddns/2\n${hostname}\n${stated.address}\n${stated.timeSeconds}`;
  return hex(hmac(utf8(secret), utf8(text)));
}

/** The body that points `hostname` at a stated address; `token` as made by makeStatedToken, `refresh` as in encodeSet. */
export function encodeStatedSet(
  hostname: string,
  stated: StatedAddress,
  token: string,
  refresh = false,
): string {
  const more = refresh ? { refresh } : {};
  return JSON.stringify({
    execution_mode: "set",
    ddns_hostname: hostname,
    ddns_address: stated.address,
    ddns_time: stated.timeSeconds,
    validation_hash: token,
    ...more,
  });
}

/** HMAC-SHA256 (RFC 2104). The library's own brings 1.5 KB along, which every router would parse. */
function hmac(key: Uint8Array, text: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > block.length ? sha256(key) : key);
  const inner = sha256(Uint8Array.of(...block.map((byte) => byte ^ 0x36), ...text));
  return sha256(Uint8Array.of(...block.map((byte) => byte ^ 0x5c), ...inner));
}
