// What a person is told of a service: one sentence a fact, in the log, by status and check, and by --dry-run.
import type { ConfigProblem, Context, Decision, Outcome, Service, ServiceState } from "../core/types.ts";
import type { Level, Uptime } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { detectionLine, egressLine } from "./detection-messages.ts";

/** A service as every line about it names it. */
export function serviceName({ section, hostname, family }: Service): string {
  return `${section}: ${hostname} ${family === "ipv4" ? "IPv4" : "IPv6"}`;
}

/** A problem of the configuration as a line. */
export function problemLine({ section, option, message }: ConfigProblem): string {
  return `configuration: section '${section}'${option && `, option '${option}'`}: ${message}`;
}

/** The line about a service that rests, with the sentence that fits what is seen of its line. */
export function restLine(decision: Rest, { service, state, detection }: Context, now: Uptime): string {
  const wait = duration(decision.until - now);
  if (decision.why === "unchanged") return `nothing to do, ${state.published} is published`;
  if (decision.why === "cooldown") return `the last attempt was a moment ago; nothing is sent for ${wait}`;
  if (decision.why === "waiting") return `next try in ${wait}, after: ${state.lastFailure?.detail}`;
  loadPart("problems");
  if (decision.why === "egress" && "address" in detection && detection.egress)
    return egressLine(service, detection.device, detection.egress);
  return detectionLine(service, detection);
}

/** What would be done for a service, in one line (`--dry-run`). */
export function decisionLine(decision: Decision, context: Context, now: Uptime): string {
  if (decision.kind === "rest") return `rest (${decision.why}): ${restLine(decision, context, now)}`;
  if (decision.kind === "send") return `send ${decision.address.text} (${decision.why})`;
  return `ask (${decision.why})${decision.unless ? `, and send unless it is ${decision.unless}` : ", and send"}`;
}

type Rest = Extract<Decision, { kind: "rest" }>;

/** The line about an attempt that ended as `outcome`; `before` is the state that it found. */
export function outcomeLine(
  outcome: Outcome,
  before: ServiceState,
  after: ServiceState,
  now: Uptime,
): string {
  if (outcome.kind === "failed") {
    const { detail, requestId } = outcome.failure;
    const id = requestId ? ` (request id ${requestId})` : "";
    return `${detail}${id}; next try in ${duration(after.notBefore - now)}`;
  }
  const nat = outcome.behindNat ? ", seen behind NAT" : "";
  if (outcome.kind === "unchanged") return `nothing to do, ${outcome.address} is published${nat}`;
  const was = before.published && before.published !== outcome.address ? `, was ${before.published}` : "";
  return outcome.address === before.published
    ? `${outcome.address} confirmed${nat}`
    : `published ${outcome.address}${was}${nat}`;
}

/** A failure that time heals is a warning; one that a person must mend is an error. */
export function outcomeLevel(outcome: Outcome): Level {
  if (outcome.kind === "published") return "info";
  if (outcome.kind === "unchanged") return "debug";
  return ["offline", "unsure", "busy"].includes(outcome.failure.kind) ? "warn" : "error";
}

/** The line for trouble that no room expected: the router's (a HostError), or a bug of ours with its stack. */
export function troubleLine(error: unknown, ofRouter: boolean): string {
  if (!(error instanceof Error)) return `internal error: ${error}`;
  return ofRouter ? error.message : `internal error, please report it: ${error.message} ${error.stack ?? ""}`;
}

/**
 * Seconds as a person says them, in at most two units: 40 s, 12 min, 2 h 5 min, 2 d 2 h. A wait is rounded up; what has passed
 * is rounded down, with Math.floor as `round`.
 */
export function duration(seconds: number, round: (value: number) => number = Math.ceil): string {
  if (seconds === Number.POSITIVE_INFINITY) return "an event";
  if (seconds < 100) return `${Math.max(0, round(seconds))} s`;
  const minutes = round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  if (minutes < 24 * 60) return twoUnits(minutes, 60, "h", "min");
  return twoUnits(round(seconds / 3600), 24, "d", "h");
}

function twoUnits(count: number, each: number, unit: string, part: string): string {
  const rest = count % each;
  return `${Math.floor(count / each)} ${unit}${rest > 0 ? ` ${rest} ${part}` : ""}`;
}
