// Change events and the daily watch of the local service: to one web address, or where none is named into the log.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamodbRecords } from "../aws/dynamodb.ts";
import { watchTable } from "../aws/watch-table.ts";
import { type ChangeTarget, deliver } from "../deliver.ts";
import type { Digest } from "../digest.ts";
import { httpsTarget, postJson } from "../https-target.ts";
import type { Trouble } from "../ports.ts";
import { runWatch } from "../watch.ts";
import { reportSwaps, startPump } from "./pump.ts";
import { LOCAL_TABLE } from "./table.ts";

export interface NoticeOptions {
  /** Where changes and the watch's digests go, a web address; default: into the log. */
  changeTarget?: string | undefined;
  /** When the watch runs; default: a minute after the start, and daily. */
  watch?: { firstSeconds: number; everySeconds: number } | undefined;
}

type Log = (line: string) => void;

/** A minute for routers that come back together with the service. */
const DAILY = { firstSeconds: 60, everySeconds: 86_400 };

/** Starts both; the service is to use the `records` that it returns. */
export function startNotices(client: DynamoDBClient, log: Log, options: NoticeOptions) {
  const { changeTarget } = options;
  const stopped = new AbortController();
  const wait = async (seconds: number) =>
    void (await sleep(seconds * 1000, undefined, { signal: stopped.signal }).catch(() => {}));
  const target = changeTarget === undefined ? logTarget(log) : httpsTarget(changeTarget);
  const handler = (event: object) => deliver({ target, wait, log, now: Date.now }, event);
  const pump = startPump({ handler, log });
  const watching = watchDaily(client, log, options, { wait, signal: stopped.signal });
  return {
    records: reportSwaps(dynamodbRecords(client, LOCAL_TABLE), pump.push),
    async close() {
      stopped.abort();
      await pump.close();
      await watching;
    },
  };
}

async function watchDaily(
  client: DynamoDBClient,
  log: Log,
  { changeTarget, watch = DAILY }: NoticeOptions,
  { wait, signal }: { wait(seconds: number): Promise<void>; signal: AbortSignal },
): Promise<void> {
  const ports = {
    ...watchTable(client, LOCAL_TABLE),
    tell: (digest: Digest) => tell(digest, changeTarget, log),
    now: Date.now,
    newWriteId: randomUUID,
  };
  await wait(watch.firstSeconds);
  while (!signal.aborted) {
    const fault = await runWatch(ports).then(
      (result) => result.fault,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (fault !== null) log(logLine("error", { event: "watch", fault }));
    await wait(watch.everySeconds);
  }
}

async function tell(
  { subject, text }: Digest,
  changeTarget: string | undefined,
  log: Log,
): Promise<{ kind: "done" } | Trouble> {
  log(logLine("warn", { event: "digest", subject, text }));
  if (changeTarget === undefined) return { kind: "done" };
  const delivery = await postJson(changeTarget, { type: "digest", subject, text });
  return delivery.kind === "done" ? delivery : { kind: "busy", detail: delivery.detail };
}

/** Takes every change and writes it down. */
function logTarget(log: Log): ChangeTarget {
  return {
    atOnce: 1,
    async send(messages) {
      for (const message of messages) log(logLine("info", { event: "change", ...message }));
      return { taken: messages.length, delivery: { kind: "done" } };
    },
  };
}

function logLine(level: string, members: object): string {
  return JSON.stringify({ timestamp: new Date().toISOString(), level, ...members });
}
