// One address into the zone: mark, write, confirm, so that whoever dies in between leaves a mark and no false answer.
// Where Route 53 has no room and there is a drainer (drain.ts), the address is queued instead.
import type { Address, Family } from "../shared/address.ts";
import { LEASE_SECONDS, type Verdict } from "./decide.ts";
import { nextHistory } from "./history.ts";
import {
  BUSY_SECONDS,
  broken,
  busy,
  inProgress,
  type Outcome,
  portFailure,
  published,
  queued,
} from "./outcome.ts";
import type { Ports, StoredRecord, ZoneChange, ZoneTrouble } from "./ports.ts";
import type { HostRecord } from "./record.ts";
import { encodeState, type FamilyState } from "./state.ts";

/** A zone write may begin this long after its mark; with the zone call's own deadline it ends within the lease. */
export const START_WITHIN_SECONDS = 10;
/** After Route 53 had no room for one, the next ones are spared their try for this long. */
const PAUSE_SECONDS = 30;

/** Mark, write the zone, confirm. Null when the mark was lost to another writer. */
export async function publish(
  ports: Ports,
  hostname: string,
  caller: Address,
  record: HostRecord,
  stored: StoredRecord,
  verdict: Extract<Verdict, { kind: "write" }>,
): Promise<Outcome | null> {
  const { records, zone, now, queue } = ports;
  const { family } = caller;
  const pending: FamilyState = { ...verdict.next, writer: ports.newWriteId() };
  const isPaused = queue !== null && now() < queue.untilMs;
  const mark = encodeState(isPaused ? { ...pending, phase: "queued" } : pending);
  const marked = await records.swap(hostname, family, stored.states[family], mark);
  if (marked.kind === "lost") return null;
  if (marked.kind !== "done") return portFailure(marked, "mark");
  if (isPaused) return queued(BUSY_SECONDS);
  // A mark that was slow to get through might be taken over while the zone is being written.
  if (Math.abs(now() / 1000 - pending.atSeconds) > START_WITHIN_SECONDS) return inProgress(LEASE_SECONDS);

  const written = await zone.upsert(zoneChange(hostname, record, family, caller.text));
  if (written.kind !== "done") return await notWritten(ports, hostname, family, pending, written);
  const confirmed = await records.swap(
    hostname,
    family,
    mark,
    encodeState({ ...pending, phase: "confirmed" }),
    historyAfter(ports, stored, family, caller.text, pending.atSeconds),
  );
  if (confirmed.kind === "done") return published(verdict.why, hostname, caller);
  return confirmed.kind === "lost" ? inProgress(LEASE_SECONDS) : portFailure(confirmed, "confirm");
}

/** The mark of a write that failed is given back, or becomes a place in the queue. */
async function notWritten(
  { records, now, queue }: Ports,
  hostname: string,
  family: Family,
  pending: FamilyState,
  { kind, detail: fault }: ZoneTrouble,
): Promise<Outcome> {
  if (kind === "unsure") return { ...busy("zone", LEASE_SECONDS), fault };
  const swap = (next: FamilyState) => records.swap(hostname, family, encodeState(pending), encodeState(next));
  if (kind === "refused" && queue !== null) {
    queue.untilMs = now() + PAUSE_SECONDS * 1000;
    const put = await swap({ ...pending, phase: "queued", atSeconds: Math.floor(now() / 1000) });
    if (put.kind === "lost") return inProgress(LEASE_SECONDS);
    return { ...(put.kind === "done" ? queued(BUSY_SECONDS) : portFailure(put, "queue")), fault };
  }
  // The zone is as it was: nobody has to wait for the lease. If this write fails too, they wait.
  // Nor does it count as a change of the host.
  await swap({ ...pending, atSeconds: 0, changes: pending.changes - 1 });
  if (kind === "refused") return { ...busy("zone", BUSY_SECONDS), fault };
  return broken("zone", `the zone of ${hostname} cannot be written: ${fault}`);
}

/** The family's history with this address in it, or undefined where it is so already. */
export function historyAfter(
  { historyLength }: Pick<Ports, "historyLength">,
  { histories }: StoredRecord,
  family: Family,
  address: string,
  atSeconds: number,
): string | null | undefined {
  const next = nextHistory(histories[family], address, atSeconds, historyLength);
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
