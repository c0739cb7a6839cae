// The service on its two ports: a request and its caller's address in, an answer and what to log about it out.
// It answers from a confirmed record alone; whatever it cannot be sure of it leaves pending and answers 503.
import type { Request } from "../protocol/messages.ts";
import type { Address, Family } from "../shared/address.ts";
import { decide, type Known, LEASE_SECONDS, unfit, type Verdict } from "./decide.ts";
import { decodeEnrolment, enroll } from "./enroll.ts";
import { broken, disabled, inProgress, type Outcome, portFailure, queued, unchanged } from "./outcome.ts";
import type { Ports, StoredRecord } from "./ports.ts";
import { publish } from "./publish.ts";
import { decodeRecord, decodeRetired, type HostRecord } from "./record.ts";
import { decodeState, encodeState, type FamilyState } from "./state.ts";
import { statedAddress, statedProblem } from "./stated.ts";
import { tokenMatches } from "./verify.ts";

type SetRequest = Extract<Request, { mode: "set" }>;

/** Answers one well-formed request. Never throws for anything that the ports report as a value. */
export async function handle(ports: Ports, request: Request, caller: Address): Promise<Outcome> {
  if (request.mode === "get") return { status: 200, message: caller.text, verdict: "address" };
  const stated = request.mode === "set" && request.stated ? statedAddress(request.stated) : null;
  if (stated && "status" in stated) return stated;
  const problem = stated ? null : unfit(caller);
  if (problem !== null) return { status: 400, message: problem, verdict: "unfit" };
  // A lost race is looked at once more: usually the winner was another start of the same router.
  const once = () =>
    request.mode === "enroll" ? enroll(ports, request, caller) : attempt(ports, request, stated ?? caller);
  return (await once()) ?? (await once()) ?? inProgress(LEASE_SECONDS);
}

/**
 * One look and, where needed, one write; null when somebody else wrote in between. `caller`: where the name shall point,
 * which is where the request came from or the address that it states.
 */
async function attempt(ports: Ports, request: SetRequest, caller: Address): Promise<Outcome | null> {
  const { hostname, token, stated } = request;
  const stored = await ports.records.read(hostname);
  if (stored.kind === "busy" || stored.kind === "failed") return portFailure(stored, "table");
  const nowSeconds = Math.floor(ports.now() / 1000);
  const record = stored.kind === "found" ? decodeRecord(stored.data) : null;
  if (typeof record === "string") {
    return broken("record", `the record of ${hostname} cannot be used: ${record}`);
  }
  const retired = stored.kind === "found" ? decodeRetired(stored.retired) : null;
  const secrets = record && { current: record.secret, retired };
  // The token first: an unknown host must cost what a known one does (verify.ts). The rest is for the compiler.
  const match = tokenMatches(token, stated ?? caller.text, hostname, secrets, nowSeconds);
  if (match === null || !record || stored.kind === "absent") {
    const verdict = record ? "wrong-token" : "unknown-host";
    return { status: 401, message: "The host name or the validation hash is wrong.", verdict };
  }
  if (stored.disabled !== null) return disabled(hostname, stored.disabled);
  // The router has the secret of its code: nobody needs the code any more. Where this fails, the next set tries again.
  if (match === "current" && decodeEnrolment(stored.enrolment)?.nonce && stored.enrolment !== null)
    await ports.records.eraseEnrolment(hostname, stored.enrolment);
  return await carryOut(ports, request, caller, record, stored);
}

/** What an authenticated request asks for. */
async function carryOut(
  ports: Ports,
  { hostname, refresh, stated }: SetRequest,
  caller: Address,
  record: HostRecord,
  stored: StoredRecord,
): Promise<Outcome | null> {
  const nowSeconds = Math.floor(ports.now() / 1000);
  const before = known(record, stored, caller.family);
  const problem = stated && statedProblem(hostname, stated, stored.mayState, before.state, nowSeconds);
  if (problem) return problem;
  const verdict = decide(caller, before, ports.limits, nowSeconds, refresh);
  const taken = stated && { statedSeconds: stated.timeSeconds };
  if (verdict.kind === "write") {
    const write = { ...verdict, next: { ...verdict.next, ...taken } };
    return await publish(ports, hostname, caller, record, stored, write);
  }
  if (verdict.kind === "same" && taken && before.state) {
    const trouble = await keepTime(ports, hostname, caller.family, stored, { ...before.state, ...taken });
    if (trouble !== "done") return trouble;
  }
  return settled(verdict, hostname, caller);
}

/**
 * Remembers the time of a stated address that changed nothing: it could be replayed after a later one otherwise. `was` as
 * after a refresh, so that nobody is told of a change.
 */
async function keepTime(
  { records, newWriteId }: Ports,
  hostname: string,
  family: Family,
  { states }: StoredRecord,
  state: FamilyState,
): Promise<Outcome | "done" | null> {
  const next = encodeState({ ...state, was: state.address, writer: newWriteId() });
  const kept = await records.swap(hostname, family, states[family], next);
  if (kept.kind === "lost") return null;
  return kept.kind === "done" ? "done" : portFailure(kept, "mark");
}

function known(record: HostRecord, { states }: StoredRecord, family: Family): Known {
  const other = family === "ipv4" ? "ipv6" : "ipv4";
  return { record, state: decodeState(states[family]), otherState: decodeState(states[other]) };
}

function settled(verdict: Exclude<Verdict, { kind: "write" }>, hostname: string, caller: Address): Outcome {
  if (verdict.kind === "same") {
    return unchanged(hostname, caller);
  }
  if (verdict.kind === "in progress") return inProgress(verdict.retryAfterSeconds);
  if (verdict.kind === "queued") return queued(verdict.retryAfterSeconds);
  const { retryAfterSeconds } = verdict;
  const message = `${hostname} changes too often; wait ${retryAfterSeconds} seconds.`;
  return { status: 429, message, retryAfterSeconds, verdict: "limited" };
}
