// A sample of all decisions in every engine; the whole is compared in Node (plan-whole.test.ts).
import { describe, expect, it } from "vitest";
import { plan } from "../../src/client/core/plan.ts";
import { settle } from "../../src/client/core/settle.ts";
import { occasion, published, seeing, service, without } from "./given.ts";
import { compare } from "./plan-compare.ts";
import { RULES } from "./plan-rules.ts";

// A prime that no dimension's size divides, so that the sample meets every value of each with every other's.
const STRIDE = 1009;

describe("decisions here and there", () => {
  it.each([0, 1, 2, 3])("are those that the rules demand, from %i on", (first) => {
    const { different, used } = compare(STRIDE, first);
    expect(different).toEqual([]);
    expect(used.size).toBe(RULES.length);
  });
});

describe("a new address", () => {
  const failure = { kind: "offline", detail: "" } as const;
  it("is one also where there was none at the last attempt", () => {
    const state = published({
      sentAt: 1000,
      detected: null,
      lastFailure: failure,
      failures: 5,
      notBefore: 9000,
    });
    const made = plan(service({ ipSource: "web" }), state, seeing("176.32.100.37"), occasion({ now: 2000 }));
    expect(made).toMatchObject({ kind: "ask", why: "web" });
  });

  it("is not told by a dump that failed: the count of failures goes on", () => {
    const before = published({ detected: "176.32.100.36", failures: 5, lastFailure: failure });
    const attempt = { detection: without("unknown"), beganAt: 2000, endedAt: 2010, random: 0.5 } as const;
    const after = settle(before, { kind: "failed", failure, inDoubt: false }, attempt);
    expect(after).toMatchObject({ detected: "176.32.100.36", failures: 6 });
  });
});

describe("behind NAT", () => {
  // Else every check cost two looks and two calls of the init script, one of them when the cooldown ended.
  it("an answered question needs no look before the next check", () => {
    const state = published({ sentAt: 5000, detected: "100.64.7.7" });
    const made = plan(service(), state, seeing("100.64.7.7"), occasion({ now: 5001, checkSeconds: 600 }));
    expect(made).toEqual({ kind: "rest", until: 5600, why: "unchanged" });
  });

  it("an event in the cooldown is not forgotten: the timer asks when that ends", () => {
    const state = published({ sentAt: 5000, detected: "100.64.7.7" });
    const at = (now: number) =>
      plan(service(), state, seeing("100.64.9.9"), occasion({ now, checkSeconds: 600 }));
    expect(at(5001)).toEqual({ kind: "rest", until: 5030, why: "cooldown" });
    expect(at(5030)).toMatchObject({ kind: "ask", why: "private" });
  });
});
