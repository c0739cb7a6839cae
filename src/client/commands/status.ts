// `status`: what is published, since when, the last trouble, when it looks again; for a person in 80 columns, or as JSON.
import { printable } from "../../shared/text.ts";
import { fold, openLog } from "../app/log.ts";
import { duration, problemLine, restLine } from "../app/messages.ts";
import { type Evaluation, type Observation, observe } from "../app/observe.ts";
import { timerPath } from "../app/paths.ts";
import { idleReason } from "../app/problems.ts";
import { EXIT } from "../app/run.ts";
import { untilNextLook } from "../app/schedule.ts";
import { detectedText, plan } from "../core/plan.ts";
import type { Decision } from "../core/types.ts";
import type { Host, Seconds, Uptime } from "../host/port.ts";

export type Condition = "ok" | "waiting" | "refused" | "down" | "unfit" | "never";

/** What is shown of a service that was never published in this uptime, or not since its section was changed. */
const NOTHING_CONFIRMED = "nothing confirmed yet; DNS may still hold an earlier address";

/** Prints the state of every enabled service; returns the exit status. */
export function status(host: Host, version: string, json: boolean): number {
  // Trigger timer: what the next look of the timer would decide.
  const found = observe(host, { trigger: "timer", force: false });
  if (typeof found === "string") {
    openLog(host, "info", false).say("error", null, found);
    return EXIT.usage;
  }
  const started = isStarted(host);
  host.print(json ? asJson(found, version, started) : asText(found, version, started));
  return EXIT.done;
}

/** Whether the service's timer is registered; else nothing looks by itself. */
export function isStarted(host: Host): boolean {
  return host.fileFacts(timerPath(host)) !== null;
}

export const NOT_STARTED = "not started: service lambda-ddns start";

/** What rests until an event, or for a long time. Where nothing gets out by an interface, it is as good as down. */
const RESTING: Readonly<Partial<Record<Rest["why"], Condition>>> = {
  down: "down",
  unfit: "unfit",
  egress: "down",
  unchanged: "ok",
};

type Rest = Extract<Decision, { kind: "rest" }>;

/** The one word for how a service is. */
export function condition(evaluation: Evaluation, checkSeconds: Seconds): Condition {
  const { state } = evaluation;
  const decision = afterCalm(evaluation, checkSeconds);
  const resting = decision.kind === "rest" && RESTING[decision.why];
  if (resting) return resting;
  if (state.lastFailure) return state.lastFailure.kind === "refused" ? "refused" : "waiting";
  if (state.published === null) return "never";
  return decision.kind === "ask" ? "ok" : "waiting";
}

/** What rests for a reason that is told. */
const TOLD: readonly Rest["why"][] = ["down", "unfit", "egress", "tentative"];

/** The decision; in the cooldown, which hides it, the one that comes after it. */
function afterCalm({ service, state, detection, decision }: Evaluation, checkSeconds: Seconds): Decision {
  if (decision.kind !== "rest" || decision.why !== "cooldown") return decision;
  const occasion = { now: decision.until, trigger: "timer", force: false, checkSeconds } as const;
  return plan(service, state, detection, occasion);
}

/** Seconds until the next attempt, as things stand; null where nothing is waiting to be sent. */
function nextAttemptSeconds(evaluation: Evaluation, found: Observation): number | null {
  const { decision } = evaluation;
  const after = afterCalm(evaluation, found.config.checkSeconds);
  if (after.kind === "rest" && after.why !== "waiting") return null;
  const until = after.kind === "rest" ? after.until : decision.kind === "rest" ? decision.until : found.now;
  // Nothing looks before the timer does.
  return Math.max(Math.ceil(until - found.now), untilNextLook(evaluation, found));
}

function asJson(found: Observation, version: string, started: boolean): string {
  const services = found.evaluations.map((evaluation) => {
    const { service, state } = evaluation;
    const { lastFailure } = state;
    return {
      id: service.id,
      section: service.section,
      hostname: service.hostname,
      family: service.family,
      interface: service.interface,
      published: state.published,
      published_at: state.published === null ? null : Math.round(state.publishedAt),
      state: condition(evaluation, found.config.checkSeconds),
      last_error: lastFailure && {
        kind: lastFailure.kind,
        detail: lastFailure.detail,
        request_id: lastFailure.requestId ?? null,
      },
      next_look_in: untilNextLook(evaluation, found),
      next_attempt_in: nextAttemptSeconds(evaluation, found),
      behind_nat: state.behindNat,
      address: detectedText(evaluation.detection),
      attempted_at: state.sentAt === null ? null : Math.round(state.sentAt),
      in_doubt: state.inDoubt,
      enrolled: !service.code,
    };
  });
  const { enabled, problems, disabled } = found.config;
  const uptime = Math.round(found.now);
  return `${JSON.stringify({ version, uptime, enabled, started, services, problems, disabled })}\n`;
}

function asText(found: Observation, version: string, started: boolean): string {
  const lines = [`lambda-ddns ${version}, router up ${duration(found.now, Math.floor)}`];
  for (const problem of found.config.problems) lines.push(...fold(`! ${problemLine(problem)}`, 2));
  const idle = idleReason(found);
  if (idle) lines.push(idle);
  for (const evaluation of found.evaluations) {
    const { service, state } = evaluation;
    lines.push(
      "",
      ...fold(`${service.hostname} (${service.family === "ipv4" ? "IPv4" : "IPv6"}, ${service.section})`, 2),
    );
    lines.push(
      ...fold(
        `  ${condition(evaluation, found.config.checkSeconds).padEnd(8)}${published(evaluation, found.now)}`,
        10,
      ),
    );
    if (state.lastFailure) lines.push(...fold(`  trouble ${printable(trouble(evaluation), 400)}`, 10));
    lines.push(...fold(`  next    ${next(evaluation, found, started)}`, 10));
  }
  return `${lines.join("\n")}\n`;
}

function published({ state, service }: Evaluation, now: Uptime): string {
  if (service.code) return "waits for enrolment by its code";
  if (state.published === null) return NOTHING_CONFIRMED;
  const doubt = state.inDoubt ? "; a later update is in doubt" : "";
  return `${state.published}, sent ${duration(now - state.publishedAt, Math.floor)} ago${state.behindNat ? ", behind NAT" : ""}${doubt}`;
}

function trouble({ state }: Evaluation): string {
  const { kind, detail, requestId } = state.lastFailure ?? { kind: "", detail: "" };
  return `${kind}: ${detail}${requestId ? ` (request id ${requestId})` : ""}`;
}

function next(evaluation: Evaluation, found: Observation, started: boolean): string {
  const { decision } = evaluation;
  const attempt = nextAttemptSeconds(evaluation, found);
  const inTime = attempt === null ? "" : `attempt in ${duration(attempt)}`;
  const look = started ? inTime || `look in ${duration(untilNextLook(evaluation, found))}` : NOT_STARTED;
  const resting = decision.kind === "rest" && TOLD.includes(decision.why);
  return resting ? `${look}; ${restLine(decision, evaluation, found.now)}` : look;
}
