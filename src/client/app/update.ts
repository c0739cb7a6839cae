// The whole program on a page: look, plan, and where something is to be done, attempt (mark, exchange, settle, report).
import { heed } from "../core/plan.ts";
import { type Host, HostError } from "../host/port.ts";
import { parseUpdate, type UpdateCommand } from "./arguments.ts";
import { attempt, save } from "./attempt.ts";
import { lookAtKernel } from "./inputs.ts";
import { openLog } from "./log.ts";
import { decisionLine, restLine, troubleLine } from "./messages.ts";
import { type Finding, observe, survey } from "./observe.ts";
import { isWorthALine, reportProblems, reportTrouble } from "./problems.ts";
import { EXIT, isMeant, type Run, worstStatus } from "./run.ts";
import { prepareNext } from "./schedule.ts";

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
  reportTrouble(host, command, trouble, log);
  if (unreadable) {
    log.flush();
    return EXIT.usage;
  }
  const run: Run = { host, command, found, log, exits: new Set(), shared: new Map() };
  reportProblems(run);
  for (const finding of found.findings) if (isMeant(run, finding)) act(run, finding);
  if (!command.dryRun) actOnTentative(run);
  log.flush();
  if (!command.dryRun) prepareNext(run);
  return worstStatus(run.exits);
}

/** Duplicate address detection takes one to three seconds (dad_transmits 1 and 2, and up to one at random). */
const MOST_TENTATIVE_SECONDS = 5;

/**
 * Waits for addresses that are about to be usable, so that a new one is published in the run of its event, and looks at their
 * services once more. One that takes longer is left to the timer.
 */
function actOnTentative(run: Run): void {
  const { host, command, found } = run;
  const waiting = found.findings.filter(
    (finding) => finding.sighting.kind === "tentative" && isMeant(run, finding),
  );
  const stillWaits = () =>
    lookAtKernel(host).some(({ text, tentative }) => tentative && waiting.some((one) => shows(one, text)));
  for (let seconds = 0; seconds < MOST_TENTATIVE_SECONDS && waiting.length > 0; seconds++) {
    host.sleep(1);
    if (!stillWaits()) break;
  }
  if (waiting.length === 0) return;
  const { findings } = observe(host, command, found);
  for (const finding of findings) {
    const at = found.findings.findIndex(({ service }) => service.id === finding.service.id);
    if (!waiting.some(({ service }) => service.id === finding.service.id)) continue;
    found.findings[at] = finding;
    act(run, finding);
  }
}

function shows({ sighting }: Finding, text: string): boolean {
  return "address" in sighting && sighting.address.text === text;
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
  const { checkSeconds } = found.config;
  finding.state = heed(state, sighting, { ...command, now: found.now, checkSeconds });
  if (finding.renewed || finding.state !== state) save(host, service, finding.state);
  const odd = sighting.kind === "missing" || sighting.kind === "unfit" || decision.why === "egress";
  const level =
    odd && isWorthALine(command, found) ? "warn" : command.trigger === "manual" ? "info" : "debug";
  if (level !== "debug" || found.config.logLevel === "debug") {
    log.say(level, service, restLine(decision, finding, host.uptime()));
  }
}

type Rest = Extract<Finding["decision"], { kind: "rest" }>;
