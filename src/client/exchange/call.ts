// A request to the service that is not made yet, and where a redirect takes it. Nothing here can make a token.
import { encodeGet } from "../../protocol/messages.ts";
import type { Failure } from "../core/types.ts";
import type { Seconds } from "../host/port.ts";

export interface Call {
  mode: "get" | "set";
  url: string;
  body: string;
  /**
   * Has to leave by the interface's own device: a question, whose answer would speak of another line, or what follows from one.
   * A token for the router's own address need not: it is worth nothing on another line.
   */
  bind: boolean;
  /** Time for the whole of it; TOTAL_SECONDS where it is not said. */
  seconds?: Seconds;
}

const MOST_REDIRECTS = 3;

/** The call that asks which address the service sees, and changes nothing. */
export function question(url: string): Call {
  return { mode: "get", url, body: encodeGet(), bind: true };
}

/** `call` where it is redirected to, after `count` redirects before this one; or the failure that it is once too often. */
export function redirected(call: Call, count: number, url: string): { call: Call } | { failure: Failure } {
  if (count < MOST_REDIRECTS) return { call: { ...call, url } };
  return { failure: { kind: "broken", detail: `more than ${MOST_REDIRECTS} redirects` } };
}
