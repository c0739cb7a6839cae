// The waits of every kind of trouble as a table: their order, their spread, Retry-After and its clamps.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COOLDOWN_SECONDS, POLICY, waitSeconds } from "../../src/client/core/policy.ts";
import type { ErrorKind } from "../../src/client/core/types.ts";

/** Minutes after the first, second … failure; the last one goes on for ever. */
const WAITS: Readonly<Record<ErrorKind, readonly number[]>> = {
  offline: [1, 2, 5, 10, 20, 30, 60, 60],
  unsure: [1, 2, 5, 10, 20, 30, 60, 60],
  untrusted: [1, 2, 5, 10, 20, 30, 60, 60],
  busy: [1, 5, 15, 60, 60],
  broken: [5, 15, 30, 60, 60],
  refused: [60, 120, 240, 360, 360],
  local: [5, 15, 30, 60, 60],
};
const KINDS = Object.keys(WAITS) as ErrorKind[];
const fail = (kind: ErrorKind, retryAfter?: number) => ({
  kind,
  detail: "",
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

describe("waits", () => {
  it.each(KINDS)("%s", (kind) => {
    const minutes = WAITS[kind].map((_, index) => waitSeconds(fail(kind), index + 1, 0.5) / 60);
    expect(minutes).toEqual(WAITS[kind]);
    expect(waitSeconds(fail(kind), 1000, 0.5) / 60).toBe(WAITS[kind].at(-1));
  });
  it.each(KINDS)("%s is spread by a quarter either way", (kind) => {
    const seconds = (WAITS[kind][0] ?? 0) * 60;
    expect(waitSeconds(fail(kind), 1, 0)).toBe(seconds * 0.75);
    expect(waitSeconds(fail(kind), 1, 0.999)).toBeGreaterThan(seconds * 1.24);
    expect(waitSeconds(fail(kind), 1, 0.999)).toBeLessThan(seconds * 1.25);
  });
  it("thirty seconds of cooldown between two attempts", () => {
    expect(COOLDOWN_SECONDS).toBe(30);
  });
});

describe("Retry-After", () => {
  it.each([
    [0, 60],
    [59, 60],
    [60, 60],
    [61, 61],
    [3600, 3600],
    [3601, 3600],
    [999_999_999, 3600],
  ])("%s s waits at least %s s", (asked, seconds) => {
    expect(waitSeconds(fail("busy", asked), 1, 0)).toBe(seconds);
  });
  it("is never undercut, nor overdone by more than a quarter beyond what is waited without it", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 99 }),
        // No fc.double: on a big-endian machine it gives values outside its range.
        fc.nat(999),
        (asked, count, random) => {
          const wait = waitSeconds(fail("busy", asked), count, random / 1000);
          const clamped = Math.min(Math.max(asked, 60), 3600);
          expect(wait).toBeGreaterThanOrEqual(clamped);
          const without = waitSeconds({ kind: "busy", detail: "" }, count, random / 1000);
          expect(wait).toBeLessThan(Math.max(clamped * 1.25, without) + 1);
        },
      ),
    );
  });
  it("does not keep a server that always asks for a second from being met less and less often", () => {
    expect([1, 2, 3, 4, 5].map((count) => waitSeconds(fail("busy", 1), count, 0.5))).toEqual([
      67.5, 300, 900, 3600, 3600,
    ]);
  });
  it.each(KINDS.filter((kind) => kind !== "busy"))("means nothing to %s", (kind) => {
    expect(waitSeconds(fail(kind, 3600), 1, 0.5)).toBe(waitSeconds(fail(kind), 1, 0.5));
  });
});

it.each<[ErrorKind, string]>([
  ["offline", "address boot manual reload"],
  ["unsure", "address boot manual reload"],
  ["untrusted", "address boot clock manual reload"],
  ["busy", ""],
  ["broken", "manual reload"],
  ["refused", "address manual"],
  ["local", "boot manual reload"],
])("the wait after %s is skipped by: %s", (kind, words) => {
  expect([...POLICY[kind].skippedBy].sort().join(" ")).toBe(words);
});
