// The verdict on a set request: pure, from the request, the caller's address, the record and the time.
// It says what is to be done; it neither writes nor knows who asked over which wire.
import { type Address, parseAddress } from "../shared/address.ts";
import type { HostRecord } from "./record.ts";
import type { FamilyState } from "./state.ts";

export interface Limits {
  /** A confirmed address older than this is written again, which heals a record that was edited by hand. */
  refreshSeconds: number;
  /** Zone writes that one record may begin in a minute, both families together. */
  changesPerMinute: number;
}

/**
 * How long a pending mark is left to its writer. The function is killed, and the zone's call cut, well before:
 * whoever finds an older mark knows that nobody is going to touch the zone under it any more.
 */
export const LEASE_SECONDS = 20;

const MINUTE_SECONDS = 60;

/** How long a queued state is left to the drainer. It takes an older one too, but its router may then try for itself. */
export const QUEUE_SECONDS = 900;

/** What the table knows of a host, seen from the family of the caller. */
export interface Known {
  record: HostRecord;
  state: FamilyState | null;
  /** Zone writes of the other family count against the same limit. */
  otherState: FamilyState | null;
}

export type Verdict =
  | { kind: "same" }
  | { kind: "write"; why: "first" | "changed" | "redo" | "refresh"; next: Omit<FamilyState, "writer"> }
  | { kind: "in progress" | "queued"; retryAfterSeconds: number }
  | { kind: "limited"; retryAfterSeconds: number };

/**
 * What to do about an authenticated set from `caller` at `nowSeconds` (Unix time, whole seconds). `refresh`: the router asks for
 * the zone to be written in any case, within the record's limit.
 */
export function decide(
  caller: Address,
  known: Known,
  limits: Limits,
  nowSeconds: number,
  refresh = false,
): Verdict {
  const { record, state } = known;
  const target = `${record.zoneId}/${record.ttlSeconds}`;
  const why = reason(state, caller.text, target, limits, nowSeconds) ?? (refresh ? "refresh" : null);
  if (why === null) return { kind: "same" };
  if (why === "queued") return { kind: "queued", retryAfterSeconds: queuedSeconds(state, nowSeconds) };
  if (state?.phase === "pending") {
    // A mark from the future is a clock gone wrong or a hand in the table; it holds nobody up for longer.
    const age = Math.abs(nowSeconds - state.atSeconds);
    if (age < LEASE_SECONDS)
      return { kind: "in progress", retryAfterSeconds: LEASE_SECONDS - Math.floor(age) };
  }
  const changes = changesWithin(state, nowSeconds);
  if (changes + changesWithin(known.otherState, nowSeconds) >= limits.changesPerMinute) {
    return { kind: "limited", retryAfterSeconds: MINUTE_SECONDS };
  }
  const minuteSeconds = changes > 0 && state ? state.minuteSeconds : nowSeconds;
  const was = state?.phase === "confirmed" ? state.address : (state?.was ?? null);
  const mark = { phase: "pending", address: caller.text, was, target, atSeconds: nowSeconds } as const;
  // Also where the address is not a stated one: a record of an older statement must not come back after it.
  const stated = state?.statedSeconds === undefined ? {} : { statedSeconds: state.statedSeconds };
  return { kind: "write", why, next: { ...mark, minuteSeconds, changes: changes + 1, ...stated } };
}

type Why = Extract<Verdict, { kind: "write" }>["why"];

/** Why the zone has to be written, or null when it certainly holds the address. */
function reason(
  state: FamilyState | null,
  address: string,
  target: string,
  limits: Limits,
  now: number,
): Why | "queued" | null {
  if (!state) return "first";
  const isSame = state.address === address && state.target === target;
  const age = Math.abs(now - state.atSeconds);
  if (state.phase === "queued" && isSame && age < QUEUE_SECONDS) return "queued";
  if (state.phase !== "confirmed") return "redo";
  if (!isSame) return "changed";
  // A confirmation from a future that no clock's drift explains would never grow old: it counts for nothing.
  return now - state.atSeconds < limits.refreshSeconds && now >= state.atSeconds - LEASE_SECONDS
    ? null
    : "refresh";
}

/** When to ask again: the longer it waits, the longer the queue is. */
function queuedSeconds(state: FamilyState | null, now: number): number {
  return Math.max(MINUTE_SECONDS, Math.abs(now - (state?.atSeconds ?? now)));
}

/** Zone writes that one family began in the minute that runs. */
function changesWithin(state: FamilyState | null, now: number): number {
  return state && Math.abs(now - state.minuteSeconds) < MINUTE_SECONDS ? state.changes : 0;
}

/** Why an address must not be published, as a sentence for its owner, or null when it may. */
export function unfit(caller: Address): string | null {
  if (caller.scope === "public") return null;
  return `Your address ${caller.text} (${caller.scope}) is not public and cannot be published.`;
}

/** The caller as an address, or null; an IPv4 caller on a dual-stack socket counts as what it is. */
export function callerAddress(text: string): Address | null {
  const address = parseAddress(text);
  return address?.scope === "mapped" ? parseAddress(address.text.slice("::ffff:".length)) : address;
}
