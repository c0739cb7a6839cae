// The whole program on a page: look, plan, and where something is to be done, attempt (mark, exchange, settle, report).
import { type Host, HostError } from "../host/port.ts";
import { onLine } from "../sources/netifd.ts";
import { attempt, type SharedAnswers, save } from "./attempt.ts";
import { parseUpdate, type UpdateCommand } from "./cli.ts";
import { leave, prepareNext } from "./next.ts";
import { memoPath } from "./quiet.ts";
import { decisionLine, type Logger, openLog, problemLine, restLine, troubleLine } from "./report.ts";
import { type Finding, type Survey, survey } from "./survey.ts";

/** Exit statuses, the weightiest first. */
export const EXIT = { usage: 2, refused: 3, failed: 1, done: 0 } as const;

/** The one exit status for all that happened. */
export function weightiest(statuses: ReadonlySet<number>): number {
  return Object.values(EXIT).find((status) => statuses.has(status)) ?? EXIT.done;
}

/** How often the timer's runs repeat a complaint that nobody has mended. */
const NAG_SECONDS = 6 * 3600;

/** A run: everything that its parts share. */
export interface Run {
  host: Host;
  command: UpdateCommand;
  found: Survey;
  log: Logger;
  exits: Set<number>;
  shared: SharedAnswers;
}

/** Runs `update` with the host's arguments; returns the exit status. */
export function update(host: Host): number {
  const command = parseUpdate(host.args.slice(1));
  if (typeof command === "string") return misused(host, command);
  return guarded(host, command.trigger !== "manual", () => updateAll(host, command));
}

/** Runs `body`; what nothing else expected becomes one line of the log, and of syslog where `unwatched`, and EXIT.failed. */
export function guarded(host: Host, unwatched: boolean, body: () => number): number {
  try {
    return body();
  } catch (error) {
    const log = openLog(host, "error", unwatched);
    log.say("error", null, troubleLine(error, error instanceof HostError));
    log.flush();
    return EXIT.failed;
  }
}

/** Says what is wrong with the command line, and where help is. */
export function misused(host: Host, sentence: string): number {
  host.printError(`lambda-ddns: ${sentence}; see lambda-ddns --help\n`);
  return EXIT.usage;
}

/** Runs `command` for every service that it means; returns the exit status. Throws HostError where nothing can be looked at. */
function updateAll(host: Host, command: UpdateCommand): number {
  const found = survey(host, command);
  const unreadable = typeof found === "string";
  const level = unreadable ? "info" : found.config.logLevel;
  // log_level is for the log: whoever runs it by hand is told how it ended.
  const watched = command.trigger === "manual" && level !== "debug";
  const log = openLog(host, watched ? "info" : level, command.trigger !== "manual");
  const trouble = unreadable ? found : typeof found.interfaces === "string" ? found.interfaces : "";
  sayTrouble(host, command, trouble, log);
  if (unreadable) {
    log.flush();
    return EXIT.usage;
  }
  const run: Run = { host, command, found, log, exits: new Set(), shared: new Map() };
  complain(run);
  for (const finding of found.findings) if (isMeant(run, finding)) act(run, finding);
  log.flush();
  if (!command.dryRun) prepareNext(run);
  return weightiest(run.exits);
}

/**
 * Says what keeps a run from looking, "" for nothing; the timer's runs say it once, until it changes. It is remembered in the
 * memo's place, so a memo goes where there is trouble, and the trouble where there is none any more.
 */
function sayTrouble(host: Host, { trigger, dryRun }: UpdateCommand, trouble: string, { say }: Logger): void {
  const left = host.readText(memoPath(host)) ?? "";
  if (trouble && (trigger !== "timer" || trouble !== left)) say("error", null, trouble);
  const stale = trouble !== left && (trouble || !left.startsWith("{"));
  if (stale && !dryRun) leave(host, trouble);
}

/** What is wrong with configuration, router or command, by the lines that name it. */
function complain(run: Run): void {
  const { command, found, log, exits } = run;
  for (const problem of found.config.problems) {
    if (problem.severity === "error") exits.add(EXIT.usage);
    const level = problem.severity === "error" ? "error" : "warn";
    if (isWorthALine(command, found)) log.say(level, null, problemLine(problem));
  }
  if (typeof found.interfaces === "string") exits.add(EXIT.failed);
  for (const sentence of misses(run)) {
    log.say("error", null, sentence);
    exits.add(EXIT.usage);
  }
  const idle = idleness(found);
  if (idle && command.trigger === "manual") log.say("warn", null, idle);
}

/** Why there is no service to look after, or null where there is one. */
export function idleness({ config, findings }: Survey): string | null {
  if (!config.enabled) return "switched off: option enabled '0' in section 'global'";
  if (findings.length > 0) return null;
  const none = "no service in /etc/config/lambda-ddns is enabled and configured as it should be";
  const [first] = config.disabled;
  return first === undefined
    ? none
    : `${none}; set option 'enabled' to 1 in section '${first}' once it is filled in`;
}

/** A sentence for each name and interface of the command that no service answers to. */
function misses(run: Run): string[] {
  const { command, found } = run;
  const missed = command.names
    .filter((name) => !found.findings.some(({ service }) => isNamed(service, name)))
    .map(unnamed);
  const byHand = command.line && command.trigger === "manual" && found.findings.length > 0;
  if (byHand && !found.findings.some((finding) => isMeant(run, finding))) {
    missed.push(`none of these services is on interface '${command.line}'`);
  }
  return missed;
}

/** The line about a name that no service has. */
export function unnamed(name: string): string {
  return `no enabled service is named '${name}' (by section, hostname or id)`;
}

/** Whether a complaint is worth a line. The timer's runs repeat it in one check of every six hours of uptime, others always. */
function isWorthALine({ trigger }: UpdateCommand, { now, config }: Survey): boolean {
  return trigger !== "timer" || now % NAG_SECONDS < config.checkSeconds;
}

/** Whether a person means this service by `name`. */
export function isNamed(service: Finding["service"], name: string): boolean {
  return name === service.section || name === service.hostname || name === service.id;
}

function isMeant({ command, found }: Run, { service }: Finding): boolean {
  const { names, line, trigger } = command;
  if (names.length > 0 && !names.some((name) => isNamed(service, name))) return false;
  if (!line || trigger !== "manual" || typeof found.interfaces === "string") return true;
  return onLine(found.interfaces.list, service.interface, line);
}

/** Does what was decided for one service. Trouble of the router stays with this service, for the next one may fare better. */
function act(run: Run, finding: Finding): void {
  const { host, command, log, exits, shared } = run;
  const { decision, service } = finding;
  if (command.dryRun) {
    host.print(`${service.id}: ${decisionLine(decision, finding, host.uptime())}\n`);
    return;
  }
  try {
    if (decision.kind === "rest") {
      linger(run, finding, decision);
      return;
    }
    const done = attempt(host, finding, decision, shared, log.say);
    finding.state = done.state;
    if (done.outcome.kind === "failed")
      exits.add(done.outcome.failure.kind === "refused" ? EXIT.refused : EXIT.failed);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    log.say("error", service, error.message);
    exits.add(EXIT.failed);
    finding.hindered = true;
  }
}

/** Nothing is to be done for a service: saves its state where the section was compared anew, and says so where it helps. */
function linger(run: Run, finding: Finding, decision: Rest): void {
  const { host, command, found, log } = run;
  const { service, state, sighting } = finding;
  if (finding.renewed) save(host, service, state);
  const odd = sighting.kind === "missing" || sighting.kind === "unfit";
  const level =
    odd && isWorthALine(command, found) ? "warn" : command.trigger === "manual" ? "info" : "debug";
  if (level !== "debug" || found.config.logLevel === "debug") {
    log.say(level, service, restLine(decision, finding, host.uptime()));
  }
}

type Rest = Extract<Finding["decision"], { kind: "rest" }>;
