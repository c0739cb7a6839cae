// A service's state as text. Every text decodes: a damaged, foreign or outlived one is a fresh start, which costs one repeated set.
import type { Uptime } from "../host/port.ts";
import { POLICY } from "./policy.ts";
import type { ServiceState } from "./types.ts";

const VERSION = 1;

/** No wait is longer (policy.ts: six hours and a quarter of that, 7.5 h in all), so a later `notBefore` is damage. */
const LONGEST_WAIT_SECONDS = 8 * 3600;

/** The state of a service that was never sent. */
export function freshState(): ServiceState {
  return {
    published: null,
    publishedAt: 0,
    sentAt: null,
    inDoubt: false,
    behindNat: false,
    failures: 0,
    lastFailure: null,
    notBefore: 0,
    detected: null,
    needsCurl: false,
    systemTrust: false,
    device: "",
    passedOver: null,
    stamp: "",
    fingerprint: "",
  };
}

/** The text that decodeState reads. */
export function encodeState(state: ServiceState): string {
  return `${JSON.stringify({ version: VERSION, ...state })}\n`;
}

/**
 * The state in `text`; a fresh one where the text is damaged, or of another version, or tells of a time after `now` and so
 * comes from an earlier boot.
 */
export function decodeState(text: string | null, now: Uptime): ServiceState {
  const fresh = freshState();
  const found = parse(text);
  if (found?.["version"] !== VERSION) return fresh;
  const state: Record<string, unknown> = {};
  for (const [member, empty] of Object.entries(fresh)) {
    const value = found[member];
    if (!alike(value, empty, member)) return fresh;
    state[member] = value;
  }
  const decoded = { ...fresh, ...state };
  const past = decoded.publishedAt <= now && (decoded.sentAt ?? 0) <= now;
  return past && decoded.notBefore <= now + LONGEST_WAIT_SECONDS ? decoded : fresh;
}

function parse(text: string | null): Record<string, unknown> | null {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

/**
 * Whether `value` has the type that `member` needs. A fresh state's value (`empty`) shows the type; where it is null, the
 * member's name has to tell.
 */
function alike(value: unknown, empty: unknown, member: string): boolean {
  if (member === "lastFailure") return value === null || isFailure(value);
  if (empty !== null)
    return (
      typeof value === typeof empty &&
      (typeof value !== "number" || (value >= 0 && value < Number.POSITIVE_INFINITY))
    );
  return (
    value === null ||
    (member === "sentAt" ? typeof value === "number" && value >= 0 : typeof value === "string")
  );
}

function isFailure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, detail } = value as Record<string, unknown>;
  return typeof kind === "string" && Object.hasOwn(POLICY, kind) && typeof detail === "string";
}
