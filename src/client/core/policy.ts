// How long to wait after which trouble, and what may cut the wait short: one table, and nowhere else.
import type { Seconds } from "../host/port.ts";
import type { ErrorKind, Failure, Trigger } from "./types.ts";

/** Between the beginnings of two attempts for one name, whatever wakes us: a flapping line must not hammer. */
export const COOLDOWN_SECONDS = 30;

/** A trigger, or "address": the router shows another address than at the last attempt. */
type News = Trigger | "address";

interface Rule {
  /** Minutes to wait after the first, second … failure; the last one repeats. */
  waits: readonly number[];
  skippedBy: readonly News[];
}

const unreached: Rule = {
  waits: [1, 2, 5, 10, 20, 30, 60],
  skippedBy: ["address", "boot", "reload", "manual"],
};
const failing: Rule = { waits: [5, 15, 30, 60], skippedBy: ["reload", "manual"] };

export const POLICY: Readonly<Record<ErrorKind, Rule>> = {
  offline: unreached,
  unsure: unreached,
  untrusted: { ...unreached, skippedBy: [...unreached.skippedBy, "clock"] },
  busy: { waits: [1, 5, 15, 60], skippedBy: [] },
  broken: failing,
  refused: { waits: [60, 120, 240, 360], skippedBy: ["address", "manual"] },
  local: { ...failing, skippedBy: [...failing.skippedBy, "boot"] },
};

/**
 * The wait after failure number `count` (from 1), spread by a quarter either way (`random`: at least 0, less than 1) so that
 * routers that failed together do not return together. A Retry-After is clamped to a minute and an hour, and only ever lengthened: a server that asks for a
 * second all day long is met as rarely as one that does not ask.
 */
export function waitSeconds(failure: Failure, count: number, random: number): Seconds {
  const { waits } = POLICY[failure.kind];
  const usual = (waits[Math.min(count, waits.length) - 1] ?? 60) * 60 * (0.75 + random / 2);
  if (failure.kind !== "busy" || failure.retryAfter === undefined) return usual;
  return Math.max(usual, Math.min(Math.max(failure.retryAfter, 60), 3600) * (1 + random / 4));
}
