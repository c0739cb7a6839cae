// One event in, one answer out, one line logged: the function without its adapters, the same on AWS and at home.
// It is the last wall: whatever breaks inside becomes a 500 without details, and a line that has them.
import { handle } from "./handle.ts";
import { type FunctionUrlAnswer, readEvent, requestIdOf, toAnswer } from "./http.ts";
import { logLine } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { Ports } from "./ports.ts";

export interface Service extends Ports {
  /** Writes one line to the log. */
  log(line: string): void;
}

/** Serves one function URL event; `invocationId` stands in where the event has no id. Never throws. */
export async function serve(
  service: Service,
  event: unknown,
  invocationId: string,
): Promise<FunctionUrlAnswer> {
  const startMs = service.now();
  const requestId = requestIdOf(event) ?? invocationId;
  const counted = countCalls(service);
  const call = readEvent(event);
  const outcome =
    call.kind === "refused"
      ? call.outcome
      : await handle(counted.ports, call.request, call.caller).catch(bug);
  const request = call.kind === "request" ? call.request : null;
  const endMs = service.now();
  const entry = {
    requestId,
    mode: request?.mode ?? "bad",
    ...(request && request.mode !== "get" ? { host: request.hostname } : {}),
    ...(call.caller ? { address: call.caller.text } : {}),
    ...outcome,
    durationMs: endMs - startMs,
    ...counted.calls,
  };
  service.log(logLine(entry, endMs));
  return toAnswer(outcome, requestId);
}

/** An error that no port reported as a value. Its stack is for the log only. */
function bug(error: unknown): Outcome {
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, message: "The service failed.", verdict: "bug", fault };
}

/** The same ports, with a tally of what one request spent. */
function countCalls(service: Service) {
  const calls = { route53Calls: 0, dynamodbCalls: 0 };
  const { records, zone } = service;
  const ports: Ports = {
    ...service,
    records: {
      read: (hostname) => {
        calls.dynamodbCalls++;
        return records.read(hostname);
      },
      swap: (...change) => {
        calls.dynamodbCalls++;
        return records.swap(...change);
      },
      enroll: (...change) => {
        calls.dynamodbCalls++;
        return records.enroll(...change);
      },
      eraseEnrolment: (...change) => {
        calls.dynamodbCalls++;
        return records.eraseEnrolment(...change);
      },
    },
    zone: {
      upsert: (change) => {
        calls.route53Calls++;
        return zone.upsert(change);
      },
    },
  };
  return { ports, calls };
}
