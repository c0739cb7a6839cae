// A service's state as text. Every text decodes: a damaged, foreign or outlived one is a fresh start, which costs one repeated set.
import type { Uptime } from "../host/port.ts";
import { POLICY } from "./policy.ts";
import type { ServiceState } from "./types.ts";

const VERSION = 1;

/** No wait is longer (policy.ts: six hours and a quarter of that, 7.5 h in all), so a later `notBefore` is damage. */
const LONGEST_WAIT_SECONDS = 8 * 3600;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** Of each member: its value where the service was never sent, and what any saved value has to be. */
const MEMBERS: { readonly [Member in keyof ServiceState]: readonly [ServiceState[Member], Check] } = {
  published: [null, orNull(isText)],
  publishedAt: [0, isCount],
  sentAt: [null, orNull(isCount)],
  inDoubt: [false, isFlag],
  behindNat: [false, isFlag],
  failures: [0, isCount],
  lastFailure: [null, orNull(isFailure)],
  notBefore: [0, isCount],
  detected: [null, orNull(isText)],
  needsCurl: [false, isFlag],
  systemTrust: [false, isFlag],
  device: ["", isText],
  passedOver: [null, orNull(isText)],
  hookAddress: [null, orNull(isText)],
  hookFailed: [false, orNull(isFlag)],
  stamp: ["", isText],
  fingerprint: ["", isText],
};

/** The state of a service that was never sent. */
export function freshState(): ServiceState {
  const members = Object.entries(MEMBERS).map(([member, [fresh]]) => [member, fresh]);
  return Object.fromEntries(members) as ServiceState;
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
  const decoded = { ...fresh };
  for (const [member, [, check]] of Object.entries(MEMBERS)) {
    const value = found[member];
    if (!check(value)) return fresh;
    Object.assign(decoded, { [member]: value });
  }
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

function isFailure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, detail } = value as Record<string, unknown>;
  return typeof kind === "string" && Object.hasOwn(POLICY, kind) && typeof detail === "string";
}
