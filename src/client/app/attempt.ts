// One attempt for one service, from the mark to the settled state. An unchanged run never enters this room.
import { digest } from "../../protocol/token.ts";
import { mark, restart, settle } from "../core/settle.ts";
import { encodeState } from "../core/state.ts";
import type { Context, Decision, Outcome, Reply, Service, ServiceState } from "../core/types.ts";
import { advance, begin } from "../exchange/exchange.ts";
import type { Host } from "../host/port.ts";
import type { Say } from "./log.ts";
import { outcomeLevel, outcomeLine } from "./messages.ts";
import { statePath } from "./paths.ts";
import { send } from "./send.ts";

/** Answers to `get` in this run, by what they depend on: names on one URL share one. */
export type SharedAnswers = Map<string, Reply>;

type Move = Exclude<Decision, { kind: "rest" }>;

/**
 * Compares a service with the section that its state was made for. The same one only gets the new stamp; a changed one
 * starts fresh. Costs a hash, so it is asked only when the configuration file is another one than last time. force_interval
 * is no part of it: another one changes nothing of what was sent.
 */
export function renew(service: Service, state: ServiceState, stamp: string): ServiceState {
  const { url, hostname, secret, family, interface: line, ipSource, cacert, httpClient } = service;
  const fingerprint = digest([url, hostname, secret, family, line, ipSource, cacert, httpClient].join("\n"));
  return fingerprint === state.fingerprint ? { ...state, stamp } : restart(state, stamp, fingerprint);
}

/** Saves a state; throws HostError. */
export function save(host: Host, service: Service, state: ServiceState): void {
  host.writeText(statePath(host, service), encodeState(state));
}

/** Carries out `move`; reports it, saves the new state and returns it with the outcome. Throws HostError. */
export function attempt(
  host: Host,
  context: Context,
  move: Move,
  shared: SharedAnswers,
  say: Say,
): { state: ServiceState; outcome: Outcome } {
  const { service, state: before, detection } = context;
  const beganAt = host.uptime();
  // Saved before a byte leaves. If that fails nothing is sent, or the cooldown and the doubt would be forgotten.
  save(host, service, mark(before, beganAt, detection));
  const { outcome, learned } = converse(host, context, move, shared, say);
  const endedAt = host.uptime();
  const after = settle(learned, outcome, { detection, beganAt, endedAt, random: host.random() });
  say(outcomeLevel(outcome), service, outcomeLine(outcome, before, after, endedAt));
  save(host, service, after);
  return { state: after, outcome };
}

function converse(
  host: Host,
  context: Context,
  move: Move,
  shared: SharedAnswers,
  say: Say,
): { outcome: Outcome; learned: ServiceState } {
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
function sharingKey({ service, detection }: Context, url: string): string {
  return JSON.stringify([url, service.family, detection.device, service.cacert, service.httpClient]);
}
