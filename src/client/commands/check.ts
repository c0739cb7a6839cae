// `check`: looks for whatever may keep a service from working, each with a sentence of its own. It changes nothing.

import { fold } from "../app/log.ts";
import { problemLine, serviceName } from "../app/messages.ts";
import { type Observation, observe } from "../app/observe.ts";
import { configPath } from "../app/paths.ts";
import { idleReason, unnamed } from "../app/problems.ts";
import { EXIT, isNamed, worstStatus } from "../app/run.ts";
import type { Host } from "../host/port.ts";
import { type Answers, checkService } from "./check-service.ts";
import type { Tell } from "./finding.ts";
import { isStarted, NOT_STARTED } from "./status.ts";

/** 2026-01-01, before the first version of this program: a clock that says less is not set, and no certificate is valid yet. */
const EARLIEST_NOW = 1_767_225_600;

/** Checks configuration, router and the services that `names` mean (all where empty); returns the exit status of the worst. */
export function check(host: Host, names: readonly string[]): number {
  const statuses = new Set<number>();
  const columns = host.columns();
  const tell: Tell = (mark, sentence, status) => {
    const line = `${mark.padEnd(5)}${sentence}`;
    // What a program reads stays on one line.
    host.print(`${(columns === null ? [line] : fold(line, 5, columns)).join("\n")}\n`);
    if (status !== undefined) statuses.add(status);
  };
  const found = observe(host, { trigger: "manual", force: false });
  if (typeof found === "string") tell("FAIL", found, EXIT.usage);
  checkRouter(host, tell);
  if (typeof found !== "string") {
    checkConfig(found, names, isStarted(host), tell);
    const answers: Answers = new Map();
    for (const evaluation of found.evaluations) {
      if (names.length > 0 && !names.some((name) => isNamed(evaluation.service, name))) continue;
      host.print(`\n${serviceName(evaluation.service)}\n`);
      checkService(host, evaluation, answers, tell);
    }
  }
  return worstStatus(statuses);
}

function checkRouter(host: Host, tell: Tell): void {
  if (!host.isRoot()) tell("FAIL", "this is not root, so no update is possible: run it as root", EXIT.failed);
  const path = configPath(host);
  const mode = host.fileFacts(path)?.mode;
  if (mode !== undefined && mode !== 0o600) {
    const octal = mode.toString(8).padStart(4, "0");
    tell("FAIL", `${path} has mode ${octal}, and it holds secrets: chmod 600 ${path}`, EXIT.usage);
  }
  for (const program of ["uci", "ubus", "logger", "flock"]) {
    if (!host.hasProgram(program)) tell("FAIL", `the program ${program} is missing`, EXIT.failed);
  }
  for (const name of ["/var/run", "/var/lock"]) {
    const folder = `${host.root}${name}`;
    if (host.isRoot() && !host.canWriteIn(folder)) {
      tell(
        "FAIL",
        `${folder} is not writable, so no update is possible; is /var read-only or full?`,
        EXIT.failed,
      );
    }
  }
  const clock = new Date(host.wallClock() * 1000).toISOString().slice(0, 16).replace("T", " ");
  if (host.wallClock() < EARLIEST_NOW) {
    tell(
      "FAIL",
      `the clock is not set (${clock} UTC), so no certificate can be verified; is NTP working?`,
      EXIT.failed,
    );
  } else tell("ok", `the clock says ${clock} UTC`);
}

function checkConfig(found: Observation, names: readonly string[], started: boolean, tell: Tell): void {
  const { config, interfaces, evaluations } = found;
  for (const problem of config.problems) {
    const failed = problem.severity === "error";
    tell(failed ? "FAIL" : "note", problemLine(problem), failed ? EXIT.usage : undefined);
  }
  const idle = idleReason(found);
  if (idle) tell("note", idle);
  else if (!started) tell("note", NOT_STARTED);
  for (const name of names) {
    if (evaluations.some(({ service }) => isNamed(service, name))) continue;
    tell("FAIL", unnamed(name), EXIT.usage);
  }
  if (typeof interfaces === "string") tell("FAIL", interfaces, EXIT.failed);
}
