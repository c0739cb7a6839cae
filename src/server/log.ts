// One JSON line a request: whatever an operator looks a router's call up by. Never a secret, never a token.
import { printable } from "../shared/text.ts";

export interface RequestLog {
  requestId: string;
  /** "get", "set", "enroll", or "bad" for what was neither. */
  mode: string;
  host?: string;
  address?: string;
  status: number;
  verdict: string;
  fault?: string;
  durationMs: number;
  route53Calls: number;
  dynamodbCalls: number;
}

/**
 * The line for one request, without the line feed. Times are UTC; texts from outside are made printable.
 * `timestamp` and `level` have the names and forms by which Lambda reads them (LogFormat JSON).
 */
export function logLine(entry: RequestLog, atMs: number): string {
  return JSON.stringify({
    timestamp: new Date(atMs).toISOString(),
    level: levelOf(entry),
    request_id: printable(entry.requestId, 100),
    mode: entry.mode,
    ...(entry.host === undefined ? {} : { host: printable(entry.host, 255) }),
    ...(entry.address === undefined ? {} : { address: entry.address }),
    status: entry.status,
    verdict: entry.verdict,
    ...(entry.fault === undefined ? {} : { fault: printable(entry.fault, 500) }),
    duration_ms: Math.round(entry.durationMs * 10) / 10,
    route53_calls: entry.route53Calls,
    dynamodb_calls: entry.dynamodbCalls,
  });
}

/** Two updates of one name that meet, and a name that waits its turn, are what the service is made for, and no trouble of it. */
const IN_ORDER = ["held", "queued"];

function levelOf({ status, verdict }: RequestLog): "error" | "warn" | "info" {
  if (status >= 500) return IN_ORDER.includes(verdict) ? "info" : "error";
  return status >= 400 ? "warn" : "info";
}
