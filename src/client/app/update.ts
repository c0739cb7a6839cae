// The whole program on a page: look, plan, and where something is to be done, attempt (mark, exchange, settle, report).
import { hooksDue } from "../core/hooks.ts";
import { clearSkippedWait } from "../core/plan.ts";
import { type Host, HostError } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { isWatched, parseUpdate, type UpdateCommand } from "./arguments.ts";
import { attempt } from "./attempt.ts";
import { callHooks } from "./hooks.ts";
import { readKernelAddresses } from "./inputs.ts";
import { openLog } from "./log.ts";
import { decisionLine, restLine, troubleLine } from "./messages.ts";
import { type Evaluation, evaluate, observe } from "./observe.ts";
import { hooksFolder } from "./paths.ts";
import { isWorthALine, reportProblems, reportTrouble } from "./problems.ts";
import { EXIT, isMeant, type Run, worstStatus } from "./run.ts";
import { prepareNext } from "./schedule.ts";
import { saveState } from "./state-file.ts";

/** Runs `update` with the host's arguments; returns the exit status. */
export function update(host: Host): number {
  const command = parseUpdate(host.args.slice(1));
  if (typeof command === "string") return misused(host, command);
  return guarded(host, !isWatched(command), () => updateAll(host, command));
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
  const found = observe(host, command);
  const unreadable = typeof found === "string";
  const level = unreadable ? "info" : found.config.logLevel;
  // log_level is for the log: whoever runs it by hand is told how it ended.
  const watched = isWatched(command) && level !== "debug";
  const log = openLog(host, watched ? "info" : level, !isWatched(command));
  const trouble = unreadable ? found : typeof found.interfaces === "string" ? found.interfaces : "";
  reportTrouble(host, command, trouble, log);
  if (unreadable) {
    log.flush();
    return EXIT.usage;
  }
  const run: Run = { host, command, found, log, exits: new Set(), shared: new Map() };
  reportProblems(run);
  for (const evaluation of found.evaluations) if (isMeant(run, evaluation)) apply(run, evaluation);
  if (!command.dryRun) applyOnceUsable(run);
  if (!command.dryRun) tellHooks(run);
  log.flush();
  if (!command.dryRun) prepareNext(run);
  return worstStatus(run.exits);
}

/** Most routers have no hooks, and most runs have nothing to tell. */
function tellHooks(run: Run): void {
  const { host, found } = run;
  if (!found.evaluations.some(({ state }) => hooksDue(state).length > 0)) return;
  if (!host.fileFacts(hooksFolder(host))) return;
  loadPart("hooks");
  callHooks(run);
}

/** Duplicate address detection takes one to three seconds (dad_transmits 1 and 2, and up to one at random). */
const MOST_TENTATIVE_SECONDS = 5;

/**
 * Waits for addresses that are about to be usable, so that a new one is published in the run of its event, and looks at their
 * services once more. One that takes longer is left to the timer.
 */
function applyOnceUsable(run: Run): void {
  const { host, command, found } = run;
  const waiting = found.evaluations.filter(
    (evaluation) => evaluation.detection.kind === "tentative" && isMeant(run, evaluation),
  );
  const stillWaits = () =>
    readKernelAddresses(host).some(
      ({ text, tentative }) => tentative && waiting.some((one) => shows(one, text)),
    );
  for (let seconds = 0; seconds < MOST_TENTATIVE_SECONDS && waiting.length > 0; seconds++) {
    host.sleep(1);
    if (!stillWaits()) break;
  }
  if (waiting.length === 0) return;
  const { evaluations } = evaluate(host, command, found);
  for (const evaluation of evaluations) {
    const at = found.evaluations.findIndex(({ service }) => service.id === evaluation.service.id);
    if (!waiting.some(({ service }) => service.id === evaluation.service.id)) continue;
    found.evaluations[at] = evaluation;
    apply(run, evaluation);
  }
}

function shows({ detection }: Evaluation, text: string): boolean {
  return "address" in detection && detection.address.text === text;
}

/** Does what was decided for one service. Trouble of the router stays with this service, for the next one may fare better. */
function apply(run: Run, evaluation: Evaluation): void {
  const { host, command, log, exits, shared } = run;
  const { decision, service } = evaluation;
  if (command.dryRun) {
    host.print(`${service.id}: ${decisionLine(decision, evaluation, host.uptime())}\n`);
    return;
  }
  try {
    if (decision.kind === "rest") {
      reportRest(run, evaluation, decision);
      return;
    }
    loadPart("attempt");
    const done = attempt(host, evaluation, decision, shared, log.say);
    evaluation.state = done.state;
    evaluation.service = done.service;
    if (done.outcome.kind === "failed")
      exits.add(done.outcome.failure.kind === "refused" ? EXIT.refused : EXIT.failed);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    log.say("error", service, error.message);
    exits.add(EXIT.failed);
    evaluation.portFailed = true;
  }
}

/** Nothing is to be done for a service: saves its state where the section was compared anew, and says so where it helps. */
function reportRest(run: Run, evaluation: Evaluation, decision: Rest): void {
  const { host, command, found, log } = run;
  const { service, state, detection } = evaluation;
  const { checkSeconds } = found.config;
  evaluation.state = clearSkippedWait(state, detection, { ...command, now: found.now, checkSeconds });
  if (evaluation.renewed || evaluation.state !== state) saveState(host, service, evaluation.state);
  const odd = detection.kind === "missing" || detection.kind === "unusable" || decision.why === "egress";
  const level =
    odd && isWorthALine(command, found) ? "warn" : command.trigger === "manual" ? "info" : "debug";
  if (level !== "debug" || found.config.logLevel === "debug") {
    log.say(level, service, restLine(decision, evaluation, host.uptime()));
  }
}

type Rest = Extract<Evaluation["decision"], { kind: "rest" }>;
