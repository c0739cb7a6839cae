// Route 53, DynamoDB, its stream and Lambda in virtual time, as far as a fleet feels them: Route 53's two token buckets, conditional
// writes and the table's throughput, instances that are kept warm. The figures are AWS's, see docs/fleet.md.
import { drain } from "../../src/server/drain.ts";
import { reportSwaps } from "../../src/server/local/pump.ts";
import type { Ports, Records, StoredRecord, Trouble, Zone, ZoneBatches } from "../../src/server/ports.ts";
import { DEFAULT_LIMITS } from "../../src/server/settings.ts";
import { decodeState, QUEUED_PREFIX } from "../../src/server/state.ts";
import type { Clock } from "./clock.ts";

/** Unix time at which the simulation begins. */
const EPOCH_SECONDS = 1_800_000_000;
const READ_MS = 4;
const WRITE_MS = 7;
const ROUTE53_MS = 150;
/** What a new on-demand table takes in a second, in units. */
const READS_A_SECOND = 12_000;
const WRITES_A_SECOND = 4_000;
/** Of a new account, and of most. */
const CONCURRENCY = 1_000;
/** A table that takes 4,000 writes a second has four partitions, and its stream as many shards. */
const SHARDS = 4;
/** As the template sets the mapping. */
const BATCH = 100;
const BATCH_WINDOW_MS = 1_000;

const NOTHING = {
  invocations: 0,
  drains: 0,
  route53Calls: 0,
  route53Throttled: 0,
  readUnits: 0,
  writeUnits: 0,
  tableThrottled: 0,
  lambdaThrottled: 0,
  busyMs: 0,
};

/** What a storm took of AWS. */
export type Spent = typeof NOTHING;

/** Everything on AWS's side. `say` is told of every law that is broken. */
export function makeAws(clock: Clock, hasQueue: boolean, say: (law: string) => void) {
  const spent = { ...NOTHING };
  const items = new Map<string, StoredRecord>();
  const dns = new Map<string, string>();
  const now = () => EPOCH_SECONDS * 1000 + clock.now();
  const route53 = makeRoute53(clock, dns, spent);
  const table = makeTable(clock, items, dns, spent, say);
  const shards = Array.from({ length: SHARDS }, () => [] as object[]);
  let writers = 0;
  const common = {
    records: hasQueue ? reportSwaps(table, (record) => toShard(shards, record)) : table,
    now,
    newWriteId: () => `writer${++writers}`,
    historyLength: 16,
  };
  const newInstance = (): Ports => ({
    ...common,
    zone: { upsert: async (change) => narrow(await route53.upsertAll(change.zoneId, [change])) },
    limits: DEFAULT_LIMITS,
    queue: hasQueue ? { untilMs: 0 } : null,
  });
  return {
    spent,
    items,
    dns,
    route53,
    invoke: makeLambda(clock, spent, newInstance),
    /** Drains the stream until `isOver`. */
    async drainStream(isOver: () => boolean): Promise<void> {
      const wait = (seconds: number) => clock.sleep(seconds * 1000);
      const ports = { ...common, zones: route53, wait, log: () => {} };
      const drainOne = (shard: object[]) =>
        drainShard(clock, shard, spent, isOver, (event) => drain(ports, event));
      await Promise.all(shards.map(drainOne));
    },
  };
}

/** Into the stream goes what the mapping's filter lets through. */
function toShard(shards: readonly object[][], record: object): void {
  const { dynamodb } = record as { dynamodb: { NewImage: Record<"hostname" | "a_state", { S: string }> } };
  const { hostname, a_state } = dynamodb.NewImage;
  if (a_state.S.startsWith(QUEUED_PREFIX)) shards[shardOf(hostname.S)]?.push(record);
}

/** Runs work on an instance of the function, the one that was busy last; null where there are too many. */
function makeLambda(clock: Clock, spent: Spent, newInstance: () => Ports) {
  const warm: Ports[] = [];
  let running = 0;
  return async <T>(work: (ports: Ports) => Promise<T>): Promise<T | null> => {
    if (running >= CONCURRENCY) {
      spent.lambdaThrottled++;
      return null;
    }
    running++;
    spent.invocations++;
    const instance = warm.pop() ?? newInstance();
    const startMs = clock.now();
    const result = await work(instance);
    spent.busyMs += clock.now() - startMs;
    running--;
    warm.push(instance);
    return result;
  };
}

type Answer = Awaited<ReturnType<typeof drain>>;

/** Lambda's mapping on one shard. */
async function drainShard(
  clock: Clock,
  shard: object[],
  spent: Spent,
  isOver: () => boolean,
  handler: (event: object) => Promise<Answer>,
): Promise<void> {
  while (!isOver()) {
    if (shard.length < BATCH) await clock.sleep(BATCH_WINDOW_MS);
    const Records = shard.slice(0, BATCH) as { dynamodb: { SequenceNumber: string } }[];
    if (Records.length === 0) continue;
    const startMs = clock.now();
    const { batchItemFailures } = await handler({ Records });
    spent.drains++;
    spent.busyMs += clock.now() - startMs;
    const failed = batchItemFailures[0]?.itemIdentifier;
    const done = Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failed);
    shard.splice(0, done === -1 ? Records.length : done);
  }
}

function shardOf(hostname: string): number {
  return Number.parseInt(hostname.slice(1), 10) % SHARDS;
}

/** A bucket of tokens that fills by time. */
function bucket(clock: Clock, burst: number, perSecond: number) {
  let tokens = burst;
  let sinceMs = 0;
  return {
    has(count: number): boolean {
      tokens = Math.min(burst, tokens + ((clock.now() - sinceMs) / 1000) * perSecond);
      sinceMs = clock.now();
      return tokens >= count;
    },
    take(count: number): void {
      tokens -= count;
    },
  };
}

/** Route 53's limits of an account since 30 July 2026; an UPSERT counts as two changes, and a list as none. */
function makeRoute53(clock: Clock, dns: Map<string, string>, spent: Spent) {
  const requests = bucket(clock, 50, 10);
  const changes = bucket(clock, 1_500, 100);
  async function call(count: number): Promise<boolean> {
    spent.route53Calls++;
    await clock.sleep(ROUTE53_MS);
    const isTaken = requests.has(1) && changes.has(2 * count);
    if (isTaken) {
      requests.take(1);
      changes.take(2 * count);
    } else spent.route53Throttled++;
    return isTaken;
  }
  const zones: ZoneBatches = {
    async upsertAll(_zoneId, all) {
      if (!(await call(all.length))) return { kind: "refused", detail: "Throttling: Rate exceeded" };
      for (const { name, address } of all) dns.set(name, address);
      return { kind: "done" };
    },
  };
  return { ...zones, call };
}

/** A single UPSERT is never a bad one among others. */
function narrow(answer: Awaited<ReturnType<ZoneBatches["upsertAll"]>>): Awaited<ReturnType<Zone["upsert"]>> {
  if (answer.kind === "done") return answer;
  const { kind, detail } = answer;
  return { kind: kind === "invalid" ? "failed" : kind, detail };
}

function makeTable(
  clock: Clock,
  items: Map<string, StoredRecord>,
  dns: Map<string, string>,
  spent: Spent,
  say: (law: string) => void,
): Records {
  const reads = bucket(clock, READS_A_SECOND, READS_A_SECOND);
  const writes = bucket(clock, WRITES_A_SECOND, WRITES_A_SECOND);
  const throttled: Trouble = { kind: "busy", detail: "DynamoDB: ThrottlingException" };
  const refuse = () => {
    spent.tableThrottled++;
    return throttled;
  };
  return {
    async read(hostname) {
      await clock.sleep(READ_MS);
      if (!reads.has(1)) return refuse();
      reads.take(1);
      spent.readUnits++;
      return items.get(hostname) ?? { kind: "absent" };
    },
    async swap(hostname, family, seen, next, history) {
      await clock.sleep(WRITE_MS);
      const item = items.get(hostname);
      const units = item ? unitsOf(hostname, item) : 1;
      if (!writes.has(units)) return refuse();
      writes.take(units);
      // A condition that does not hold costs the same.
      spent.writeUnits += units;
      if (item?.states[family] !== seen) return { kind: "lost" };
      const histories = history === undefined ? item.histories : { ...item.histories, [family]: history };
      items.set(hostname, { ...item, states: { ...item.states, [family]: next }, histories });
      const state = decodeState(next);
      if (state?.phase === "confirmed" && dns.get(hostname) !== state.address)
        say(`13: ${hostname} is confirmed with ${state.address}, and the zone has ${dns.get(hostname)}`);
      return { kind: "done" };
    },
    enroll: async () => throttled,
    eraseEnrolment: async () => throttled,
  };
}

/** Write units of an item: one for each kilobyte begun. */
function unitsOf(hostname: string, { data, states, histories }: StoredRecord): number {
  const texts = [hostname, "hostname", data, "data", states.ipv4, "a_state", histories.ipv4, "a_history"];
  return Math.ceil(texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) / 1024);
}
