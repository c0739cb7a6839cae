// How each name is doing, from what the table confirmed last: four classes, named by what to do about them.
// Pure. It judges by the time of the last confirmation alone, since DNS goes on answering when a router falls silent.
import type { Family } from "../shared/address.ts";
import { LEASE_SECONDS } from "./decide.ts";
import type { FamilyState } from "./state.ts";

/**
 * "ok": heard of lately. "late": a message is missing. "gone": silent for a month, most likely for good.
 * Undetermined, since nothing was ever confirmed or the last update was not: "never" and "stuck".
 */
export type HealthClass = "ok" | "late" | "gone" | "never" | "stuck";

const HOUR = 3600;
/** Our client sends every 72 hours at least, and a failed attempt is repeated within hours. */
export const LATE_SECONDS = 96 * HOUR;
export const GONE_SECONDS = 30 * 24 * HOUR;
/** A router whose update was not confirmed comes back within 75 minutes, the longest of its waits. */
export const STUCK_SECONDS = 2 * HOUR;

/** One name of one family, or the whole host (family null) where no family was ever published. */
export interface Health {
  family: Family | null;
  class: HealthClass;
  address: string | null;
  /** Unix time of the last update that reached the table, as far as it is known. Up to a day older than the last request. */
  lastContactSeconds: number | null;
}

/** The health of every family that was ever published, or one entry "never". */
export function healthOf(
  states: Readonly<Record<Family, FamilyState | null>>,
  nowSeconds: number,
): [Health, ...Health[]] {
  const families = (["ipv4", "ipv6"] as const).flatMap((family): Health[] => {
    const state = states[family];
    return state ? [familyHealth(family, state, nowSeconds)] : [];
  });
  const [first, ...rest] = families;
  if (!first) return [{ family: null, class: "never", address: null, lastContactSeconds: null }];
  return [first, ...rest];
}

function familyHealth(family: Family, state: FamilyState, nowSeconds: number): Health {
  const contact = lastContact(state);
  return {
    family,
    class: contact === null ? "stuck" : classOf(state.phase === "confirmed", nowSeconds - contact),
    address: state.address,
    lastContactSeconds: contact,
  };
}

/** A mark that was given back has the time 0; the minute that it was counted in tells when it was made. */
function lastContact({ atSeconds, minuteSeconds }: FamilyState): number | null {
  const latest = Math.max(atSeconds, minuteSeconds);
  return latest > 0 ? latest : null;
}

function classOf(isConfirmed: boolean, ageSeconds: number): HealthClass {
  // A time from the future is a clock gone wrong or a hand in the table: it would never grow old.
  if (ageSeconds < -LEASE_SECONDS) return "stuck";
  if (!isConfirmed && ageSeconds >= STUCK_SECONDS) return "stuck";
  if (ageSeconds >= GONE_SECONDS) return "gone";
  return ageSeconds >= LATE_SECONDS ? "late" : "ok";
}

const WORST_FIRST: readonly HealthClass[] = ["stuck", "gone", "late", "never", "ok"];

/** The class that a person should hear of first. */
export function worstClass(all: readonly Health[]): HealthClass {
  return WORST_FIRST.find((one) => all.some((health) => health.class === one)) ?? "never";
}
