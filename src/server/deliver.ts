// A batch of stream records to the change target, in order, up to the first message that it does not take.
// That one is reported to Lambda, which begins again there: at least once, and in order for each host.
import { type ChangeMessage, messagesOf, sequenceOf } from "./events.ts";

/** What became of a message. `retryAfterSeconds`: how long the target, or good manners, want us to wait. */
export type Delivery = { kind: "done" } | { kind: "failed"; detail: string; retryAfterSeconds: number };

/** Where messages go. Never throws; takes several at once where it can, and answers for the first that failed. */
export interface ChangeTarget {
  /** How many messages go into one call. */
  atOnce: number;
  /** The count of messages taken, from the first one on, and what happened to the next. */
  send(messages: readonly ChangeMessage[]): Promise<{ taken: number; delivery: Delivery }>;
}

export interface DeliverPorts {
  target: ChangeTarget;
  /** Waits before Lambda is told, which would begin again at once. */
  wait(seconds: number): Promise<void>;
  /** Writes one line to the log. */
  log(line: string): void;
  /** Unix time in milliseconds. */
  now(): number;
}

/** Lambda's answer for a partly failed batch (ReportBatchItemFailures): the first entry is where it begins again. */
export interface BatchAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}

/** The longest wait within one call. Five tries with it are spread over minutes, within the function's time-out. */
export const MOST_WAIT_SECONDS = 30;

/** Delivers a stream event. Records without a change of ours pass silently. */
export async function deliver(ports: DeliverPorts, event: unknown): Promise<BatchAnswer> {
  const queue = recordsIn(event).flatMap((record) =>
    messagesOf(record).map((message) => ({ message, sequence: sequenceOf(record) })),
  );
  const { target } = ports;
  for (let at = 0; at < queue.length; ) {
    const part = queue.slice(at, at + target.atOnce);
    const { taken, delivery } = await target.send(part.map(({ message }) => message));
    for (const { message } of part.slice(0, taken)) ports.log(line(ports, message, { kind: "done" }));
    at += taken;
    const next = queue[at];
    if (delivery.kind === "failed" && next) {
      ports.log(line(ports, next.message, delivery));
      await ports.wait(Math.min(delivery.retryAfterSeconds, MOST_WAIT_SECONDS));
      return { batchItemFailures: [{ itemIdentifier: next.sequence }] };
    }
  }
  return { batchItemFailures: [] };
}

function line({ now }: DeliverPorts, message: ChangeMessage, delivery: Delivery): string {
  return JSON.stringify({
    timestamp: new Date(now()).toISOString(),
    level: delivery.kind === "done" ? "info" : "error",
    event: delivery.kind === "done" ? "delivered" : "not-delivered",
    id: message.id,
    host: message.host,
    family: message.family,
    ...(delivery.kind === "done" ? {} : { fault: delivery.detail }),
  });
}

function recordsIn(event: unknown): readonly unknown[] {
  const records =
    typeof event === "object" && event !== null ? (event as { Records?: unknown }).Records : undefined;
  return Array.isArray(records) ? records : [];
}
