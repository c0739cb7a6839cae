// One attempt for one service, from the mark to the settled state. An unchanged run never enters this room.
import { encodeSet } from "../../protocol/messages.ts";
import { digest } from "../../protocol/token.ts";
import { mark, restart, settle } from "../core/settle.ts";
import { encodeState } from "../core/state.ts";
import type { Decision, Failure, Outcome, Reply, Service, ServiceState, Subject } from "../core/types.ts";
import { advance, begin } from "../exchange/exchange.ts";
import { judge } from "../exchange/judge.ts";
import type { Host } from "../host/port.ts";
import { statePath } from "./paths.ts";
import { outcomeLevel, outcomeLine, type Say } from "./report.ts";
import { talk } from "./talk.ts";

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
  subject: Subject,
  move: Move,
  shared: SharedAnswers,
  say: Say,
): { state: ServiceState; outcome: Outcome } {
  const { service, state: before, sighting } = subject;
  const beganAt = host.uptime();
  // Saved before a byte leaves. If that fails nothing is sent, or the calm time and the doubt would be forgotten.
  save(host, service, mark(before, beganAt, sighting));
  const { outcome, learned } = converse(host, subject, move, shared, say);
  const endedAt = host.uptime();
  const after = settle(learned, outcome, { sighting, beganAt, endedAt, random: host.random() });
  say(outcomeLevel(outcome), service, outcomeLine(outcome, before, after, endedAt));
  save(host, service, after);
  return { state: after, outcome };
}

function converse(
  host: Host,
  subject: Subject,
  move: Move,
  shared: SharedAnswers,
  say: Say,
): { outcome: Outcome; learned: ServiceState } {
  let learned = subject.state;
  let step = begin(subject.service, move, subject.sighting);
  while (step.kind === "call") {
    const { call } = step.exchange;
    const key = call.mode === "get" ? sharingKey(subject, call.url) : "";
    let reply = shared.get(key);
    if (!reply) {
      const talked = talk(host, { ...subject, state: learned }, call, say);
      learned = talked.state;
      reply = talked.reply;
      if (key) shared.set(key, reply);
    }
    step = advance(step.exchange, reply);
  }
  return { outcome: step.outcome, learned };
}

/** Everything that the answer to a `get` depends on. */
function sharingKey({ service, sighting }: Subject, url: string): string {
  const device = sighting.several ? sighting.device : "";
  return JSON.stringify([url, service.family, device, service.cacert, service.httpClient]);
}

/** Asks a service which address it sees, and does nothing with it. Follows redirects and tries twice as an attempt would. */
export function probe(host: Host, subject: Subject, say: Say): { seen: string } | { failure: Failure } {
  let step = begin(subject.service, { kind: "ask", why: "web", unless: null }, subject.sighting);
  while (step.kind === "call") {
    const { call } = step.exchange;
    const { reply } = talk(host, subject, call, say);
    const verdict = "response" in reply ? judge(reply.response, call.mode, call.url) : null;
    if (verdict?.kind === "accepted") return { seen: verdict.message };
    step = advance(step.exchange, reply);
  }
  const { outcome } = step;
  return { failure: outcome.kind === "failed" ? outcome.failure : { kind: "broken", detail: "no answer" } };
}

/** A set that changes nothing, since its token is none: the status tells whether the service knows the name (see check). */
export function knock(host: Host, subject: Subject, say: Say): Reply {
  const { url, hostname } = subject.service;
  return talk(host, subject, { mode: "set", url, body: encodeSet(hostname, "check") }, say).reply;
}
