// `status`: what is published, since when, the last trouble, when it looks again; for a person in 80 columns, or as JSON.
import { printable } from "../../protocol/text.ts";
import { plan } from "../core/plan.ts";
import type { Host, Seconds, Uptime } from "../host/port.ts";
import { EXIT, idleness } from "./pass.ts";
import { timerPath } from "./paths.ts";
import { duration, openLog, problemLine, restLine } from "./report.ts";
import { type Finding, type Survey, survey } from "./survey.ts";

const COLUMNS = 80;

export type Condition = "ok" | "waiting" | "refused" | "down" | "unfit" | "never";

/** Prints the state of every enabled service; returns the exit status. */
export function status(host: Host, version: string, json: boolean): number {
  // Trigger timer: what the next look of the timer would decide.
  const found = survey(host, { trigger: "timer", force: false });
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

/** The one word for how a service is. */
export function condition({ service, state, sighting, decision }: Finding, checkSeconds: Seconds): Condition {
  if (decision.kind === "rest" && decision.why === "calm") {
    // The calm time hides what is wished for: ask what comes after it.
    const after = plan(service, state, sighting, {
      now: decision.until,
      trigger: "timer",
      force: false,
      checkSeconds,
    });
    if (after.kind === "rest" && after.why === "unchanged") return "ok";
  }
  if (decision.kind === "rest" && (decision.why === "down" || decision.why === "unfit")) return decision.why;
  if (decision.kind === "rest" && decision.why === "unchanged") return "ok";
  if (state.lastFailure) return state.lastFailure.kind === "refused" ? "refused" : "waiting";
  if (state.published === null) return "never";
  return decision.kind === "ask" ? "ok" : "waiting";
}

/** Seconds until the service is looked at again: at the next check at the latest. */
function nextLookSeconds({ decision }: Finding, { now, config }: Survey): number {
  const until = decision.kind === "rest" ? decision.until - now : 0;
  return Math.ceil(Math.min(Math.max(until, 0), config.checkSeconds));
}

function asJson(found: Survey, version: string, started: boolean): string {
  const services = found.findings.map((finding) => {
    const { service, state } = finding;
    const { lastFailure } = state;
    return {
      id: service.id,
      section: service.section,
      hostname: service.hostname,
      family: service.family,
      interface: service.interface,
      published: state.published,
      published_at: state.published === null ? null : Math.round(state.publishedAt),
      state: condition(finding, found.config.checkSeconds),
      last_error: lastFailure && {
        kind: lastFailure.kind,
        detail: lastFailure.detail,
        request_id: lastFailure.requestId ?? null,
      },
      next_look_in: nextLookSeconds(finding, found),
      behind_nat: state.behindNat,
    };
  });
  const problems = found.config.problems.map(({ section, option, message }) => ({
    section,
    option,
    message,
  }));
  return `${JSON.stringify({ version, uptime: Math.round(found.now), enabled: found.config.enabled, started, services, problems })}\n`;
}

function asText(found: Survey, version: string, started: boolean): string {
  const lines = [`lambda-ddns ${version}, router up ${duration(found.now)}`];
  for (const problem of found.config.problems) lines.push(...fold(`! ${problemLine(problem)}`, 2));
  const idle = idleness(found);
  if (idle) lines.push(idle);
  for (const finding of found.findings) {
    const { service, state } = finding;
    lines.push(
      "",
      ...fold(`${service.hostname} (${service.family === "ipv4" ? "IPv4" : "IPv6"}, ${service.section})`, 2),
    );
    lines.push(
      ...fold(
        `  ${condition(finding, found.config.checkSeconds).padEnd(8)}${published(finding, found.now)}`,
        10,
      ),
    );
    if (state.lastFailure) lines.push(...fold(`  trouble ${printable(trouble(finding), 400)}`, 10));
    lines.push(...fold(`  next    ${next(finding, found, started)}`, 10));
  }
  return `${lines.join("\n")}\n`;
}

function published({ state }: Finding, now: Uptime): string {
  if (state.published === null) return "nothing published with these settings";
  const doubt = state.inDoubt ? "; a later update is in doubt" : "";
  return `${state.published}, sent ${duration(now - state.publishedAt)} ago${state.behindNat ? ", behind NAT" : ""}${doubt}`;
}

function trouble({ state }: Finding): string {
  const { kind, detail, requestId } = state.lastFailure ?? { kind: "", detail: "" };
  return `${kind}: ${detail}${requestId ? ` (request id ${requestId})` : ""}`;
}

function next(finding: Finding, found: Survey, started: boolean): string {
  const { decision } = finding;
  const look = started ? `look in ${duration(nextLookSeconds(finding, found))}` : NOT_STARTED;
  if (decision.kind !== "rest") return started ? "an update is due at the next look" : look;
  return decision.why === "down" || decision.why === "unfit"
    ? `${look}; ${restLine(decision, finding, found.now)}`
    : look;
}

/** `text` in lines of at most 80 columns, the later ones indented; a word that fits no line stands alone. */
export function fold(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = text;
  while (line.length > COLUMNS) {
    const space = line.lastIndexOf(" ", COLUMNS);
    const at = space > indent ? space : COLUMNS;
    lines.push(line.slice(0, at));
    line = " ".repeat(indent) + line.slice(space > indent ? at + 1 : at);
  }
  return [...lines, line];
}
