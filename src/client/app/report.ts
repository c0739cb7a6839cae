// Log lines: one a fact, each naming section and host. Lines go to stderr; those of a run that nobody watches to syslog too.
import { printable } from "../../protocol/text.ts";
import type { ConfigProblem, Decision, Outcome, Service, ServiceState, Subject } from "../core/types.ts";
import type { Host, Level, Uptime } from "../host/port.ts";

/** Logs a line about a service, or about the program (null). */
export type Say = (level: Level, about: Service | null, line: string) => void;

export interface Logger {
  say: Say;
  /** Hands the collected lines to syslog: one call of `logger` a priority, since processes are what costs. */
  flush(): void;
}

const LEVELS: readonly Level[] = ["error", "warn", "info", "debug"];
const PRIORITIES = { error: "err", warn: "warning", info: "info", debug: "debug" } as const;

/** logd keeps 1,024 bytes of a line. */
const MOST_LINE_CHARS = 900;

/** What one call of logger may be given: a pipe holds 64 KiB, and a character takes up to three bytes (UTF-8). */
const MOST_SYSLOG_CHARS = 16_000;

/** Whether lines of `level` are wanted where `threshold` is the configured log level. */
function wanted(level: Level, threshold: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(threshold);
}

/**
 * Collects and prints lines down to `threshold`; with `syslog` they go to syslog as well, when the log is flushed. At a
 * terminal lines are folded, and a service is not named twice in a row.
 */
export function openLog(host: Host, threshold: Level, syslog: boolean): Logger {
  const kept = new Map<Level, string>();
  const show =
    (syslog ? null : terminal(host)) ??
    ((level, about, line) => {
      const text = `${about ? `${serviceName(about)}: ` : ""}${line}\n`;
      host.printError(`${level}: ${text}`);
      if (syslog) kept.set(level, (kept.get(level) ?? "") + text);
    });
  return {
    say(level, about, line) {
      if (wanted(level, threshold)) show(level, about, printable(line, MOST_LINE_CHARS));
    },
    flush() {
      for (const [level, stdin] of kept) {
        const argv = ["logger", "-t", "lambda-ddns", "-p", `daemon.${PRIORITIES[level]}`] as const;
        host.run({ argv, stdin: stdin.slice(0, MOST_SYSLOG_CHARS), deadlineSeconds: 5, output: "bounded" });
      }
    },
  };
}

/** Shows lines at a terminal, or null where there is none. */
function terminal(host: Host): Say | null {
  const columns = host.columns();
  if (columns === null) return null;
  let last: Service | null = null;
  return (level, about, line) => {
    const again = about !== null && about === last;
    const text = again ? `  ${level}: ${line}` : `${level}: ${about ? `${serviceName(about)}: ` : ""}${line}`;
    last = about;
    host.printError(`${fold(text, 2, columns).join("\n")}\n`);
  };
}

/** A service as every line about it names it. */
export function serviceName({ section, hostname, family }: Service): string {
  return `${section}: ${hostname} ${family === "ipv4" ? "IPv4" : "IPv6"}`;
}

/** A problem of the configuration as a line. */
export function problemLine({ section, option, message }: ConfigProblem): string {
  return `configuration: section '${section}'${option && `, option '${option}'`}: ${message}`;
}

/** The line about a service that rests, with the sentence that fits what is seen of its line. */
export function restLine(decision: Rest, { service, state, sighting }: Subject, now: Uptime): string {
  const { interface: line, family } = service;
  const wait = duration(decision.until - now);
  if (decision.why === "unchanged") return `nothing to do, ${state.published} is published`;
  if (decision.why === "calm") return `the last attempt was a moment ago; nothing is sent for ${wait}`;
  if (decision.why === "waiting") return `next try in ${wait}, after: ${state.lastFailure?.detail}`;
  if (sighting.kind === "missing")
    return `interface '${line}' does not exist; 'ubus list network.interface.*' shows what does`;
  if (sighting.kind === "down") return `interface '${line}' is down`;
  if (sighting.kind === "no-address")
    return `interface '${line}' is up and has no ${family} address; ip_source 'web' asks the service`;
  if (!("address" in sighting)) return `the addresses of interface '${line}' are not known`;
  const { text, scope } = sighting.address;
  return `interface '${line}' has ${text} only (${scope === "public" ? "deprecated" : scope}), which cannot be published`;
}

/** What would be done for a service, in one line (`--dry-run`). */
export function decisionLine(decision: Decision, subject: Subject, now: Uptime): string {
  if (decision.kind === "rest") return `rest (${decision.why}): ${restLine(decision, subject, now)}`;
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

/** `text` in lines of at most `columns`, the later ones indented; a word that fits no line stands alone. */
export function fold(text: string, indent: number, columns = 80): string[] {
  const lines: string[] = [];
  // Whatever a terminal says of itself: lines get shorter.
  const width = Math.max(columns, indent + 20);
  let line = text;
  while (line.length > width) {
    const space = line.lastIndexOf(" ", width);
    const at = space > indent ? space : width;
    lines.push(line.slice(0, at));
    line = " ".repeat(indent) + line.slice(space > indent ? at + 1 : at);
  }
  return [...lines, line];
}
