// The conversation with the service as a step function: a call to make, or how the attempt ended. No input or output here.

import { makeProof } from "../../protocol/enroll.ts";
import { encodeEnroll, encodeSet } from "../../protocol/messages.ts";
import { makeToken } from "../../protocol/token.ts";
import { type Address, parseAddress } from "../../shared/address.ts";
import { printable } from "../../shared/text.ts";
import type { Detection } from "../core/detection.ts";
import type { Decision, Failure, Outcome, Reply, Service } from "../core/types.ts";
import { type Call, question, redirected } from "./call.ts";
import { interpret } from "./interpret.ts";
import { encodeStated, statedFailure } from "./stated.ts";

/**
 * Where the conversation stands. "direct": the router's own address is set at once. "why": that was refused, the service tells
 * which address it sees. "ask": the service is asked first. "seen": the address that it sees is set.
 */
export interface Exchange {
  service: Service;
  phase: "direct" | "why" | "ask" | "seen";
  /** What the router shows of its addresses and of the way out. */
  detection: Detection;
  /** No set is needed when the service sees this address. */
  unless: string | null;
  /** The service shall write the zone although it believes that nothing has changed. */
  refresh: boolean;
  /** The address of the last set, "" before any. */
  address: string;
  redirects: number;
  /** In phase "why": the refusal that is asked about, and whether what was refused could leave by our device only. */
  refusal: Failure | null;
  bound: boolean;
  call: Call;
}

export type Step = { kind: "call"; exchange: Exchange } | { kind: "done"; outcome: Outcome };

/** The first step of an attempt for a decision that is not "rest". */
export function begin(
  service: Service,
  decision: Exclude<Decision, { kind: "rest" }>,
  detection: Detection,
): Step {
  const { refresh } = decision;
  const blank = {
    service,
    detection,
    unless: null,
    refresh,
    address: "",
    redirects: 0,
    refusal: null,
    bound: false,
  };
  if (decision.kind === "ask") return ask({ ...blank, phase: "ask", unless: decision.unless });
  const { text } = decision.address;
  return set({ ...blank, phase: "direct" }, text, text);
}

/** The step after `reply` to the call of `exchange`. */
export function advance(exchange: Exchange, reply: Reply): Step {
  const { call, phase, detection } = exchange;
  if ("failure" in reply) {
    const { failure, strayed } = reply;
    const unexplained = phase === "why" && strayed !== undefined;
    return fail(exchange, unexplained ? unasked(exchange, failure, strayed) : failure);
  }
  const bound = reply.bound === true;
  const meaning = interpret(reply.response, call.mode, call.url);
  if (meaning.kind === "moved") return follow(exchange, meaning.url);
  if (meaning.kind === "failed") return refused(exchange, reply.response.status, meaning.failure, bound);
  if (call.mode === "get") return told(exchange, meaning.message, bound);
  const { address } = exchange;
  const behindNat = phase === "seen" && isNat(address, detection);
  return { kind: "done", outcome: { kind: "published", address, behindNat } };
}

/** The step after an answer that is neither an acknowledgement nor a redirect. */
function refused(exchange: Exchange, status: number, failure: Failure, bound: boolean): Step {
  const { call, phase, detection, service, address } = exchange;
  if (detection.statedAt !== undefined) return fail(exchange, statedFailure(address, status, failure));
  if (status === 401 && phase === "direct" && service.ipSource === "auto") {
    return ask({ ...exchange, phase: "why", refusal: failure, bound });
  }
  return fail(exchange, status === 401 && call.mode === "set" ? wrongToken(exchange, failure) : failure);
}

/** The router's own address on the line, or null where it shows none. */
function ownText(detection: Detection): string | null {
  return "address" in detection ? detection.address.text : null;
}

/** Whether the service sees `address` because of NAT: it is none of the router's own. */
function isNat(address: string, detection: Detection): boolean {
  const own = ownText(detection);
  return own !== null && address !== own && !detection.own?.some(({ text }) => text === address);
}

/** Asks which address the service sees. */
function ask(exchange: Omit<Exchange, "call">): Step {
  return { kind: "call", exchange: { ...exchange, call: question(exchange.service.url), redirects: 0 } };
}

/** Sets `address`, or enrols from it. `spelled` is that address as the service spells it: the token is made over those very letters. */
function set(exchange: Omit<Exchange, "call" | "address">, address: string, spelled: string): Step {
  const { url, hostname, secret, code, nonce = "" } = exchange.service;
  const { statedAt } = exchange.detection;
  const body = code
    ? encodeEnroll(hostname, nonce, makeProof(spelled, hostname, nonce, code))
    : statedAt === undefined
      ? encodeSet(hostname, makeToken(spelled, hostname, secret), exchange.refresh)
      : encodeStated(hostname, { address: spelled, timeSeconds: statedAt }, secret, exchange.refresh);
  const call: Call = { mode: "set", url, body, bind: exchange.phase === "seen" };
  return { kind: "call", exchange: { ...exchange, address, redirects: 0, call } };
}

/** The service told which address it sees; `bound`: of a request that could leave by our device only. */
function told(exchange: Exchange, spelled: string, bound: boolean): Step {
  const { service, detection, phase } = exchange;
  const seen = parseAddress(spelled);
  const trouble = unfit(seen, spelled, service);
  if (trouble || !seen) return fail(exchange, { kind: "broken", detail: trouble ?? "" });
  const address = seen.text;
  const foreign = notOurs(address, exchange);
  if (foreign) return fail(exchange, foreign);
  if (address === exchange.unless) {
    return { kind: "done", outcome: { kind: "unchanged", address, behindNat: isNat(address, detection) } };
  }
  // What was refused may have left by another way than the question: then the same address is set by ours.
  const sameWay = exchange.bound || !bound;
  if (phase === "why" && address === ownText(detection) && sameWay) {
    return fail(exchange, wrongToken(exchange, exchange.refusal));
  }
  return set({ ...exchange, phase: "seen" }, address, spelled);
}

/** Why an address of this router that the service sees is not published for this service, or null. */
function notOurs(address: string, { service, detection }: Exchange): Failure | null {
  const same = detection.own?.filter(({ text }) => text === address) ?? [];
  const known = same.find(({ here }) => here) ?? same[0];
  if (!known) return null;
  if (!known.here) {
    const detail = `the service sees ${address}, which is not on interface '${service.interface}' but on '${known.interface}'`;
    return { kind: "local", detail };
  }
  if (known.usable || detection.kind !== "publishable") return null;
  const { text } = detection.address;
  return {
    kind: "offline",
    detail: `requests still leave from ${address}, which is deprecated, and not from ${text}`,
  };
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
  const next = redirected(exchange.call, exchange.redirects, url);
  if ("failure" in next) return fail(exchange, next.failure);
  return { kind: "call", exchange: { ...exchange, redirects: exchange.redirects + 1, ...next } };
}

/** `failure`, a 401, in words that name the address. */
function wrongToken(exchange: Exchange, failure: Failure | null): Failure {
  const { service, detection } = exchange;
  const address = exchange.address || ownText(detection);
  const nat = service.ipSource === "network" ? ", or NAT lies in between (ip_source 'auto' can tell)" : "";
  const detail = service.code
    ? `the service refuses the code from ${address} (401): it or the hostname is wrong, or it was used or has expired; ask for a new one${nat}`
    : `the service refuses the token for ${address} (401): secret or hostname differ from its record${nat}`;
  return { ...failure, kind: "refused", detail };
}

/**
 * The refusal of a direct set where nobody could ask why, as `hindrance` says. Where requests leave by the device `other`, that
 * is the cause, and no wrong secret.
 */
function unasked(exchange: Exchange, hindrance: Failure, other: string): Failure {
  const refused = wrongToken(exchange, exchange.refusal);
  if (!other) return { ...refused, detail: `${refused.detail}, or ${hindrance.detail}` };
  const detail = `the service refuses the token for ${exchange.address} (401), since ${hindrance.detail}`;
  return { ...refused, detail };
}

/** Only a set whose fate is unknown leaves doubt; a get changes nothing. */
function fail({ call }: Exchange, failure: Failure): Step {
  const certain: readonly Failure["kind"][] = ["offline", "untrusted", "refused", "local"];
  const inDoubt = call.mode === "set" && !certain.includes(failure.kind);
  return { kind: "done", outcome: { kind: "failed", failure, inDoubt } };
}
