// The plan as tables: what is wished for, what holds it back, what skips which wait; and its laws over generated states.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../src/client/core/detection.ts";
import { clearSkippedWait, plan } from "../../src/client/core/plan.ts";
import type {
  Decision,
  ErrorKind,
  Occasion,
  Service,
  ServiceState,
  Trigger,
} from "../../src/client/core/types.ts";
import { OTHER, OWN, occasion, published, seeing, service, state, without } from "./given.ts";

const TRIGGERS: readonly Trigger[] = ["boot", "reload", "ifup", "clock", "timer", "manual"];

/** One word and what follows it: `send ADDRESS why`, `ask why unless`, `rest until why`. */
function say(decision: Decision): string {
  if (decision.kind === "send") return `send ${decision.address.text} ${decision.why}`;
  if (decision.kind === "ask") return `ask ${decision.why} ${decision.unless}`;
  return `rest ${decision.until} ${decision.why}`;
}

interface Case {
  its?: Partial<Service>;
  was: ServiceState;
  sees: Detection;
  when?: Partial<Occasion>;
}

const decide = ({ its, was, sees, when }: Case): string => say(plan(service(its), was, sees, occasion(when)));

const fit = seeing(OWN);
const BOUND = { kind: "bind", device: "eth1", by: "curl" } as const;
const BY_TUN0 = { kind: "none", other: "tun0" } as const;
const NOWHERE = { kind: "none", other: "" } as const;
const DOWN = without("down");

describe("wishes", () => {
  it.each<[string, string, Case]>([
    ["nothing published yet", `send ${OWN} first`, { was: state(), sees: fit }],
    ["the same address", "rest 260200 unchanged", { was: published(), sees: fit }],
    ["another address", `send ${OTHER} changed`, { was: published(), sees: seeing(OTHER) }],
    ["in doubt", `send ${OWN} retry`, { was: published({ inDoubt: true }), sees: fit }],
    ["due again", `send ${OWN} forced`, { was: published(), sees: fit, when: { now: 260_200 } }],
    ["just before that", "rest 260200 unchanged", { was: published(), sees: fit, when: { now: 260_199 } }],
    [
      "never due",
      "rest Infinity unchanged",
      { its: { forceSeconds: 0 }, was: published(), sees: fit, when: { now: 1e9 } },
    ],
    ["--force", `send ${OWN} forced`, { was: published(), sees: fit, when: { force: true } }],
    ["private", "ask private null", { was: state(), sees: seeing("192.168.1.2") }],
    ["CGNAT", "ask private null", { was: state(), sees: seeing("100.64.7.7") }],
    ["ULA", "ask private null", { its: { family: "ipv6" }, was: state(), sees: seeing("fd00::5") }],
    [
      "known to be behind NAT",
      `ask behind-nat ${OTHER}`,
      { was: published({ published: OTHER, behindNat: true }), sees: fit },
    ],
    ["web", "ask web null", { its: { ipSource: "web" }, was: state(), sees: fit }],
    [
      "web without an address",
      "ask web null",
      { its: { ipSource: "web" }, was: state(), sees: without("no-address") },
    ],
    [
      "web without netifd",
      "ask web null",
      { its: { ipSource: "web" }, was: state(), sees: without("unknown") },
    ],
    [
      "web without netifd, bound to the device of before",
      "ask web null",
      { its: { ipSource: "web" }, was: state(), sees: without("unknown", { device: "eth1", egress: BOUND }) },
    ],
    [
      "web without netifd and a device to bind to",
      "rest Infinity egress",
      { its: { ipSource: "web" }, was: state(), sees: without("unknown", { egress: NOWHERE }) },
    ],
    [
      "web on an interface that does not exist",
      "rest Infinity egress",
      { its: { ipSource: "web" }, was: state(), sees: without("missing", { egress: NOWHERE }) },
    ],
    [
      "private, and another line would be asked",
      "rest Infinity egress",
      { was: state(), sees: seeing("10.0.0.2", { egress: BY_TUN0 }) },
    ],
    ["private and bound", "ask private null", { was: state(), sees: seeing("10.0.0.2", { egress: BOUND }) }],
    [
      "known to be behind NAT, and another line would be asked",
      "rest Infinity egress",
      { was: published({ behindNat: true }), sees: seeing(OTHER, { egress: BY_TUN0 }) },
    ],
    [
      "public, and another line would be asked: its token is worth nothing there",
      `send ${OWN} first`,
      { was: state(), sees: seeing(OWN, { egress: BY_TUN0 }) },
    ],
    ["tentative", "rest 5060 tentative", { was: state(), sees: seeing(OWN, { kind: "tentative" }) }],
    [
      "tentative, web: requests do not leave from it yet",
      "rest 5060 tentative",
      { its: { ipSource: "web" }, was: state(), sees: seeing(OWN, { kind: "tentative" }) },
    ],
    ["web, line down", "rest Infinity down", { its: { ipSource: "web" }, was: state(), sees: DOWN }],
    [
      "network and private",
      "rest Infinity unfit",
      { its: { ipSource: "network" }, was: state(), sees: seeing("10.0.0.2") },
    ],
    [
      "network and NAT known",
      `send ${OTHER} changed`,
      { its: { ipSource: "network" }, was: published({ behindNat: true }), sees: seeing(OTHER) },
    ],
    ["down", "rest Infinity down", { was: state(), sees: DOWN }],
    ["missing", "rest Infinity down", { was: state(), sees: without("missing") }],
    ["no address", "rest Infinity down", { was: state(), sees: without("no-address") }],
    ["netifd silent", "rest Infinity down", { was: state(), sees: without("unknown") }],
    ["documentation", "rest Infinity unfit", { was: state(), sees: seeing("192.0.2.1") }],
    ["link-local", "rest Infinity unfit", { was: state(), sees: seeing("169.254.1.1") }],
    ["forced and down", "rest Infinity down", { was: published(), sees: DOWN, when: { force: true } }],
  ])("%s: %s", (_, expected, given) => {
    expect(decide(given)).toBe(expected);
  });
});

describe("questions", () => {
  const known = published({ published: OTHER, behindNat: true, sentAt: 4800 });
  it.each<[string, string, Case]>([
    ["a timer's run waits for the next check", "rest 5400 unchanged", { was: known, sees: fit }],
    [
      "a timer's run asks when the check is due",
      `ask behind-nat ${OTHER}`,
      { was: known, sees: fit, when: { now: 5400 } },
    ],
    [
      "an event asks at once",
      `ask behind-nat ${OTHER}`,
      { was: known, sees: fit, when: { trigger: "ifup" } },
    ],
    [
      "a person asks at once",
      `ask behind-nat ${OTHER}`,
      { was: known, sees: fit, when: { trigger: "manual" } },
    ],
    [
      "--force sets whatever is seen",
      "ask behind-nat null",
      { was: known, sees: fit, when: { trigger: "manual", force: true } },
    ],
    [
      "what is due by force_interval sets whatever is seen",
      "ask behind-nat null",
      { was: known, sees: fit, when: { now: 260_200 } },
    ],
    [
      "a published address in doubt does not wait for the check",
      "ask behind-nat null",
      { was: { ...known, inDoubt: true }, sees: fit },
    ],
  ])("%s", (_, expected, given) => {
    expect(decide(given)).toBe(expected);
  });
});

const failed = (kind: ErrorKind, changes: Partial<ServiceState> = {}): ServiceState =>
  state({
    failures: 1,
    lastFailure: { kind, detail: "x" },
    notBefore: 6000,
    sentAt: 4000,
    detected: OWN,
    ...changes,
  });

/** Which triggers cut the wait short, as the table of waits says (policy.ts); a new address may come with every trigger. */
const SKIPS: Readonly<Record<ErrorKind, readonly (Trigger | "address")[]>> = {
  offline: ["address", "boot", "reload", "manual"],
  unsure: ["address", "boot", "reload", "manual"],
  untrusted: ["address", "boot", "reload", "manual", "clock"],
  busy: [],
  broken: ["reload", "manual"],
  refused: ["address", "manual"],
  local: ["reload", "manual", "boot"],
};
const ROWS = (Object.keys(SKIPS) as ErrorKind[]).flatMap((kind) =>
  TRIGGERS.map((trigger) => [kind, trigger] as const),
);

describe("waits", () => {
  it.each(ROWS)("after %s, woken by %s", (kind, trigger) => {
    const skipped = SKIPS[kind].includes(trigger);
    expect(decide({ was: failed(kind), sees: fit, when: { trigger } })).toBe(
      skipped ? `send ${OWN} retry` : "rest 6000 waiting",
    );
    expect(decide({ was: failed(kind), sees: fit, when: { trigger, now: 6000 } })).toBe(`send ${OWN} retry`);
    const news = skipped || SKIPS[kind].includes("address");
    expect(decide({ was: failed(kind), sees: seeing(OTHER), when: { trigger } })).toBe(
      news ? `send ${OTHER} first` : "rest 6000 waiting",
    );
  });
  it("--force skips no wait", () => {
    expect(decide({ was: failed("busy"), sees: fit, when: { trigger: "manual", force: true } })).toBe(
      "rest 6000 waiting",
    );
  });
  it.each(TRIGGERS)("the cooldown is skipped by nothing, not by %s, --force and a new address", (trigger) => {
    const was = published({ sentAt: 4990 });
    const when = { trigger, force: true };
    expect(decide({ was, sees: seeing(OTHER), when })).toBe("rest 5020 cooldown");
    expect(decide({ was, sees: seeing(OTHER), when: { ...when, now: 5020 } })).toBe(`send ${OTHER} changed`);
  });
  it("an unchanged address rests as unchanged even in the cooldown", () => {
    expect(decide({ was: published({ sentAt: 4990 }), sees: fit })).toBe("rest 260200 unchanged");
  });
});

describe("a wait that is skipped in the cooldown", () => {
  const was = (kind: ErrorKind) => failed(kind, { sentAt: 4990, notBefore: 9000 });
  it.each(ROWS)("after %s, woken by %s", (kind, trigger) => {
    const skipped = SKIPS[kind].includes(trigger);
    const sees = fit;
    expect(decide({ was: was(kind), sees, when: { trigger } })).toBe(
      skipped ? "rest 5020 cooldown" : "rest 9000 waiting",
    );
    const heeded = clearSkippedWait(was(kind), sees, occasion({ trigger }));
    expect(heeded).toEqual(skipped ? { ...was(kind), notBefore: 0 } : was(kind));
    expect(decide({ was: heeded, sees, when: { now: 5020 } })).toBe(
      skipped ? `send ${OWN} retry` : "rest 9000 waiting",
    );
  });
  it("by an event that comes while the line is down is skipped when it is back", () => {
    const heeded = clearSkippedWait(
      failed("untrusted", { notBefore: 9000 }),
      DOWN,
      occasion({ trigger: "clock" }),
    );
    expect(decide({ was: heeded, sees: fit, when: { trigger: "ifup" } })).toBe(`send ${OWN} retry`);
  });
  it("by another address too, though the old one may come back", () => {
    expect(clearSkippedWait(was("refused"), seeing(OTHER), occasion())).toMatchObject({ notBefore: 0 });
    expect(clearSkippedWait(was("busy"), seeing(OTHER), occasion())).toEqual(was("busy"));
  });
  it("leaves what is over as it is: nothing is to be saved", () => {
    const over = failed("offline", { notBefore: 4000 });
    expect(clearSkippedWait(over, fit, occasion({ trigger: "boot" }))).toBe(over);
  });
});

describe("refresh", () => {
  const says = (given: Case): boolean | null => {
    const decision = plan(service(given.its), given.was, given.sees, occasion(given.when));
    return decision.kind === "rest" ? null : decision.refresh;
  };
  const known = published({ published: OTHER, behindNat: true });
  it.each<[string, boolean, Case]>([
    ["a changed address", false, { was: published(), sees: seeing(OTHER) }],
    ["the first one", false, { was: state(), sees: fit, when: { now: 300_000 } }],
    ["doubt", false, { was: published({ inDoubt: true }), sees: fit }],
    ["--force", true, { was: published(), sees: fit, when: { force: true } }],
    ["--force with nothing published", true, { was: state(), sees: fit, when: { force: true } }],
    ["force_interval", true, { was: published(), sees: fit, when: { now: 260_200 } }],
    ["force_interval behind NAT", true, { was: known, sees: fit, when: { now: 260_200 } }],
    ["a question of every check", false, { was: known, sees: fit }],
  ])("%s: %s", (_, expected, given) => {
    expect(says(given)).toBe(expected);
  });
});

const anyState = fc
  .record({
    published: fc.constantFrom(null, OWN, OTHER),
    publishedAt: fc.nat(10_000),
    sentAt: fc.option(fc.nat(10_000)),
    inDoubt: fc.boolean(),
    behindNat: fc.boolean(),
    notBefore: fc.nat(20_000),
    detected: fc.constantFrom(null, OWN, OTHER),
    lastFailure: fc.option(
      fc.record({ kind: fc.constantFrom(...(Object.keys(SKIPS) as ErrorKind[])), detail: fc.constant("x") }),
    ),
  })
  .map(state);
const anySighting = fc.oneof(
  fc.constantFrom(DOWN, without("missing"), without("no-address"), without("unknown")),
  fc
    .constantFrom(OWN, OTHER, "10.0.0.1", "100.64.0.1", "192.0.2.1", "127.0.0.1", "0.0.0.0")
    .map((text) => seeing(text)),
);
const anyOccasion = fc.record({
  now: fc.integer({ min: 10_000, max: 30_000 }),
  trigger: fc.constantFrom(...TRIGGERS),
  force: fc.boolean(),
  checkSeconds: fc.constantFrom(30, 600, 86_400),
});
const anyService = fc
  .record({
    ipSource: fc.constantFrom("auto" as const, "network" as const, "web" as const),
    forceSeconds: fc.constantFrom(0, 60, 259_200),
  })
  .map(service);

describe("laws", () => {
  const all = [anyService, anyState, anySighting, anyOccasion] as const;
  it("what is sent is fit, another one than published, in doubt, due or forced; and never in the cooldown", () => {
    fc.assert(
      fc.property(...all, (its, was, sees, when) => {
        const decision = plan(its, was, sees, when);
        if (decision.kind === "rest") return;
        expect(when.now - (was.sentAt ?? -30)).toBeGreaterThanOrEqual(30);
        if (decision.kind !== "send") return;
        expect(decision.address.scope).toBe("public");
        const due = its.forceSeconds > 0 && when.now >= was.publishedAt + its.forceSeconds;
        expect(decision.address.text !== was.published || was.inDoubt || due || when.force).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
  it("a rest ends after now, and the same look at its end is no rest of the same reason", () => {
    fc.assert(
      fc.property(...all, (its, was, sees, when) => {
        const decision = plan(its, was, sees, when);
        if (decision.kind !== "rest" || decision.until === Number.POSITIVE_INFINITY) return;
        expect(decision.until).toBeGreaterThan(when.now);
        const then = plan(its, was, sees, { ...when, now: decision.until });
        expect(then.kind === "rest" ? then.why : "").not.toBe(decision.why);
      }),
      { numRuns: 2000 },
    );
  });
  it("a server's Retry-After holds whatever wakes us", () => {
    fc.assert(
      fc.property(...all, (its, was, sees, when) => {
        const busy = { ...was, lastFailure: { kind: "busy" as const, detail: "" }, notBefore: when.now + 1 };
        expect(plan(its, busy, sees, when).kind).toBe("rest");
      }),
    );
  });
});
