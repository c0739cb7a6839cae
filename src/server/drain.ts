// The drainer: what the table's stream says is queued, into the zones in batches. Nothing but its ports touches the world.
// It does what the table says now, not what the stream said then: records may come twice, late or out of date.
// A name is held by a mark, as in any update; what cannot be done in this call is queued again and asked of Lambda once more.
import { LEASE_SECONDS } from "./decide.ts";
import type { BatchAnswer } from "./deliver.ts";
import type { BatchTrouble, Records, StoredRecord, ZoneBatches } from "./ports.ts";
import { historyAfter, START_WITHIN_SECONDS, zoneChange } from "./publish.ts";
import { type Queued, queuedIn } from "./queued.ts";
import { decodeRecord, type HostRecord } from "./record.ts";
import { decodeState, encodeState, type FamilyState } from "./state.ts";

export interface DrainPorts {
  records: Pick<Records, "read" | "swap">;
  zones: ZoneBatches;
  /** Unix time in milliseconds. */
  now(): number;
  newWriteId(): string;
  historyLength: number;
  wait(seconds: number): Promise<void>;
  /** Writes one line to the log. */
  log(line: string): void;
}

/** A name that waits. `before`: what it is again when its turn has not come. */
interface Waiting {
  queued: Queued;
  stored: StoredRecord;
  record: HostRecord;
  before: FamilyState;
}

/** A name that this call holds. */
interface Lease extends Waiting {
  pending: FamilyState;
}

/** One call's work: what is left for the next one, with the seconds for which it would come in vain. */
interface Work extends DrainPorts {
  left: Map<Queued, number>;
  published: number;
  refused: number;
  /** Route 53 had no room for some in all the time that a mark holds. */
  isFull: boolean;
}

/** Names in one call of Route 53: it gives out 100 changes a second, and a name takes two. */
const AT_ONCE = 50;

const TURN_SECONDS = 1;

/** Publishes what a stream event queued; the answer tells Lambda where to begin again. */
export async function drain(ports: DrainPorts, event: unknown): Promise<BatchAnswer> {
  const startMs = ports.now();
  const queue = queuedIn(event);
  const work: Work = { ...ports, left: new Map(), published: 0, refused: 0, isFull: false };
  const found = (await Promise.all(queue.map((queued) => look(work, queued)))).filter((one) => one !== null);
  for (const zoneId of new Set(found.map(({ record }) => record.zoneId))) {
    const names = found.filter(({ record }) => record.zoneId === zoneId);
    for (let at = 0; at < names.length; at += AT_ONCE)
      await drainSome(work, zoneId, names.slice(at, at + AT_ONCE));
  }
  const first = queue.find((queued) => work.left.has(queued));
  if (first) await ports.wait(Math.max(...work.left.values()));
  const { published, refused, left } = work;
  const counts = { queued: queue.length, published, refused, left: left.size };
  ports.log(line(ports, left.size > 0 ? "warn" : "info", { ...counts, duration_ms: ports.now() - startMs }));
  return { batchItemFailures: first ? [{ itemIdentifier: first.sequence }] : [] };
}

/** Names of one zone in one call of Route 53. Where there was no room for some, there is none for the others. */
async function drainSome(work: Work, zoneId: string, names: readonly Waiting[]): Promise<void> {
  if (work.isFull) for (const { queued } of names) later(work, queued, 0);
  else {
    const leases = await Promise.all(names.map((one) => take(work, one)));
    await write(
      work,
      zoneId,
      leases.filter((one) => one !== null),
    );
  }
}

/** What the table says of a name, where there is still something to be done about it and nobody else is at it. */
async function look(work: Work, queued: Queued): Promise<Waiting | null> {
  const { hostname, family } = queued;
  const stored = await work.records.read(hostname);
  if (stored.kind === "absent") return null;
  if (stored.kind !== "found") return later(work, queued, TURN_SECONDS);
  const record = decodeRecord(stored.data);
  const state = decodeState(stored.states[family]);
  // The router of a disabled host hears of it when it asks, and so does that of a broken record.
  if (typeof record === "string" || !state || stored.disabled !== null) return null;
  const waiting = { queued, stored, record, before: state };
  if (state.phase === "queued") return waiting;
  if (state.phase !== "pending" || state.atSeconds === 0) return null;
  const age = Math.abs(work.now() / 1000 - state.atSeconds);
  if (age >= LEASE_SECONDS) return waiting;
  // Most likely a call before this one died with it. A router that has moved on is at it itself.
  return state.address === queued.address ? later(work, queued, LEASE_SECONDS - age) : null;
}

/** Marks a name as being written. */
async function take(work: Work, { queued, stored, record, before }: Waiting): Promise<Lease | null> {
  const { hostname, family } = queued;
  const pending: FamilyState = {
    ...before,
    phase: "pending",
    target: `${record.zoneId}/${record.ttlSeconds}`,
    atSeconds: Math.floor(work.now() / 1000),
    writer: work.newWriteId(),
  };
  const taken = await work.records.swap(hostname, family, stored.states[family], encodeState(pending));
  if (taken.kind === "lost") return null;
  if (taken.kind !== "done") return later(work, queued, LEASE_SECONDS);
  return { queued, stored, record, before, pending };
}

function later({ left }: Work, queued: Queued, seconds: number): null {
  left.set(queued, seconds);
  return null;
}

/** One zone's leases: in one call, in halves where one of them is bad, or back into the queue. */
async function write(work: Work, zoneId: string, leases: readonly Lease[]): Promise<void> {
  if (leases.length === 0) return;
  const changes = leases.map(({ queued, record, pending }) =>
    zoneChange(queued.hostname, record, queued.family, pending.address),
  );
  for (;;) {
    if (!isInTime(work, leases)) return await giveBack(work, leases);
    const written = await work.zones.upsertAll(zoneId, changes);
    if (written.kind === "done") return await confirm(work, leases);
    if (written.kind === "invalid" && leases.length > 1) {
      const half = Math.ceil(leases.length / 2);
      await write(work, zoneId, leases.slice(0, half));
      return await write(work, zoneId, leases.slice(half));
    }
    if (written.kind !== "refused") return await fail(work, leases, written);
    await work.wait(TURN_SECONDS);
  }
}

/** May a zone call begin, so that it has ended before somebody may take a mark over? */
function isInTime({ now }: Work, leases: readonly Lease[]): boolean {
  return leases.every(({ pending }) => Math.abs(now() / 1000 - pending.atSeconds) <= START_WITHIN_SECONDS);
}

async function confirm(work: Work, leases: readonly Lease[]): Promise<void> {
  await each(leases, async ({ queued, stored, pending }) => {
    const { hostname, family } = queued;
    const history = historyAfter(work, stored, family, pending.address, pending.atSeconds);
    const next = encodeState({ ...pending, phase: "confirmed" });
    const { kind } = await work.records.swap(hostname, family, encodeState(pending), next, history);
    // The zone has it and the table does not know: whoever finds the mark, once it is old, writes the same again.
    if (kind === "done") work.published++;
    else if (kind !== "lost") later(work, queued, LEASE_SECONDS);
  });
}

/** Their turn has not come: in the queue as before, with the time since when they wait. */
async function giveBack(work: Work, leases: readonly Lease[]): Promise<void> {
  work.isFull = true;
  await each(leases, async ({ queued, before, pending }) => {
    const { hostname, family } = queued;
    const next: FamilyState = { ...pending, phase: "queued", atSeconds: before.atSeconds };
    const { kind } = await work.records.swap(hostname, family, encodeState(pending), encodeState(next));
    if (kind !== "lost") later(work, queued, kind === "done" ? 0 : LEASE_SECONDS);
  });
}

/** "unsure": the zone may change until the marks are old. Else it never will, and each router's next set tells its own reason. */
async function fail(work: Work, leases: readonly Lease[], { kind, detail }: BatchTrouble): Promise<void> {
  if (kind === "unsure") work.log(line(work, "warn", { names: leases.length, fault: detail }));
  await each(leases, async ({ queued, pending }) => {
    const { hostname, family } = queued;
    if (kind === "unsure") return void later(work, queued, LEASE_SECONDS);
    const next = encodeState({ ...pending, atSeconds: 0 });
    await work.records.swap(hostname, family, encodeState(pending), next);
    work.refused++;
    work.log(line(work, "error", { host: hostname, family, fault: detail }));
  });
}

async function each(leases: readonly Lease[], act: (lease: Lease) => Promise<void>): Promise<void> {
  await Promise.all(leases.map(act));
}

function line({ now }: Pick<DrainPorts, "now">, level: string, members: object): string {
  return JSON.stringify({ timestamp: new Date(now()).toISOString(), level, event: "drain", ...members });
}
