// A function URL's event (payload format 2.0) to a request of ours, and an outcome to the answer it expects.
// Whatever the event holds, a problem is a sentence for the caller with a 4xx status, never an exception.

import { decodeRequest, encodeAnswer, type Request } from "../protocol/messages.ts";
import type { Address } from "../shared/address.ts";
import { callerAddress } from "./decide.ts";
import type { Outcome } from "./outcome.ts";

export interface FunctionUrlAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** A request worth handling, or the outcome that refuses it. `caller` is there as soon as it is known. */
export type Call =
  | { kind: "request"; request: Request; caller: Address }
  | { kind: "refused"; outcome: Outcome; caller: Address | null };

/** Bodies of this protocol have at most about 400 bytes. */
const MAX_BODY_CHARS = 8192;
/** 253 characters and a final dot. Route 53 takes no others, and half a surrogate pair is no key of a table. */
const HOSTNAME = /^[!-~]{1,254}$/;

/** Reads an event. The content type is not looked at: what is JSON is taken, base64 is undone first. */
export function readEvent(event: unknown): Call {
  const http = member(member(event, "requestContext"), "http");
  const source = member(http, "sourceIp");
  const body = member(event, "body");
  const caller = typeof source === "string" ? callerAddress(source) : null;
  const refuse = (status: number, message: string): Call => {
    return { kind: "refused", outcome: { status, message, verdict: "malformed" }, caller };
  };
  if (member(http, "method") !== "POST") return refuse(405, "Send a POST request with a JSON body.");
  if (!caller) {
    const message = "The address of the caller is missing or is not one IP address.";
    return { kind: "refused", outcome: { status: 400, message, verdict: "no-caller" }, caller };
  }
  if (typeof body !== "string" || body === "") return refuse(400, "The body must be a JSON object.");
  if (body.length > MAX_BODY_CHARS) return refuse(413, "The body is too large.");
  const text = member(event, "isBase64Encoded") === true ? decodeBase64(body) : body;
  if (text === null) return refuse(400, "The body is not UTF-8 text.");
  const request = decodeRequest(text);
  if (typeof request === "string") return refuse(400, request);
  if (request.mode !== "get" && !HOSTNAME.test(request.hostname)) {
    return refuse(
      400,
      "ddns_hostname is too long for a host name or not ASCII; other scripts need the xn-- form.",
    );
  }
  return { kind: "request", request, caller };
}

/** The id that AWS gave the request; it also stands in the x-amzn-RequestId header that the URL adds. */
export function requestIdOf(event: unknown): string | null {
  const id = member(member(event, "requestContext"), "requestId");
  return typeof id === "string" && id !== "" ? id : null;
}

/** The answer that the function URL sends on. 405 names what is allowed, as HTTP asks. */
export function toAnswer(outcome: Outcome, requestId: string): FunctionUrlAnswer {
  const { status, message, retryAfterSeconds } = outcome;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": "no-store",
  };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(Math.ceil(retryAfterSeconds));
  if (status === 405) headers["allow"] = "POST";
  // The sample's own client takes every digit and dot of a get's answer for the address: no id stands beside one, nor in its place.
  const idInBody = ["address", "no-caller"].includes(outcome.verdict) ? undefined : requestId;
  const body = encodeAnswer(status < 300 ? "success" : "fail", message, idInBody);
  return { statusCode: status, headers, body };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function decodeBase64(body: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(body, "base64"));
  } catch {
    return null;
  }
}
