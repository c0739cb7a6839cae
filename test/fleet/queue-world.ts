// The world of test/server with a queue: Route 53 with as much room as a test gives it, and the table's stream as Lambda's
// mapping hands it on: in order, in batches, from the first record that was not done; switched off and on, or handing twice.
import { expect } from "vitest";
import { callerAddress } from "../../src/server/decide.ts";
import { type DrainPorts, drain } from "../../src/server/drain.ts";
import { handle } from "../../src/server/handle.ts";
import { reportSwaps } from "../../src/server/local/pump.ts";
import type { BatchTrouble, Ports } from "../../src/server/ports.ts";
import { decodeState, QUEUED_PREFIX } from "../../src/server/state.ts";
import { HOST, makeWorld, storedHost, tokenFor, type World } from "../server/world.ts";

export interface StreamRecord {
  dynamodb: { NewImage: { a_state?: { S: string } }; SequenceNumber: string };
}

export interface QueueWorld extends World {
  /** Changes that Route 53 takes before it throttles. */
  room: number;
  /** What Route 53 answers to a batch in place of its own rules, if anything. */
  answer: () => BatchTrouble | undefined;
  /** Records that the mapping's filter lets through and that were not done yet. */
  stream: StreamRecord[];
  drainPorts: DrainPorts;
  lines: string[];
  batches: number[];
}

/** Names for which Route 53 refuses the batch that they are in. */
const isBad = (name: string) => name.startsWith("bad");

export function makeQueueWorld(): QueueWorld {
  const world = makeWorld({ changesPerMinute: 100 });
  const { ports } = world;
  const stream: StreamRecord[] = [];
  const lines: string[] = [];
  const records = reportSwaps(ports.records, (record) => {
    const one = record as StreamRecord;
    if (one.dynamodb.NewImage.a_state?.S.startsWith(QUEUED_PREFIX)) stream.push(one);
  });
  const drainPorts: DrainPorts = {
    records,
    zones: batchesOf(() => queue),
    now: () => world.clock.ms,
    newWriteId: ports.newWriteId,
    historyLength: 16,
    wait: async (seconds: number) => {
      world.clock.ms += seconds * 1000;
    },
    log: (line: string) => void lines.push(line),
  };
  const queue: QueueWorld = Object.assign(world, {
    room: 0,
    answer: () => undefined,
    stream,
    lines,
    batches: [],
    drainPorts,
    ports: { ...ports, records, zone: zoneOf(() => queue, ports.zone), queue: { untilMs: 0 } },
  });
  return queue;
}

const FULL = { kind: "refused", detail: "Throttling" } as const;
const INVALID = "InvalidChangeBatch";

function zoneOf(the: () => QueueWorld, zone: Ports["zone"]): Ports["zone"] {
  return {
    async upsert(change) {
      if (isBad(change.name) && the().room > 0) return { kind: "failed", detail: INVALID };
      if (the().room < 1) return FULL;
      the().room--;
      return await zone.upsert(change);
    },
  };
}

function batchesOf(the: () => QueueWorld): DrainPorts["zones"] {
  return {
    async upsertAll(_zoneId, changes) {
      const world = the();
      const trouble = await world.before("upsert");
      const answer = (trouble as BatchTrouble | undefined) ?? world.answer();
      if (answer) return answer;
      if (changes.some(({ name }) => isBad(name))) return { kind: "invalid", detail: INVALID };
      if (world.room < changes.length) return FULL;
      world.room -= changes.length;
      world.batches.push(changes.length);
      for (const { name, type, address } of changes) world.dns.set(`${name}/${type}`, address);
      await world.after("upsert");
      return { kind: "done" };
    },
  };
}

/** One update of `host` from `address`. */
export function set(world: QueueWorld, address: string, host = HOST, instance = world.ports) {
  if (!world.items.has(host)) world.items.set(host, storedHost());
  const caller = callerAddress(address) ?? expect.fail();
  return handle(instance, { mode: "set", hostname: host, token: tokenFor(address, host) }, caller);
}

/** An instance of the function that was not there when Route 53 throttled. */
export const freshInstance = (world: QueueWorld): Ports => ({ ...world.ports, queue: { untilMs: 0 } });

/** One call of the drainer, by Lambda's rules; true where records are left. A call that throws is repeated whole. */
export async function mapOnce(world: QueueWorld, batchSize = 50): Promise<boolean> {
  const Records = world.stream.slice(0, batchSize);
  if (Records.length === 0) return false;
  const { batchItemFailures } = await drain(world.drainPorts, { Records });
  const failed = batchItemFailures[0]?.itemIdentifier;
  const done = Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failed);
  world.stream.splice(0, done === -1 ? Records.length : done);
  return world.stream.length > 0;
}

/** The mapping until nothing is left; `tries` bounds it. */
export async function mapAll(world: QueueWorld, tries = 50): Promise<void> {
  for (let left = tries; await mapOnce(world).catch(() => true); left--) expect(left).toBeGreaterThan(0);
}

/** Law 13, at any moment: what the table holds as confirmed is what the zone holds. */
export function expectAgreement(world: World): void {
  for (const [host, item] of world.items) {
    const state = decodeState(item.states.ipv4);
    if (state?.phase === "confirmed") expect(world.dns.get(`${host}/A`)).toBe(state.address);
  }
}

export function phaseOf(world: World, host = HOST): string | null {
  const state = decodeState(world.items.get(host)?.states.ipv4 ?? null);
  return state && `${state.phase} ${state.address}`;
}
