// What the table says of a host, put together for operators: the source of list, show and their JSON. Never a secret.
import type { Family } from "../../shared/address.ts";
import { decodeEnrolment } from "../enroll.ts";
import { type HealthClass, healthOf, LATE_SECONDS, worstClass } from "../health.ts";
import { decodeHistory } from "../history.ts";
import { decodeRecord, decodeRetired } from "../record.ts";
import { decodeState } from "../state.ts";
import { time } from "./context.ts";
import type { NamedRecord } from "./store.ts";

/** "broken": the record cannot be used. "disabled": the operator switched it off. */
export type HostState = HealthClass | "disabled" | "broken";

export interface NameReport {
  family: Family;
  address: string;
  state: HealthClass;
  lastContactSeconds: number | null;
  /** Since when the zone has held this address, where the history knows. */
  sinceSeconds: number | null;
  isConfirmed: boolean;
  /** Route 53 had no room, and the drainer has it next. */
  isQueued: boolean;
}

export interface HostReport {
  hostname: string;
  state: HostState;
  names: readonly NameReport[];
  zoneId: string | null;
  ttlSeconds: number | null;
  owner: string | null;
  isWatched: boolean;
  /** It may name an address that its request does not come from. */
  mayState: boolean;
  /** Added so lately that nobody has to worry that its router was not heard of yet. */
  isNew: boolean;
  addedSeconds: number | null;
  /** A sentence, where the state is "broken" or "disabled". */
  reason: string | null;
  /** Until when a former secret is valid too, null where none is. */
  twoSecretsUntilSeconds: number | null;
  /** The code that waits for the host's router, null where none does. "used": the router has not updated since. */
  code: { state: "waiting" | "expired" | "used"; untilSeconds: number } | null;
}

/** The report on one host. */
export function reportOn(host: NamedRecord, nowSeconds: number): HostReport {
  const { hostname, stored, owner, isWatched, addedSeconds } = host;
  const record = decodeRecord(stored.data);
  const health = healthOf(
    { ipv4: decodeState(stored.states.ipv4), ipv6: decodeState(stored.states.ipv6) },
    nowSeconds,
  );
  const names = health.flatMap(({ family, address, class: state, lastContactSeconds }): NameReport[] => {
    if (family === null || address === null) return [];
    const [newest] = decodeHistory(stored.histories[family]);
    const sinceSeconds = newest?.address === address ? newest.sinceSeconds : null;
    const phase = decodeState(stored.states[family])?.phase;
    const flags = { isConfirmed: phase === "confirmed", isQueued: phase === "queued" };
    return [{ family, address, state, lastContactSeconds, sinceSeconds, ...flags }];
  });
  const isBroken = typeof record === "string";
  const until = decodeRetired(stored.retired)?.untilSeconds ?? 0;
  return {
    hostname,
    state: isBroken ? "broken" : stored.disabled !== null ? "disabled" : worstClass(health),
    names,
    zoneId: isBroken ? null : record.zoneId,
    ttlSeconds: isBroken ? null : record.ttlSeconds,
    owner,
    isWatched,
    mayState: stored.mayState,
    isNew: addedSeconds !== null && nowSeconds - addedSeconds < LATE_SECONDS,
    addedSeconds,
    reason: isBroken ? record : stored.disabled,
    twoSecretsUntilSeconds: until > nowSeconds ? until : null,
    code: codeReport(stored.enrolment, nowSeconds),
  };
}

function codeReport(text: string | null, nowSeconds: number): HostReport["code"] {
  const enrolment = decodeEnrolment(text);
  if (!enrolment) return null;
  const { untilSeconds, nonce } = enrolment;
  return { state: nonce !== null ? "used" : untilSeconds > nowSeconds ? "waiting" : "expired", untilSeconds };
}

/** Is it something that the operator should look into? A disabled or unwatched host is as they want it, and so is one whose code waits. */
export function isProblem({ state, isWatched, isNew, code }: HostReport): boolean {
  if (state === "never" && (isNew || code?.state === "waiting")) return false;
  if (state === "broken" || state === "stuck") return true;
  return isWatched && state !== "ok" && state !== "disabled";
}

/** The report as `--json` prints it: times in UTC, null for what there is not. */
export function jsonOf(report: HostReport): object {
  return {
    hostname: report.hostname,
    state: report.state,
    reason: report.reason,
    owner: report.owner,
    watched: report.isWatched,
    stated: report.mayState,
    zone_id: report.zoneId,
    ttl: report.ttlSeconds,
    added_at: isoTime(report.addedSeconds),
    two_secrets_until: isoTime(report.twoSecretsUntilSeconds),
    code: report.code && { state: report.code.state, until: isoTime(report.code.untilSeconds) },
    addresses: report.names.map((name) => ({
      family: name.family,
      address: name.address,
      state: name.state,
      confirmed: name.isConfirmed,
      since: isoTime(name.sinceSeconds),
      last_contact: isoTime(name.lastContactSeconds),
    })),
  };
}

/** Unix time as 2027-01-15T08:00:00Z. */
export function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** What became of a code, for people. */
export function codeText({ state, untilSeconds }: NonNullable<HostReport["code"]>): string {
  if (state === "waiting") return `waits for its router until ${time(untilSeconds)}`;
  if (state === "expired") return `expired ${time(untilSeconds)}; rotate --code makes a new one`;
  return "used; the router has not updated with its new secret yet";
}
