// The two ports of the handler, records and zone, as types: every expected trouble is a value, none an exception.
import type { Family } from "../shared/address.ts";
import type { Limits } from "./decide.ts";

/**
 * What a port answers instead of its result. "busy": throttled, slow or unreachable, nothing said about the record.
 * "failed": it will not work before the operator acts. `detail` goes into the log, never to the caller.
 */
export type Trouble = { kind: "busy"; detail: string } | { kind: "failed"; detail: string };

/** One item of the table as it stands, undecoded: what we cannot read must still be compared exactly. */
export interface StoredRecord {
  kind: "found";
  /** The sample's JSON text, or null where the attribute is missing or not text. */
  data: string | null;
  /** The secret that a rotation has put aside, as JSON text. */
  retired: string | null;
  /** The code that waits for a router, or was used and not yet erased, as JSON text (enroll.ts). */
  enrolment: string | null;
  /** Per family the text of our own attributes, null where there is none. */
  states: Readonly<Record<Family, string | null>>;
  histories: Readonly<Record<Family, string | null>>;
  /** Why the operator disabled the host, or null: it may update. */
  disabled: string | null;
  /** May the host name an address that the request does not come from (stated.ts)? */
  mayState: boolean;
}

export interface Records {
  /** One consistent read by the exact key. */
  read(hostname: string): Promise<StoredRecord | { kind: "absent" } | Trouble>;
  /**
   * Replaces the state of one family, only if the record exists and its state is still `seen`; and in the same write,
   * where `history` is given, the family's history (null: removes it).
   */
  swap(
    hostname: string,
    family: Family,
    seen: string | null,
    next: string,
    history?: string | null,
  ): Promise<Swapped>;
  /** Enrols a host, only if its `data` and `enrolment` are still as `seen`. */
  enroll(hostname: string, seen: { data: string; enrolment: string }, next: EnrolledRecord): Promise<Swapped>;
  /** Erases a used code, only if the enrolment is still `seen`. */
  eraseEnrolment(hostname: string, seen: string): Promise<Swapped>;
}

/** "lost": somebody else wrote in between. After "busy" it is unknown whether the write was made. */
export type Swapped = { kind: "done" } | { kind: "lost" } | Trouble;

/** What an enrolment changes of a record, all of it in one write. */
export interface EnrolledRecord {
  data: string;
  /** Null: no former secret is valid. */
  retired: string | null;
  enrolment: string;
}

/** Which record set of which zone, and how long resolvers may keep it. `name` has no final dot. */
export interface ZoneChange {
  zoneId: string;
  name: string;
  type: "A" | "AAAA";
  address: string;
  ttlSeconds: number;
}

/** "refused" and "failed": the zone is certainly unchanged. "unsure": it may have been changed, now or soon. */
export interface ZoneTrouble {
  kind: "refused" | "failed" | "unsure";
  detail: string;
}

export interface Zone {
  upsert(change: ZoneChange): Promise<{ kind: "done" } | ZoneTrouble>;
}

/** "invalid": the zone is unchanged because of one of the changes, or several; "failed": none of them will ever work. */
export interface BatchTrouble {
  kind: ZoneTrouble["kind"] | "invalid";
  detail: string;
}

export interface ZoneBatches {
  /** Makes all changes of one zone or none. */
  upsertAll(
    zoneId: string,
    changes: readonly Omit<ZoneChange, "zoneId">[],
  ): Promise<{ kind: "done" } | BatchTrouble>;
}

/** What a request is handled with. */
export interface Ports {
  records: Records;
  zone: Zone;
  /** Unix time in milliseconds. */
  now(): number;
  /** A fresh text for each zone write, never used twice (see FamilyState.writer). */
  newWriteId(): string;
  limits: Limits;
  /** How many addresses of each family a host's history keeps; 0: none. */
  historyLength: number;
  /** Null: there is no drainer, and whoever Route 53 has no room for comes back for itself. */
  queue: Queue | null;
}

/** What an instance of the function remembers of Route 53's last refusal. */
export interface Queue {
  /** Unix time in milliseconds until which everything is queued at once. */
  untilMs: number;
}
