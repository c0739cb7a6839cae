// What is remembered: the mark before a byte leaves, each outcome's state, and what a changed section keeps.
import { describe, expect, it } from "vitest";
import type { Detection } from "../../src/client/core/detection.ts";
import { mark, restart, settle } from "../../src/client/core/settle.ts";
import { freshState } from "../../src/client/core/state.ts";
import type { ErrorKind, Outcome } from "../../src/client/core/types.ts";
import { OTHER, OWN, published, seeing, state, without } from "./given.ts";

const attempt = { detection: seeing(OWN), beganAt: 2000, endedAt: 2003, random: 0.5 };
const failed = (kind: ErrorKind, inDoubt = false): Outcome => ({
  kind: "failed",
  failure: { kind, detail: "x" },
  inDoubt,
});

it("the mark says when, and that nothing is certain any more", () => {
  expect(mark(published(), 2000, seeing(OWN))).toEqual(published({ sentAt: 2000, inDoubt: true }));
});

it("the mark forgets trouble with another address: it would hold that one back, were the attempt killed", () => {
  const lastFailure = { kind: "refused", detail: "x" } as const;
  const before = published({ detected: OWN, lastFailure, notBefore: 9000 });
  expect(mark(before, 2000, seeing(OWN))).toMatchObject({ lastFailure });
  expect(mark(before, 2000, seeing(OTHER))).toMatchObject({ lastFailure: null });
});

describe("an acknowledged answer", () => {
  const before = state({
    failures: 3,
    lastFailure: { kind: "offline", detail: "x" },
    notBefore: 9000,
    inDoubt: true,
    needsCurl: true,
    stamp: "s",
    fingerprint: "f",
  });
  it("publishes and forgets all trouble, and keeps what was learned of the way", () => {
    const outcome: Outcome = { kind: "published", address: OWN, behindNat: false };
    expect(settle(before, outcome, attempt)).toEqual(
      state({
        published: OWN,
        publishedAt: 2003,
        sentAt: 2000,
        detected: OWN,
        device: "eth1",
        needsCurl: true,
        stamp: "s",
        fingerprint: "f",
      }),
    );
  });
  it("remembers the device, unless netifd was silent", () => {
    const outcome: Outcome = { kind: "unchanged", address: OWN, behindNat: false };
    const remembered = (detection: Detection, device: string) =>
      settle(published({ device }), outcome, { ...attempt, detection }).device;
    expect(remembered(seeing(OWN, { device: "eth2" }), "eth1")).toBe("eth2");
    expect(remembered(without("no-address", { device: "eth2" }), "eth1")).toBe("eth2");
    expect(remembered(without("unknown"), "eth1")).toBe("eth1");
  });
  it("with another address of ours, which the service saw, passes over the one that was shown", () => {
    const seen: Outcome = { kind: "published", address: OTHER, behindNat: false };
    const after = settle(published(), seen, attempt);
    expect(after).toMatchObject({ published: OTHER, detected: OTHER, passedOver: OWN, behindNat: false });
    const shown = { ...attempt, detection: seeing(OTHER) };
    expect(settle(after, seen, shown)).toMatchObject({ published: OTHER, detected: OTHER, passedOver: OWN });
    const fresh = { ...attempt, detection: seeing("176.32.100.38") };
    const next: Outcome = { kind: "published", address: "176.32.100.38", behindNat: false };
    expect(settle(after, next, fresh)).toMatchObject({ passedOver: null });
  });
  it("behind NAT passes over nothing", () => {
    const seen: Outcome = { kind: "published", address: OTHER, behindNat: true };
    expect(settle(published(), seen, attempt)).toMatchObject({ detected: OWN, passedOver: null });
  });
  it("that nothing changed keeps the time of publication", () => {
    const outcome: Outcome = { kind: "unchanged", address: OTHER, behindNat: true };
    const known = published({ published: OTHER, behindNat: true });
    expect(settle(known, outcome, attempt)).toEqual({
      ...known,
      sentAt: 2000,
      detected: OWN,
      device: "eth1",
    });
  });
});

describe("a failure", () => {
  it.each<[ErrorKind, number]>([
    ["offline", 60],
    ["unsure", 60],
    ["untrusted", 60],
    ["busy", 60],
    ["broken", 300],
    ["refused", 3600],
    ["local", 300],
  ])("%s waits %s s from the end of the attempt", (kind, wait) => {
    const before = published();
    expect(settle(before, failed(kind), attempt)).toEqual({
      ...before,
      sentAt: 2000,
      device: "eth1",
      failures: 1,
      lastFailure: { kind, detail: "x" },
      notBefore: 2003 + wait,
    });
  });
  it("counts while the router shows the same address, and begins anew with another", () => {
    const before = published({ failures: 4, lastFailure: { kind: "offline", detail: "x" } });
    expect(settle(before, failed("offline"), attempt).failures).toBe(5);
    const elsewhere = { ...attempt, detection: seeing(OTHER) };
    expect(settle(before, failed("offline"), elsewhere)).toMatchObject({ failures: 1, detected: OTHER });
  });
  it("leaves what is published, and doubt once there stays until an answer", () => {
    expect(settle(published(), failed("unsure", true), attempt)).toMatchObject({
      published: OWN,
      inDoubt: true,
    });
    const doubtful = published({ inDoubt: true });
    expect(settle(doubtful, failed("offline"), attempt).inDoubt).toBe(true);
    expect(settle(published(), failed("offline"), attempt).inDoubt).toBe(false);
  });
});

it("a changed section keeps the cooldown and forgets the rest", () => {
  const before = published({
    behindNat: true,
    failures: 3,
    needsCurl: true,
    stamp: "old",
    fingerprint: "old",
  });
  expect(restart(before, "new", "new too")).toEqual({
    ...freshState(),
    sentAt: 1000,
    stamp: "new",
    fingerprint: "new too",
  });
});
