// What an HTTP response means in this protocol: decided by status and return_status, never by wording.

import { decodeAnswer } from "../../protocol/messages.ts";
import { parseAddress } from "../../shared/address.ts";
import { hostnameProblem } from "../../shared/hostname.ts";
import { printable } from "../../shared/text.ts";
import { resolveLocation, urlParts } from "../../shared/url.ts";
import type { Failure, HttpResponse } from "../core/types.ts";
import { loadPart } from "../parts.ts";
import { describeFailure, WEB_PAGE } from "./failures.ts";

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
  loadPart("problems");
  const failure = describeFailure(response, answer, mode);
  if (requestId !== undefined) failure.requestId = printable(requestId, 64);
  if (retryAfter !== undefined) failure.retryAfter = retryAfter;
  return { kind: "failed", failure };
}

const REDIRECTS: readonly number[] = [301, 302, 307, 308];

/** A redirect is followed from https to https only, and never to a literal private address. */
function moved(response: HttpResponse, from: string): Meaning {
  const to = resolveLocation(response.location ?? "", from);
  const parts = urlParts(to);
  const failed = (why: string): Meaning => {
    loadPart("problems");
    const detail = `the URL redirects (${response.status}) ${why}: ${printable(response.location ?? "nowhere", 100)}; ${WEB_PAGE}`;
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
