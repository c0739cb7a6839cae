// The service on its two ports: a request and its caller's address in, an answer and what to log about it out.
// It answers from a confirmed record alone; whatever it cannot be sure of it leaves pending and answers 503.

import type { Request } from "../protocol/messages.ts";
import type { Address, Family } from "../shared/address.ts";
import { printable } from "../shared/text.ts";
import { decide, type Known, LEASE_SECONDS, type Limits, unfit, type Verdict } from "./decide.ts";
import { decodeEnrolment, enroll } from "./enroll.ts";
import { nextHistory } from "./history.ts";
import type { Records, StoredRecord, Trouble, Zone, ZoneChange } from "./ports.ts";
import { decodeRecord, decodeRetired, type HostRecord } from "./record.ts";
import { decodeState, encodeState } from "./state.ts";
import { tokenMatches } from "./verify.ts";

export interface Ports {
  records: Records;
  zone: Zone;
  /** Unix time in milliseconds. */
  now(): number;
  /** A fresh text for each zone write, never used twice (see FamilyState.writer). */
  newWriter(): string;
  limits: Limits;
  /** How many addresses of each family a host's history keeps; 0: none. */
  historyLength: number;
}

export interface Outcome {
  status: number;
  message: string;
  retryAfterSeconds?: number;
  /** The verdict's short name, for the log. */
  verdict: string;
  /** For the log only: what went wrong, in the words of whoever noticed. */
  fault?: string;
}

/** A zone write may begin this long after its mark; with the zone call's own deadline it ends within the lease. */
const START_WITHIN_SECONDS = 10;
/** What throttling is answered with. The router spreads its own waits on top. */
const BUSY_SECONDS = 60;

type SetRequest = Extract<Request, { mode: "set" }>;

/** Answers one well-formed request. Never throws for anything that the ports report as a value. */
export async function handle(ports: Ports, request: Request, caller: Address): Promise<Outcome> {
  if (request.mode === "get") return { status: 200, message: caller.text, verdict: "address" };
  const problem = unfit(caller);
  if (problem !== null) return { status: 400, message: problem, verdict: "unfit" };
  // A lost race is looked at once more: usually the winner was another start of the same router.
  const once = () =>
    request.mode === "enroll" ? enroll(ports, request, caller) : attempt(ports, request, caller);
  return (await once()) ?? (await once()) ?? held(LEASE_SECONDS);
}

/** One look and, where needed, one write; null when somebody else wrote in between. */
async function attempt(ports: Ports, request: SetRequest, caller: Address): Promise<Outcome | null> {
  const { hostname, token } = request;
  const stored = await ports.records.read(hostname);
  if (stored.kind === "busy" || stored.kind === "failed") return troubled(stored, "table");
  const nowSeconds = Math.floor(ports.now() / 1000);
  const record = stored.kind === "found" ? decodeRecord(stored.data) : null;
  if (typeof record === "string") {
    return broken("record", `the record of ${hostname} cannot be used: ${record}`);
  }
  const retired = stored.kind === "found" ? decodeRetired(stored.retired) : null;
  const secrets = record && { current: record.secret, retired };
  // The token first: an unknown host must cost what a known one does (verify.ts). The rest is for the compiler.
  const match = tokenMatches(token, caller.text, hostname, secrets, nowSeconds);
  if (match === null || !record || stored.kind === "absent") {
    const verdict = record ? "wrong-token" : "unknown-host";
    return { status: 401, message: "The host name or the validation hash is wrong.", verdict };
  }
  if (stored.disabled !== null) return disabled(hostname, stored.disabled);
  // The router has the secret of its code: nobody needs the code any more. Where this fails, the next set tries again.
  if (match === "current" && decodeEnrolment(stored.enrolment)?.nonce && stored.enrolment !== null)
    await ports.records.eraseEnrolment(hostname, stored.enrolment);
  const verdict = decide(caller, known(record, stored, caller.family), ports.limits, nowSeconds);
  if (verdict.kind === "write") return await write(ports, hostname, caller, record, stored, verdict);
  return settled(verdict, hostname, caller);
}

function known(record: HostRecord, { states }: StoredRecord, family: Family): Known {
  const other = family === "ipv4" ? "ipv6" : "ipv4";
  return { record, state: decodeState(states[family]), otherState: decodeState(states[other]) };
}

/** Mark, write the zone, confirm. Null when the mark was lost to another writer. */
async function write(
  ports: Ports,
  hostname: string,
  caller: Address,
  record: HostRecord,
  stored: StoredRecord,
  verdict: Extract<Verdict, { kind: "write" }>,
): Promise<Outcome | null> {
  const { records, zone, now } = ports;
  const { family } = caller;
  const pending = { ...verdict.next, writer: ports.newWriter() };
  const mark = encodeState(pending);
  const marked = await records.swap(hostname, family, stored.states[family], mark);
  if (marked.kind === "lost") return null;
  if (marked.kind !== "done") return troubled(marked, "mark");
  // A mark that was slow to get through might be taken over while the zone is being written.
  if (Math.abs(now() / 1000 - pending.atSeconds) > START_WITHIN_SECONDS) return held(LEASE_SECONDS);

  const written = await zone.upsert(zoneChange(hostname, record, family, caller.text));
  if (written.kind === "unsure") return { ...busy("zone", LEASE_SECONDS), fault: written.detail };
  if (written.kind !== "done") {
    // The zone is as it was: nobody has to wait for the lease. If this write fails too, they wait.
    await records.swap(hostname, family, mark, encodeState({ ...pending, atSeconds: 0 }));
    if (written.kind === "refused") return { ...busy("zone", BUSY_SECONDS), fault: written.detail };
    return broken("zone", `the zone of ${hostname} cannot be written: ${written.detail}`);
  }
  const confirmed = await records.swap(
    hostname,
    family,
    mark,
    encodeState({ ...pending, phase: "confirmed" }),
    historyAfter(ports, stored, caller, pending.atSeconds),
  );
  if (confirmed.kind === "done") return published(verdict.why, hostname, caller);
  return confirmed.kind === "lost" ? held(LEASE_SECONDS) : troubled(confirmed, "confirm");
}

/** The family's history with this address in it, or undefined where it is so already. */
function historyAfter(
  { historyLength }: Ports,
  { histories }: StoredRecord,
  { family, text }: Address,
  atSeconds: number,
): string | null | undefined {
  const next = nextHistory(histories[family], text, atSeconds, historyLength);
  return next === histories[family] ? undefined : next;
}

/** What the table calls `hostname`, as DNS compares names: lower case, no final dot. */
export function dnsName(hostname: string): string {
  return hostname.replace(/\.$/, "").toLowerCase();
}

/** The record set that publishes `address`. */
export function zoneChange(
  hostname: string,
  { zoneId, ttlSeconds }: HostRecord,
  family: Family,
  address: string,
): ZoneChange {
  return { zoneId, name: dnsName(hostname), type: family === "ipv4" ? "A" : "AAAA", address, ttlSeconds };
}

/** A refresh is answered like a set that changed nothing: for the router nothing did. */
function published(why: string, hostname: string, caller: Address): Outcome {
  if (why === "refresh") return { ...settled({ kind: "same" }, hostname, caller), verdict: why };
  return { status: 201, message: `${hostname} has been updated to ${caller.text}`, verdict: why };
}

function settled(verdict: Exclude<Verdict, { kind: "write" }>, hostname: string, caller: Address): Outcome {
  if (verdict.kind === "same") {
    return { status: 200, message: `${hostname} already points to ${caller.text}`, verdict: "same" };
  }
  if (verdict.kind === "held") return held(verdict.retryAfterSeconds);
  const { retryAfterSeconds } = verdict;
  const message = `${hostname} changes too often; wait ${retryAfterSeconds} seconds.`;
  return { status: 429, message, retryAfterSeconds, verdict: "limited" };
}

function held(retryAfterSeconds: number): Outcome {
  const message = "Another update of this name is under way; try again later.";
  return { status: 503, message, retryAfterSeconds, verdict: "held" };
}

/** Said to whoever knows the secret, and to nobody else. */
export function disabled(hostname: string, reason: string): Outcome {
  const message = `${hostname} is disabled: ${printable(reason, 200)}`;
  return { status: 403, message, verdict: "disabled" };
}

function busy(where: string, retryAfterSeconds: number): Outcome {
  return {
    status: 503,
    message: "The service is busy; try again later.",
    retryAfterSeconds,
    verdict: `busy-${where}`,
  };
}

export function broken(where: string, fault: string): Outcome {
  const message = "The service cannot handle this name; its operator finds the reason in the log.";
  return { status: 500, message, verdict: `broken-${where}`, fault };
}

export function troubled(trouble: Trouble, where: string): Outcome {
  if (trouble.kind === "failed") return broken(where, trouble.detail);
  return { ...busy(where, BUSY_SECONDS), fault: trouble.detail };
}
