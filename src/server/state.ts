// What the table remembers of one family's last zone write, as the JSON text of an attribute beside `data`.
// A text it cannot read is no state: the next update then writes the zone again, which is always right.
import { parseObject } from "../protocol/messages.ts";

export interface FamilyState {
  /**
   * "pending": somebody is writing the zone or died doing so. "confirmed": the zone holds `address`. "queued": Route 53 had no
   * room, and the table's stream brings it to the drainer (drain.ts).
   */
  phase: "pending" | "queued" | "confirmed";
  address: string;
  /** The address that was confirmed before this one was begun, or null: what a change event calls `was`. */
  was: string | null;
  /** Zone and TTL that the address was written with: an operator's change of either is published at once. */
  target: string;
  /** Unix time of the mark, or since when it is queued; 0 on a pending state that nobody holds any longer. */
  atSeconds: number;
  /** A UUID for each write: two pending states are never equal text, so a swap cannot mistake one for another. */
  writer: string;
  /** Unix time at which the minute began in which `changes` zone writes were begun. */
  minuteSeconds: number;
  changes: number;
  /** The time of the last stated address that was taken (stated.ts); none at or before it is taken again. */
  statedSeconds?: number;
}

/** The state in an attribute's text, or null: none, or damaged. */
export function decodeState(text: string | null): FamilyState | null {
  const members = text === null ? null : parseObject(text);
  if (!members) return null;
  const { phase, address, target, at, writer, minute, changes } = members;
  if (phase !== "pending" && phase !== "queued" && phase !== "confirmed") return null;
  if (typeof address !== "string" || typeof target !== "string" || typeof writer !== "string") return null;
  if (!isCount(at) || !isCount(minute) || !isCount(changes)) return null;
  const was = typeof members["was"] === "string" ? members["was"] : null;
  const stated = isCount(members["stated"]) ? { statedSeconds: members["stated"] } : {};
  return { phase, address, was, target, atSeconds: at, writer, minuteSeconds: minute, changes, ...stated };
}

/** How a queued state's text begins: what the filter of the stream's mapping looks at (aws/template.yaml). */
export const QUEUED_PREFIX = '{"phase":"queued"';

/** The text that decodeState reads. */
export function encodeState(state: FamilyState): string {
  const { phase, address, was, target, atSeconds, writer, minuteSeconds, changes, statedSeconds } = state;
  const members = { phase, address, target, at: atSeconds, writer, minute: minuteSeconds, changes };
  // What is undefined is left out.
  return JSON.stringify({ ...members, was: was ?? undefined, stated: statedSeconds });
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
