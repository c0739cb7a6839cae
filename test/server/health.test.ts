// Health classes over a virtual clock, spans in words, and a host's history of addresses.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ago, inWords } from "../../src/server/duration.ts";
import { type HealthClass, healthOf, worstClass } from "../../src/server/health.ts";
import { decodeHistory, encodeHistory, nextHistory } from "../../src/server/history.ts";
import type { FamilyState } from "../../src/server/state.ts";

const NOW = 1_800_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

function state(ageSeconds: number, change: Partial<FamilyState> = {}): FamilyState {
  const atSeconds = NOW - ageSeconds;
  const rest = { was: null, target: "Z1/60", writer: "w", minuteSeconds: atSeconds, changes: 1 };
  return { phase: "confirmed", address: "176.32.100.36", atSeconds, ...rest, ...change };
}

const classOf = (one: FamilyState) => healthOf({ ipv4: one, ipv6: null }, NOW)[0].class;

describe("healthOf", () => {
  it.each<[string, FamilyState, HealthClass]>([
    ["confirmed just now", state(0), "ok"],
    ["three days and retries ago", state(96 * HOUR - 1), "ok"],
    ["four days ago", state(96 * HOUR), "late"],
    ["nearly a month ago", state(30 * DAY - 1), "late"],
    ["a month ago", state(30 * DAY), "gone"],
    ["in a future that no clock's drift explains", state(-60), "stuck"],
    ["in the nearest future", state(-10), "ok"],
    ["being written", state(5, { phase: "pending" }), "ok"],
    ["queued", state(1800, { phase: "queued" }), "ok"],
    ["queued, and nobody came for it", state(2 * HOUR, { phase: "queued" }), "stuck"],
    ["refused, and the router may come back", state(2 * HOUR - 1, { phase: "pending", atSeconds: 0 }), "ok"],
    ["refused, and nobody came back", state(2 * HOUR, { phase: "pending", atSeconds: 0 }), "stuck"],
    ["unconfirmed for a year", state(365 * DAY, { phase: "pending" }), "stuck"],
    ["without any time", state(0, { phase: "pending", atSeconds: 0, minuteSeconds: 0 }), "stuck"],
  ])("%s: %s", (_name, one, expected) => expect(classOf(one)).toBe(expected));

  it("judges each family that was ever published, or the host as a whole", () => {
    const never = { family: null, class: "never", address: null, lastContactSeconds: null };
    expect(healthOf({ ipv4: null, ipv6: null }, NOW)).toEqual([never]);
    const both = healthOf({ ipv4: state(60), ipv6: state(40 * DAY, { address: "2a00:1450::1" }) }, NOW);
    expect(both).toEqual([
      { family: "ipv4", class: "ok", address: "176.32.100.36", lastContactSeconds: NOW - 60 },
      { family: "ipv6", class: "gone", address: "2a00:1450::1", lastContactSeconds: NOW - 40 * DAY },
    ]);
    expect(worstClass(both)).toBe("gone");
    expect(worstClass(healthOf({ ipv4: null, ipv6: null }, NOW))).toBe("never");
  });

  it("only ever worsens while nothing is heard", () => {
    const rank: readonly HealthClass[] = ["ok", "late", "gone"];
    fc.assert(
      fc.property(fc.nat(90 * DAY), fc.nat(90 * DAY), (one, more) => {
        const [before, after] = [classOf(state(one)), classOf(state(one + more))];
        expect(rank.indexOf(after)).toBeGreaterThanOrEqual(rank.indexOf(before));
      }),
    );
  });
});

describe("spans in words", () => {
  it.each<[number, string]>([
    [0, "less than a minute"],
    [60, "1 minute"],
    [2 * HOUR + 59, "2 hours"],
    [13 * DAY, "13 days"],
    [14 * DAY, "2 weeks"],
    [400 * DAY, "57 weeks"],
  ])("%d s: %s", (seconds, words) => expect(inWords(seconds)).toBe(words));
  it("says how long ago", () => {
    expect([ago(null, NOW), ago(NOW - 59, NOW), ago(NOW + 5, NOW), ago(NOW - DAY, NOW)]).toEqual([
      "never",
      "just now",
      "just now",
      "1 day ago",
    ]);
  });
});

describe("history", () => {
  it("keeps the newest addresses and the time since when each was there", () => {
    let text: string | null = null;
    for (let count = 0; count < 20; count++) text = nextHistory(text, `11.12.13.${count}`, NOW + count, 16);
    const entries = decodeHistory(text);
    expect(entries).toHaveLength(16);
    expect(entries[0]).toEqual({ address: "11.12.13.19", sinceSeconds: NOW + 19 });
    expect(entries[15]).toEqual({ address: "11.12.13.4", sinceSeconds: NOW + 4 });
  });

  it("takes the same address once, and is cut where fewer are to be kept", () => {
    const one = nextHistory(null, "11.12.13.14", NOW, 16);
    expect(nextHistory(one, "11.12.13.14", NOW + DAY, 16)).toBe(one);
    const two = nextHistory(one, "176.32.100.36", NOW + DAY, 16);
    expect(decodeHistory(nextHistory(two, "176.32.100.36", NOW + DAY, 1))).toHaveLength(1);
    expect(nextHistory(two, "11.12.13.14", NOW, 0)).toBe(null);
  });

  it("reads what it wrote, and nothing of what it did not", () => {
    const entries = [{ address: "2a00:1450::1", sinceSeconds: NOW }];
    expect(decodeHistory(encodeHistory(entries))).toEqual(entries);
    for (const text of ["", "{", "{}", '[["x",1]]', '[["11.12.13.14"]]', '[["11.12.13.14",1],7]', '1,"a":2'])
      expect(decodeHistory(text)).toEqual([]);
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeHistory(text)));
  });
});
