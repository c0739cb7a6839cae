// What keeps a run from doing what it should: trouble of the router, of the configuration, or of the command, in the log.

import { memoPath } from "../fast-path.ts";
import type { Host } from "../host/port.ts";
import type { UpdateCommand } from "./arguments.ts";
import type { Logger } from "./log.ts";
import { problemLine } from "./messages.ts";
import type { Observation } from "./observe.ts";
import { EXIT, isMeant, isNamed, type Run } from "./run.ts";
import { leave } from "./schedule.ts";

/** How often the timer's runs repeat a complaint that nobody has mended. */
const NAG_SECONDS = 6 * 3600;

/**
 * Says what keeps a run from looking, "" for nothing; the timer's runs say it once, until it changes. It is remembered in the
 * memo's place, so a memo goes where there is trouble, and the trouble where there is none any more.
 */
export function reportTrouble(
  host: Host,
  { trigger, dryRun }: UpdateCommand,
  trouble: string,
  { say }: Logger,
): void {
  const left = host.readText(memoPath(host)) ?? "";
  if (trouble && (trigger !== "timer" || trouble !== left)) say("error", null, trouble);
  const stale = trouble !== left && (trouble || !left.startsWith("{"));
  if (stale && !dryRun) leave(host, trouble);
}

/** What is wrong with configuration, router or command, by the lines that name it. */
export function reportProblems(run: Run): void {
  const { command, found, log, exits } = run;
  for (const problem of found.config.problems) {
    if (problem.severity === "error") exits.add(EXIT.usage);
    const level = problem.severity === "error" ? "error" : "warn";
    if (isWorthALine(command, found)) log.say(level, null, problemLine(problem));
  }
  if (typeof found.interfaces === "string") exits.add(EXIT.failed);
  for (const sentence of unmatched(run)) {
    log.say("error", null, sentence);
    exits.add(EXIT.usage);
  }
  const idle = idleReason(found);
  if (idle && command.trigger === "manual") log.say("warn", null, idle);
}

/** Why there is no service to look after, or null where there is one. */
export function idleReason({ config, evaluations }: Observation): string | null {
  if (!config.enabled) return "switched off: option enabled '0' in section 'global'";
  if (evaluations.length > 0) return null;
  const none = "no service in /etc/config/lambda-ddns is enabled and configured as it should be";
  const [first] = config.disabled;
  return first === undefined
    ? none
    : `${none}; set option 'enabled' to 1 in section '${first}' once it is filled in`;
}

/** A sentence for each name and interface of the command that no service answers to. */
function unmatched(run: Run): string[] {
  const { command, found } = run;
  const missed = command.names
    .filter((name) => !found.evaluations.some(({ service }) => isNamed(service, name)))
    .map(unnamed);
  const byHand = command.line && command.trigger === "manual" && found.evaluations.length > 0;
  if (byHand && !found.evaluations.some((evaluation) => isMeant(run, evaluation))) {
    missed.push(`none of these services is on interface '${command.line}'`);
  }
  return missed;
}

/** The line about a name that no service has. */
export function unnamed(name: string): string {
  return `no enabled service is named '${name}' (by section, hostname or id)`;
}

/** Whether a complaint is worth a line. The timer's runs repeat it in one check of every six hours of uptime, others always. */
export function isWorthALine({ trigger }: UpdateCommand, { now, config }: Observation): boolean {
  return trigger !== "timer" || now % NAG_SECONDS < config.checkSeconds;
}
