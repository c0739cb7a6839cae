// The conversation with the service as a step function: a call to make, or how the attempt ended. No input or output here.
import { type Address, parseAddress } from "../../protocol/address.ts";
import { encodeGet, encodeSet } from "../../protocol/messages.ts";
import { printable } from "../../protocol/text.ts";
import { makeToken } from "../../protocol/token.ts";
import type { Decision, Failure, Outcome, Reply, Service, Sighting } from "../core/types.ts";
import { judge } from "./judge.ts";

export interface Call {
  mode: "get" | "set";
  url: string;
  body: string;
}

/**
 * Where the conversation stands. "direct": the router's own address is set at once. "why": that was refused, the service tells
 * which address it sees. "ask": the service is asked first. "seen": the address that it sees is set.
 */
export interface Exchange {
  service: Service;
  phase: "direct" | "why" | "ask" | "seen";
  /** The router's own address on the line, or null where it shows none. */
  own: string | null;
  /** No set is needed when the service sees this address. */
  unless: string | null;
  /** The address of the last set, "" before any. */
  address: string;
  redirects: number;
  /** In phase "why": the refusal that is asked about. */
  refusal: Failure | null;
  call: Call;
}

export type Step = { kind: "call"; exchange: Exchange } | { kind: "done"; outcome: Outcome };

const MOST_REDIRECTS = 3;

/** The first step of an attempt for a decision that is not "rest". */
export function begin(
  service: Service,
  decision: Exclude<Decision, { kind: "rest" }>,
  sighting: Sighting,
): Step {
  const own = "address" in sighting ? sighting.address.text : null;
  const blank = { service, own, unless: null, address: "", redirects: 0, refusal: null };
  if (decision.kind === "ask") return ask({ ...blank, phase: "ask", unless: decision.unless });
  const { text } = decision.address;
  return set({ ...blank, phase: "direct" }, text, text);
}

/** The step after `reply` to the call of `exchange`. */
export function advance(exchange: Exchange, reply: Reply): Step {
  if ("failure" in reply) return (reply.unbound ? unasked : fail)(exchange, reply.failure);
  const { call, phase } = exchange;
  const verdict = judge(reply.response, call.mode, call.url);
  if (verdict.kind === "moved") return follow(exchange, verdict.url);
  if (verdict.kind === "failed") {
    const { status } = reply.response;
    if (status === 401 && phase === "direct" && exchange.service.ipSource === "auto") {
      return ask({ ...exchange, phase: "why", refusal: verdict.failure });
    }
    return fail(
      exchange,
      status === 401 && call.mode === "set" ? wrongToken(exchange, verdict.failure) : verdict.failure,
    );
  }
  if (call.mode === "get") return told(exchange, verdict.message);
  const { address } = exchange;
  const behindNat = phase === "seen" && address !== exchange.own && exchange.own !== null;
  return {
    kind: "done",
    outcome: { kind: "published", address, behindNat },
  };
}

/**
 * The question could not be asked (see `unbound` in types.ts). In place of it the router's own public address is set: if it
 * is not the one that the request leaves from, its token is wrong there, and nothing is published. A refusal that was to be
 * asked about stays a refusal.
 */
function unasked(exchange: Exchange, failure: Failure): Step {
  const { phase, own, service, refusal } = exchange;
  if (phase === "why") return fail(exchange, wrongToken(exchange, refusal, `, or ${failure.detail}`));
  const proves =
    phase === "ask" && own && service.ipSource === "auto" && parseAddress(own)?.scope === "public";
  return proves ? set({ ...exchange, phase: "direct" }, own, own) : fail(exchange, failure);
}

/** Asks which address the service sees. */
function ask(exchange: Omit<Exchange, "call">): Step {
  const call: Call = { mode: "get", url: exchange.service.url, body: encodeGet() };
  return { kind: "call", exchange: { ...exchange, call, redirects: 0 } };
}

/** Sets `address`. `spelled` is that address as the service spells it: the token is made over those very letters. */
function set(exchange: Omit<Exchange, "call" | "address">, address: string, spelled: string): Step {
  const { url, hostname, secret } = exchange.service;
  const body = encodeSet(hostname, makeToken(spelled, hostname, secret));
  return { kind: "call", exchange: { ...exchange, address, redirects: 0, call: { mode: "set", url, body } } };
}

/** The service told which address it sees. */
function told(exchange: Exchange, spelled: string): Step {
  const { service, own, phase } = exchange;
  const seen = parseAddress(spelled);
  const trouble = unfit(seen, spelled, service);
  if (trouble || !seen) return fail(exchange, { kind: "broken", detail: trouble ?? "" });
  const address = seen.text;
  if (address === exchange.unless) {
    return {
      kind: "done",
      outcome: { kind: "unchanged", address, behindNat: own !== null && address !== own },
    };
  }
  if (phase === "why" && address === own) return fail(exchange, wrongToken(exchange, exchange.refusal));
  return set({ ...exchange, phase: "seen" }, address, spelled);
}

function unfit(seen: Address | null, spelled: string, service: Service): string | null {
  if (!seen) return `the service was asked for our address and said: ${printable(spelled, 60)}`;
  if (seen.family !== service.family)
    return `the service sees ${seen.text}, which is not an ${service.family} address`;
  return seen.scope === "public"
    ? null
    : `the service sees ${seen.text} (${seen.scope}), which cannot be published`;
}

function follow(exchange: Exchange, url: string): Step {
  const redirects = exchange.redirects + 1;
  if (redirects > MOST_REDIRECTS)
    return fail(exchange, { kind: "broken", detail: `more than ${MOST_REDIRECTS} redirects` });
  return { kind: "call", exchange: { ...exchange, redirects, call: { ...exchange.call, url } } };
}

/** `failure`, a 401, in words that name the address; `hint` is what else may be the cause, from a comma on. */
function wrongToken(exchange: Exchange, failure: Failure | null, hint = ""): Failure {
  const { service, own } = exchange;
  const address = exchange.address || own;
  const nat = service.ipSource === "network" ? ", or NAT lies in between (ip_source 'auto' can tell)" : hint;
  const detail = `the service refuses the token for ${address} (401): secret or hostname differ from its record${nat}`;
  return { ...failure, kind: "refused", detail };
}

/** Only a set whose fate is unknown leaves doubt; a get changes nothing. */
function fail({ call }: Exchange, failure: Failure): Step {
  const certain: readonly Failure["kind"][] = ["offline", "untrusted", "refused", "local"];
  const inDoubt = call.mode === "set" && !certain.includes(failure.kind);
  return { kind: "done", outcome: { kind: "failed", failure, inDoubt } };
}
