// The verdict, case by case: what is known of a record, who calls and when, against what is to be done.
import { describe, expect, it } from "vitest";
import { callerAddress, decide, type Known, LEASE_SECONDS, unfit } from "../../src/server/decide.ts";
import type { FamilyState } from "../../src/server/state.ts";

const NOW = 1_800_000_000;
const LIMITS = { refreshSeconds: 86_400, changesPerMinute: 3 };
const RECORD = { zoneId: "Z1", ttlSeconds: 60, secret: "s" };
const A = "176.32.100.36";
const B = "11.12.13.14";

function state(change: Partial<FamilyState>): FamilyState {
  const at = { atSeconds: NOW - 3600, minuteSeconds: NOW - 3600 };
  const one = { address: A, was: null, target: "Z1/60", writer: "w", changes: 1 };
  return { phase: "confirmed", ...one, ...at, ...change };
}

function verdict(known: Partial<Known>, address = A) {
  const caller = callerAddress(address);
  if (!caller) throw new Error(address);
  return decide(caller, { record: RECORD, state: null, otherState: null, ...known }, LIMITS, NOW);
}

describe("decide", () => {
  const busyMinute = { minuteSeconds: NOW - 59, changes: 3 };
  it.each<[string, FamilyState | null, string, string]>([
    ["no state: first", null, A, "first"],
    ["confirmed, same address: nothing", state({}), A, "same"],
    ["confirmed, another address: changed", state({}), B, "changed"],
    ["confirmed, zone or TTL changed by the operator: changed", state({ target: "Z2/60" }), A, "changed"],
    ["confirmed a second short of the refresh: nothing", state({ atSeconds: NOW - 86_399 }), A, "same"],
    ["confirmed as long ago as the refresh: refresh", state({ atSeconds: NOW - 86_400 }), A, "refresh"],
    [
      "confirmed in the near future, another clock: nothing",
      state({ atSeconds: NOW + LEASE_SECONDS }),
      A,
      "same",
    ],
    ["confirmed in the far future: refresh", state({ atSeconds: NOW + LEASE_SECONDS + 1 }), A, "refresh"],
    ["pending and held, same address: held", state({ phase: "pending", atSeconds: NOW }), A, "in progress"],
    [
      "pending and held, another address: held",
      state({ phase: "pending", atSeconds: NOW - 1 }),
      B,
      "in progress",
    ],
    ["pending for the lease: redo", state({ phase: "pending", atSeconds: NOW - LEASE_SECONDS }), A, "redo"],
    ["pending and let go: redo", state({ phase: "pending", atSeconds: 0 }), A, "redo"],
    ["pending from the future: redo", state({ phase: "pending", atSeconds: NOW + LEASE_SECONDS }), A, "redo"],
    ["changes used up: limited", state(busyMinute), B, "limited"],
    ["changes used up, address unchanged: nothing", state(busyMinute), A, "same"],
    ["the minute is over: changed", state({ ...busyMinute, minuteSeconds: NOW - 60 }), B, "changed"],
  ])("%s", (_name, known, address, expected) => {
    const result = verdict({ state: known }, address);
    expect(result.kind === "write" ? result.why : result.kind).toBe(expected);
  });

  it.each<[string, FamilyState | null, string, string]>([
    ["confirmed: the zone is written again", state({}), A, "refresh"],
    ["changed: that is why", state({}), B, "changed"],
    ["held: so it is", state({ phase: "pending", atSeconds: NOW }), A, "in progress"],
    ["changes used up: limited, a flood of them too", state(busyMinute), A, "limited"],
  ])("asked to refresh, %s", (_name, known, address, expected) => {
    const caller = callerAddress(address) ?? expect.fail();
    const all = { record: RECORD, state: known, otherState: null };
    const result = decide(caller, all, LIMITS, NOW, true);
    expect(result.kind === "write" ? result.why : result.kind).toBe(expected);
  });

  it("counts both families against one limit", () => {
    const two = state({ minuteSeconds: NOW - 5, changes: 2 });
    expect(verdict({ state: two, otherState: state({ minuteSeconds: NOW - 5, changes: 1 }) }, B).kind).toBe(
      "limited",
    );
    expect(verdict({ state: two, otherState: state({ changes: 9 }) }, B).kind).toBe("write");
  });

  it("marks pending, with the new address, the record's target and the minute's count", () => {
    const known = state({ minuteSeconds: NOW - 30, changes: 2 });
    expect(verdict({ state: known }, B)).toEqual({
      kind: "write",
      why: "changed",
      next: {
        phase: "pending",
        address: B,
        was: A,
        target: "Z1/60",
        atSeconds: NOW,
        minuteSeconds: NOW - 30,
        changes: 3,
      },
    });
  });

  it("keeps the last confirmed address through writes that are not confirmed", () => {
    const unconfirmed = state({ phase: "pending", address: B, was: A, atSeconds: 0 });
    expect(verdict({ state: unconfirmed }, B)).toMatchObject({ next: { address: B, was: A } });
    expect(verdict({ state: null }, B)).toMatchObject({ next: { address: B, was: null } });
  });

  it("says how long a mark is still held, never zero", () => {
    const ages = [0, 1, LEASE_SECONDS - 1].map((age) =>
      verdict({ state: state({ phase: "pending", atSeconds: NOW - age }) }),
    );
    expect(ages.map((result) => "retryAfterSeconds" in result && result.retryAfterSeconds)).toEqual([
      20, 19, 1,
    ]);
  });
});

describe("unfit", () => {
  it.each([
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "192.0.2.1",
    "203.0.113.9",
    "169.254.1.1",
    "224.0.0.1",
    "0.0.0.0",
  ])("refuses %s", (text) => expect(unfit(callerAddress(text) ?? expect.fail())).toContain(text));
  it.each(["fe80::1", "fd00::1", "2001:db8::1", "::1", "::"])("refuses %s", (text) =>
    expect(unfit(callerAddress(text) ?? expect.fail())).toContain("not public"),
  );
  it.each(["176.32.100.36", "11.12.13.14", "2a00:1450::1", "::ffff:176.32.100.36"])("takes %s", (text) =>
    expect(unfit(callerAddress(text) ?? expect.fail())).toBeNull(),
  );
  it("takes an IPv4 caller on a dual-stack socket for what it is", () => {
    expect(callerAddress("::ffff:176.32.100.36")).toMatchObject({ family: "ipv4", text: "176.32.100.36" });
  });
});
