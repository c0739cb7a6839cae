// Questions that change nothing, for whatever only looks. No token is made here, nor by anything that this imports.
import { encodeSet } from "../../protocol/messages.ts";
import type { Context, Failure, Reply } from "../core/types.ts";
import { type Call, question, redirected } from "../exchange/call.ts";
import { interpret } from "../exchange/interpret.ts";
import type { Host, Seconds } from "../host/port.ts";
import type { Say } from "./log.ts";
import { send } from "./send.ts";

/** What a service said when it was asked which address it sees. */
export type Told = { seen: string } | { failure: Failure };

/** Asks a service which address it sees, `seconds` long at most. Follows redirects and tries twice as an attempt would. */
export function probe(host: Host, context: Context, say: Say, seconds?: Seconds): Told {
  let call: Call = { ...question(context.service.url), ...(seconds ? { seconds } : {}) };
  for (let redirects = 0; ; redirects++) {
    const { reply } = send(host, context, call, say);
    if ("failure" in reply) return { failure: reply.failure };
    const meaning = interpret(reply.response, call.mode, call.url);
    if (meaning.kind === "accepted") return { seen: meaning.message };
    if (meaning.kind === "failed") return { failure: meaning.failure };
    const next = redirected(call, redirects, meaning.url);
    if ("failure" in next) return next;
    call = next.call;
  }
}

/** A set that changes nothing, since its token is none: the status tells whether the service knows the name (see check). */
export function probeName(host: Host, context: Context, say: Say): Reply {
  const { url, hostname } = context.service;
  return send(host, context, { mode: "set", url, body: encodeSet(hostname, "check"), bind: false }, say)
    .reply;
}
