// In place of the table's stream, which the embedded table does not have: each successful swap as a stream-shaped record, in order,
// to a handler, as Lambda's mapping does it. Kept in memory: what waits when the service stops is dropped, and said.
import { setTimeout as sleep } from "node:timers/promises";
import { STATE_ATTRIBUTES } from "../attributes.ts";
import type { BatchAnswer } from "../deliver.ts";
import { sequenceOf } from "../events.ts";
import type { Records } from "../ports.ts";

export interface PumpOptions {
  /** Takes a batch as Lambda hands it over, and answers where to begin again. */
  handler(event: { Records: readonly unknown[] }): Promise<BatchAnswer>;
  /** Writes one line to the log. */
  log(line: string): void;
  /** Between two tries of one record. */
  pauseMs?: number;
}

export interface Pump {
  push(record: object): void;
  /** Stops after the batch that is under way. */
  close(): Promise<void>;
}

/** As aws/template.yaml sets Lambda's mapping. */
const BATCH = 100;
const TRIES = 5;
const MOST_AGE_MS = 3_600_000;

interface Entry {
  record: object;
  sinceMs: number;
  tries: number;
}

/** Hands over in order what is pushed; a record that is not taken is tried again, then dropped, and the rest goes on. */
export function startPump({ handler, log, pauseMs = 1_000 }: PumpOptions): Pump {
  const queue: Entry[] = [];
  const stopped = new AbortController();
  let running: Promise<void> | null = null;
  const say = (event: string, { record }: Entry) => {
    const timestamp = new Date().toISOString();
    log(JSON.stringify({ timestamp, level: "error", event, sequence: sequenceOf(record) }));
  };
  const run = async () => {
    while (queue.length > 0 && !stopped.signal.aborted) {
      const refused = await handOver(queue, handler);
      if (refused === null) continue;
      if (isSpent(refused)) say("dead-letter", queue.shift() ?? refused);
      else await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  return {
    push(record) {
      queue.push({ record, sinceMs: Date.now(), tries: 0 });
      running ??= run().finally(() => {
        running = null;
      });
    },
    async close() {
      stopped.abort();
      await running;
      for (const entry of queue.splice(0)) say("dropped", entry);
    },
  };
}

/** One batch; takes off the queue what was taken, and returns the entry that was not, which is then the first. */
async function handOver(queue: Entry[], handler: PumpOptions["handler"]): Promise<Entry | null> {
  const batch = queue.slice(0, BATCH);
  const { batchItemFailures } = await handler({ Records: batch.map(({ record }) => record) });
  const failed = batchItemFailures[0]?.itemIdentifier;
  const taken = batch.findIndex(({ record }) => sequenceOf(record) === failed);
  queue.splice(0, taken === -1 ? batch.length : taken);
  return taken === -1 ? null : (queue[0] ?? null);
}

function isSpent(entry: Entry): boolean {
  entry.tries++;
  return entry.tries >= TRIES || Date.now() - entry.sinceMs > MOST_AGE_MS;
}

/** The same records; every successful swap is reported to `report`. */
export function reportSwaps(records: Records, report: (record: object) => void): Records {
  let sequence = BigInt(Date.now()) * 1_000_000n;
  return {
    ...records,
    async swap(...change) {
      const result = await records.swap(...change);
      const [hostname, family, seen, next] = change;
      if (result.kind === "done")
        report(streamRecord(hostname, STATE_ATTRIBUTES[family], seen, next, String(++sequence)));
      return result;
    },
  };
}

/** A record as DynamoDB's stream has it, as far as a handler may look at it. */
function streamRecord(
  hostname: string,
  attribute: string,
  seen: string | null,
  next: string,
  SequenceNumber: string,
) {
  const key = { hostname: { S: hostname } };
  return {
    eventName: "MODIFY",
    eventSource: "aws:dynamodb",
    dynamodb: {
      Keys: key,
      OldImage: { ...key, ...(seen === null ? {} : { [attribute]: { S: seen } }) },
      NewImage: { ...key, [attribute]: { S: next } },
      SequenceNumber,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}
