// What an HTTP response means in this protocol: decided by status and return_status, never by wording.

import { type Answer, decodeAnswer } from "../../protocol/messages.ts";
import { parseAddress } from "../../shared/address.ts";
import { hostnameProblem } from "../../shared/hostname.ts";
import { printable } from "../../shared/text.ts";
import { resolveLocation, urlParts } from "../../shared/url.ts";
import type { Failure, HttpResponse } from "../core/types.ts";

export type Meaning =
  | { kind: "accepted"; message: string }
  | { kind: "moved"; url: string }
  | { kind: "failed"; failure: Failure };

/** What the response to a `mode` call to `url` means. */
export function interpret(response: HttpResponse, mode: "get" | "set", url: string): Meaning {
  const { status } = response;
  const answer = decodeAnswer(response.body);
  const accepted = status === 200 || (status === 201 && mode === "set");
  if (accepted && answer?.status === "success") return { kind: "accepted", message: answer.message };
  if (status === 201 && mode === "set" && response.bodyHidden) return { kind: "accepted", message: "" };
  if (REDIRECTS.includes(status)) return moved(response, url);
  const requestId = response.requestId ?? answer?.requestId;
  const { retryAfter } = response;
  const failure: Failure = { ...describe(response, answer, mode) };
  if (requestId !== undefined) failure.requestId = printable(requestId, 64);
  if (retryAfter !== undefined) failure.retryAfter = retryAfter;
  return { kind: "failed", failure };
}

/** AWS names the cause at the end of a sentence that names everything else first. */
const MOST_MESSAGE_CHARS = 600;

const REDIRECTS: readonly number[] = [301, 302, 307, 308];

function describe(response: HttpResponse, answer: Answer | null, mode: "get" | "set"): Failure {
  const { status, body, bodyHidden } = response;
  const said = answer ? `: ${printable(answer.message, MOST_MESSAGE_CHARS)}` : "";
  if (status === 400)
    return { kind: "refused", detail: `the service calls the request malformed (400)${said}` };
  if (status === 401) return { kind: "refused", detail: `the service refuses the token (401)${said}` };
  if (status === 403)
    return { kind: "refused", detail: forbidden(answer !== null, bodyHidden && mode === "set") + said };
  if (status === 429 || status === 503)
    return { kind: "busy", detail: `the service asks to wait (${status})${said}` };
  if (status >= 500) return { kind: "broken", detail: `the service failed (${status})${said}` };
  if (status === 404)
    return { kind: "broken", detail: "there is nothing at this URL (404); compare it with the function URL" };
  if (status >= 300)
    return { kind: "broken", detail: `an answer outside the protocol (HTTP ${status})${said}` };
  // An object that does not end: what was cut may have been an acknowledgement.
  if (body.trimStart().startsWith("{") && !answer && !isJson(body)) {
    return { kind: "unsure", detail: `the answer was cut after ${body.length} characters` };
  }
  const shown = answer ? said : `: ${printable(body.trim(), 60) || "empty"}`;
  return { kind: "broken", detail: `an answer outside the protocol (HTTP ${status})${shown}` };
}

/** `perhaps`: the service itself may have answered, unseen; a get names no host that it could miss. */
function forbidden(answered: boolean, perhaps: boolean): string {
  const host =
    "the service does not know this host name, could not read its record, or has it disabled (403)";
  const url = "the URL refuses the call (403): is it right, and is the function public?";
  if (answered) return host;
  return perhaps ? `${host}; or ${url} (uclient-fetch cannot tell, curl can)` : url;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A redirect is followed from https to https only, and never to a literal private address. */
function moved(response: HttpResponse, from: string): Meaning {
  const to = resolveLocation(response.location ?? "", from);
  const parts = urlParts(to);
  const failed = (why: string): Meaning => {
    const detail = `the URL redirects (${response.status}) ${why}: ${printable(response.location ?? "nowhere", 100)}`;
    return { kind: "failed", failure: { kind: "broken", detail } };
  };
  if (!parts) return failed("to something that is no URL");
  if (parts.scheme !== "https" || !from.startsWith("https:")) return failed("without https on both sides");
  if (!isPublic(parts.host)) return failed("to a private address");
  return { kind: "moved", url: to };
}

/**
 * Whether a URL's host is a public address or a full name; the odd spellings of addresses (127.1, 0x7f000001) are neither,
 * nor are the names below `localhost`, which resolvers take for loopback (RFC 6761).
 */
function isPublic(host: string): boolean {
  const address = parseAddress(host.replace("[", "").replace("]", ""));
  if (address) return address.scope === "public";
  return !hostnameProblem(host) && !host.toLowerCase().endsWith(".localhost");
}
