// One attempt for one service, from the mark to the settled state. A run that sends nothing never parses this.
import { digest } from "../../protocol/token.ts";
import { mark, restart, settle } from "../core/settle.ts";
import type { Context, Decision, Outcome, Reply, Service, ServiceState } from "../core/types.ts";
import { advance, begin } from "../exchange/exchange.ts";
import { stampOf } from "../fast-path.ts";
import type { Host } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { enroll } from "./enroll.ts";
import type { Say } from "./log.ts";
import { outcomeLevel, outcomeLine } from "./messages.ts";
import { configPath } from "./paths.ts";
import { send } from "./send.ts";
import { saveState } from "./state-file.ts";

/** Answers to `get` in this run, by what they depend on: names on one URL share one. */
export type SharedAnswers = Map<string, Reply>;

type Move = Exclude<Decision, { kind: "rest" }>;

/**
 * Compares a service with the section that its state was made for. The same one only gets the new stamp; a changed one
 * starts fresh. Costs a hash, so it is asked only when the configuration file is another one than last time.
 */
export function renew(service: Service, state: ServiceState, stamp: string): ServiceState {
  const fingerprint = fingerprintOf(service);
  return fingerprint === state.fingerprint ? { ...state, stamp } : restart(state, stamp, fingerprint);
}

/** Of all that a service is made of, but for what its state's file is named by and what changes nothing of what was sent. */
function fingerprintOf(service: Service): string {
  const { id, section, interface: inUse, forceSeconds, nonce, ...told } = service;
  return digest(Object.values(told).join("\n"));
}

/**
 * Carries out `move`, after an enrolment where the service has a code; reports it, saves the new state and returns both, with the
 * outcome. Throws HostError.
 */
export function attempt(
  host: Host,
  context: Context,
  move: Move,
  shared: SharedAnswers,
  say: Say,
): { state: ServiceState; outcome: Outcome; service: Service } {
  const { state: before, detection } = context;
  const beganAt = host.uptime();
  // Saved before a byte leaves. If that fails nothing is sent, or the cooldown and the doubt would be forgotten.
  saveState(host, context.service, mark(before, beganAt, detection));
  const talk = context.service.code ? enrollAndSet : converse;
  const { outcome, learned, service = context.service } = talk(host, context, move, shared, say);
  const endedAt = host.uptime();
  const after = settle(learned, outcome, { detection, beganAt, endedAt, random: host.random() });
  say(outcomeLevel(outcome), service, outcomeLine(outcome, before, after, endedAt));
  saveState(host, service, after);
  return { state: after, outcome, service };
}

interface Conversed {
  outcome: Outcome;
  learned: ServiceState;
  /** The service with its secret, where it was enrolled. */
  service?: Service;
}

/** Enrols a service, and goes on with its secret as if it had always had one. */
function enrollAndSet(host: Host, context: Context, move: Move, shared: SharedAnswers, say: Say): Conversed {
  loadPart("enroll");
  let learned = context.state;
  const ask = (service: Service): Outcome => {
    const conversed = converse(host, { ...context, service }, move, shared, say);
    learned = conversed.learned;
    return conversed.outcome;
  };
  const enrolled = enroll(host, context.service, ask, say);
  if ("outcome" in enrolled) return { ...enrolled, learned };
  const { service, behindNat } = enrolled;
  const stamp = stampOf(host, configPath(host));
  const state = { ...learned, stamp, fingerprint: fingerprintOf(service) };
  // Behind NAT the answer to the question is there already.
  const next: Move = behindNat ? { kind: "ask", why: "behind-nat", unless: null, refresh: false } : move;
  return { ...converse(host, { ...context, service, state }, next, shared, say), service };
}

function converse(host: Host, context: Context, move: Move, shared: SharedAnswers, say: Say): Conversed {
  let learned = context.state;
  let step = begin(context.service, move, context.detection);
  while (step.kind === "call") {
    const { call } = step.exchange;
    const key = call.mode === "get" ? sharingKey(context, call.url) : "";
    let reply = shared.get(key);
    if (!reply) {
      const talked = send(host, { ...context, state: learned }, call, say);
      learned = talked.state;
      reply = talked.reply;
      if (key) shared.set(key, reply);
    }
    const before = step.exchange;
    step = advance(before, reply);
    // The same address again, refused where nothing was bound, and now bound: so shall the next one be at once.
    const after = step.kind === "call" && step.exchange.phase === "seen" ? step.exchange : null;
    if (before.phase === "why" && after?.address === before.address)
      learned = { ...learned, needsCurl: true };
  }
  return { outcome: step.outcome, learned };
}

/** Everything that the answer to a `get` depends on. */
export function sharingKey({ service, detection }: Context, url: string): string {
  return JSON.stringify([url, service.family, detection.device, service.cacert, service.httpClient]);
}
