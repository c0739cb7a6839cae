// What `check` finds out about one service: its line, the way to the service, the record, and what cannot be told.

import { decodeAnswer } from "../../protocol/messages.ts";
import { parseAddress } from "../../shared/address.ts";
import { printable } from "../../shared/text.ts";
import { urlParts } from "../../shared/url.ts";
import { sharingKey } from "../app/attempt.ts";
import { restLine } from "../app/messages.ts";
import type { Evaluation } from "../app/observe.ts";
import { probe, probeName, type Told } from "../app/probe.ts";
import { EXIT } from "../app/run.ts";
import type { Failure, Service } from "../core/types.ts";
import type { Host } from "../host/port.ts";
import { checkMachine } from "./check-machine.ts";
import type { Tell } from "./finding.ts";

/** So many failures in a row are no passing trouble. */
const MANY_FAILURES = 10;

/** Once a service was silent for its whole time, the others are asked for so long only, or ten dead ones would take minutes. */
const SHORT_SECONDS = 5;

/** What the services told in this check, by what it depends on: names on one URL share one question. */
export type Answers = Map<string, Told>;

/** Checks one service, whose name stands above its findings. */
export function checkService(host: Host, evaluation: Evaluation, answers: Answers, about: Tell): void {
  checkLine(evaluation, about);
  if (evaluation.detection.statedAt !== undefined) checkMachine(host, evaluation, about);
  if (evaluation.service.code && !host.canWriteIn(`${host.root}/etc/config`))
    about("FAIL", "/etc/config cannot be written, and the code's secret has to be kept there", EXIT.failed);
  if (!checkPrograms(host, evaluation, about)) return;
  const told = askOnce(host, evaluation, answers);
  if ("failure" in told) {
    about(
      "FAIL",
      explain(host, evaluation, told.failure),
      told.failure.kind === "refused" ? EXIT.refused : EXIT.failed,
    );
    return;
  }
  checkSeen(evaluation, told.seen, about);
  // An update that was accepted told all that this question could, and more.
  const accepted = evaluation.state.published !== null && !evaluation.state.lastFailure;
  if (!accepted) checkRecord(host, evaluation, about);
  checkUpdates(evaluation, about);
}

function askOnce(host: Host, evaluation: Evaluation, answers: Answers): Told {
  const { url } = evaluation.service;
  const key = sharingKey(evaluation, url);
  let told = answers.get(key);
  if (!told) {
    // A dead service takes its time: what is being asked is said while it is, and not among the findings.
    host.printError(`asking ${urlParts(url)?.host} …\n`);
    const silent = [...answers.values()].some((one) => "failure" in one && SILENT.includes(one.failure.kind));
    told = probe(host, evaluation, () => {}, silent ? SHORT_SECONDS : undefined);
    answers.set(key, told);
  }
  return told;
}

const SILENT: readonly Failure["kind"][] = ["offline", "unsure"];

function checkLine(evaluation: Evaluation, about: Tell): void {
  const { detection, service } = evaluation;
  if (detection.statedAt !== undefined) return;
  const line = `interface '${service.interface}'`;
  if (detection.kind === "publishable")
    about("ok", `${line} has ${detection.address.text} on ${detection.device}`);
  else if (detection.kind === "private") {
    const shared = detection.address.scope === "cgnat";
    const who = shared
      ? "the provider shares one public address among customers (CGNAT)"
      : "there is NAT in front of this router";
    const has = `${line} has ${detection.address.text} (${detection.address.scope}): ${who}`;
    if (service.ipSource === "network") {
      const remedy =
        "nothing is published with ip_source 'network', which never asks the service; set it to 'auto'";
      about("FAIL", `${has}; ${remedy}`, EXIT.usage);
    } else about("note", `${has}; the service is asked for the public one`);
  } else if (detection.kind !== "unknown") {
    // Any rest that is no wait: the sentence is about the line.
    const rest = { kind: "rest", until: Number.POSITIVE_INFINITY, why: "down" } as const;
    about("FAIL", restLine(rest, evaluation, 0), detection.kind === "missing" ? EXIT.usage : EXIT.failed);
  }
}

function checkPrograms(host: Host, { service }: Evaluation, about: Tell): boolean {
  if (service.cacert && !host.fileFacts(service.cacert)) {
    about("FAIL", `the CA file ${service.cacert} (option cacert) does not exist`, EXIT.usage);
    return false;
  }
  const programs = service.httpClient === "auto" ? ["uclient-fetch", "curl"] : [service.httpClient];
  if (programs.some((program) => host.hasProgram(program))) return true;
  about(
    "FAIL",
    `${programs.join(" and ")}: not installed (option http_client '${service.httpClient}')`,
    EXIT.failed,
  );
  return false;
}

/** The failure of a `get`, with what only a closer look can tell. */
function explain(host: Host, { service }: Evaluation, failure: Failure): string {
  const server = urlParts(service.url)?.host ?? "";
  // uclient-fetch cannot tell a name that does not resolve from a refused connection, and says so; curl can.
  if (
    failure.kind === "offline" &&
    failure.detail.includes("does not resolve") &&
    host.hasProgram("nslookup")
  ) {
    const job = { argv: ["nslookup", server], stdin: "", deadlineSeconds: 10, output: "bounded" } as const;
    const { ended, code } = host.run(job);
    return ended === "exit" && code === 0
      ? `${server} resolves, and no connection comes about`
      : `the name ${server} does not resolve; is the URL right, and does DNS work here?`;
  }
  const id = failure.requestId ? ` (request id ${failure.requestId})` : "";
  return `${server}: ${failure.detail}${id}`;
}

function checkSeen({ detection }: Evaluation, seen: string, about: Tell): void {
  const address = parseAddress(seen);
  const own = "address" in detection ? detection.address.text : null;
  if (!address)
    about("FAIL", `the service was asked for our address and said: ${printable(seen, 60)}`, EXIT.failed);
  else if (address.scope !== "public") {
    about(
      "FAIL",
      `the service sees ${address.text} (${address.scope}), which cannot be published`,
      EXIT.failed,
    );
  } else if (detection.statedAt !== undefined) {
    about("ok", `the service answers; the machine's address is stated to it, and it sees ${address.text}`);
  } else if (own !== null && address.text !== own) {
    about(
      "note",
      `the service sees ${address.text}, not ${own}: NAT lies in between, and nothing reaches this router unasked`,
    );
  } else about("ok", `the service answers and sees ${address.text}`);
}

/** A malformed token changes nothing: the sample deployment answers 400 for a name that it knows and 403 for another. */
function checkRecord(host: Host, evaluation: Evaluation, about: Tell): void {
  const { hostname } = evaluation.service;
  const reply = probeName(host, evaluation, () => {});
  const known = `whether the service has a record of ${hostname}`;
  if ("failure" in reply) {
    about("note", `${known} was not told: ${reply.failure.detail}`);
    return;
  }
  const { status, body, bodyHidden } = reply.response;
  const open = status === 400 && !bodyHidden && decodeAnswer(body)?.requestId === undefined;
  if (open) about("ok", `the service has a record of ${hostname}`);
  else if (status === 400) about("note", `${known} shows only with an update`);
  else if (status !== 403) about("note", `${known} was not told: HTTP ${status}`);
  else {
    const where = `the service has no record of '${hostname}' (or its table was too busy to read)`;
    about("FAIL", `${where}; letter case and final dot count`, EXIT.refused);
  }
}

/** What a get does not meet, an update may: a wrong secret, a zone that is missing. */
function checkUpdates({ state, service }: Evaluation, about: Tell): void {
  const { lastFailure, failures } = state;
  if (lastFailure) {
    const refused = lastFailure.kind === "refused";
    const times = failures > 1 ? `the last ${failures} updates failed` : "the last update failed";
    const status = refused ? EXIT.refused : failures >= MANY_FAILURES ? EXIT.failed : undefined;
    about(status === undefined ? "note" : "FAIL", `${times}: ${lastFailure.detail}`, status);
  } else if (state.published !== null) about("ok", `the secret was accepted with ${state.published}`);
  else {
    const what = openQuestion(service);
    about("note", `${what} with an update: lambda-ddns update ${service.section}`);
  }
}

function openQuestion({ code, hostId }: Service): string {
  if (code) return "waits for enrolment: the code is tried";
  return `whether the secret is right${hostId ? " and the record allows a machine's address" : ""} shows only`;
}
