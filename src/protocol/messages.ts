// The messages on the wire: strict in what is sent, strict about the members that are needed; others are passed over.
import type { StatedAddress } from "./stated.ts";

/** `token` of an enroll is its proof (enroll.ts). */
export type Request =
  | { mode: "get" }
  /**
   * `refresh`: the zone shall be written although nothing has changed by the service's own account. With `stated` the token
   * is that of stated.ts, and the address the stated one.
   */
  | { mode: "set"; hostname: string; token: string; refresh?: true; stated?: StatedAddress }
  | { mode: "enroll"; hostname: string; nonce: string; token: string };

export interface Answer {
  status: "success" | "fail";
  message: string;
  requestId?: string;
}

/** The body that asks for the caller's public address. */
export function encodeGet(): string {
  return '{"execution_mode":"get"}';
}

/**
 * The body that asks to point `hostname` at the caller; `token` as made by makeToken. `refresh`: the zone shall be written
 * although nothing has changed by the service's own account.
 */
export function encodeSet(hostname: string, token: string, refresh = false): string {
  const more = refresh ? { refresh } : {};
  return JSON.stringify({
    execution_mode: "set",
    ddns_hostname: hostname,
    validation_hash: token,
    ...more,
  });
}

/** The body that enrols `hostname`; `nonce` of 32 hex digits, `proof` as made by makeProof. */
export function encodeEnroll(hostname: string, nonce: string, proof: string): string {
  return JSON.stringify({
    execution_mode: "enroll",
    ddns_hostname: hostname,
    ddns_nonce: nonce,
    validation_hash: proof,
  });
}

/** The request in a body, or a sentence that says what is wrong with it. A token is 64 hex digits of either case. */
export function decodeRequest(body: string): Request | string {
  const members = parseObject(body);
  if (!members) return "The body must be a JSON object.";
  const mode = members["execution_mode"];
  if (mode === "get") return { mode };
  if (mode !== "set" && mode !== "enroll") return 'execution_mode must be "get", "set" or "enroll".';
  const hostname = members["ddns_hostname"];
  if (typeof hostname !== "string" || hostname === "") return "ddns_hostname must be a host name.";
  const token = members["validation_hash"];
  if (typeof token !== "string" || !TOKEN.test(token)) {
    return "validation_hash must be a SHA-256 digest: 64 hexadecimal digits.";
  }
  const nonce = members["ddns_nonce"];
  const refresh = members["refresh"] === true ? { refresh: true as const } : {};
  if (mode === "set") {
    const more = decodeStated(members);
    return typeof more === "string"
      ? more
      : { mode, hostname, token: token.toLowerCase(), ...refresh, ...more };
  }
  if (typeof nonce !== "string" || !NONCE.test(nonce)) {
    return "ddns_nonce must be 32 hexadecimal digits in lower case.";
  }
  return { mode, hostname, nonce, token: token.toLowerCase() };
}

/** The member of the stated address, where the request has one, or a sentence. One of the two members alone is a mistake. */
function decodeStated(members: Record<string, unknown>): { stated?: StatedAddress } | string {
  const { ddns_address: address, ddns_time: timeSeconds } = members;
  if (address === undefined && timeSeconds === undefined) return {};
  if (typeof address !== "string") return "ddns_address must be an IP address.";
  if (typeof timeSeconds !== "number" || !Number.isSafeInteger(timeSeconds) || timeSeconds < 0) {
    return "ddns_time must be the Unix time in whole seconds.";
  }
  return { stated: { address, timeSeconds } };
}

/** The body of an answer; the request id stands in it too, since some clients see no headers. */
export function encodeAnswer(status: Answer["status"], message: string, requestId?: string): string {
  return JSON.stringify({
    return_status: status,
    return_message: message,
    ...(requestId === undefined ? {} : { request_id: requestId }),
  });
}

/** The answer in a body, or null when it is not one of this protocol (a gateway's error, HTML, a cut text). */
export function decodeAnswer(body: string): Answer | null {
  const members = parseObject(body);
  const status = members?.["return_status"];
  const message = members?.["return_message"];
  if ((status !== "success" && status !== "fail") || typeof message !== "string") return null;
  const requestId = members?.["request_id"];
  return { status, message, ...(typeof requestId === "string" ? { requestId } : {}) };
}

// Marked as pure: the client decodes no request, and a build leaves this out there.
const TOKEN = /* @__PURE__ */ new RegExp("^[0-9A-Fa-f]{64}$");
const NONCE = /* @__PURE__ */ new RegExp("^[0-9a-f]{32}$");

/** The members of the JSON object in `text`, or null when it is none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
