// The conversation step by step: which calls follow which answers, how each attempt ends, and that it always ends.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../src/client/core/detection.ts";
import type { Decision, Reply, Service } from "../../src/client/core/types.ts";
import { advance, begin, type Step } from "../../src/client/exchange/exchange.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { parseAddress } from "../../src/shared/address.ts";
import { OTHER, OWN, seeing, service, without } from "../core/given.ts";

type Move = Exclude<Decision, { kind: "rest" }>;

const NAME = "host1.dyn.example.com";
const fit = seeing(OWN);
const hidden = seeing("10.0.0.2");

function send(text = OWN): Move {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return { kind: "send", address, why: "first", refresh: false };
}
const ask = (unless: string | null = null): Move => ({ kind: "ask", why: "private", unless, refresh: false });

const reply = (status: number, message = "x"): Reply => ({
  response: {
    status,
    body: encodeAnswer(status < 300 ? "success" : "fail", message),
    bodyHidden: false,
    requestId: "id-1",
  },
});
const moved = (location: string): Reply => ({
  response: { status: 307, body: "", bodyHidden: false, location },
});
const broken = (kind: "offline" | "unsure" | "untrusted" | "local"): Reply => ({
  failure: { kind, detail: "words" },
});

/** What `reply` is when the request was bound to our device. */
const bound = (one: Reply): Reply => ("response" in one ? { ...one, bound: true } : one);

const strayed = (other: string): Reply => ({ failure: { kind: "local", detail: "words" }, strayed: other });

/** The name of a call: `get`, or `set ADDRESS` by its token; with the path where it was redirected. */
function name(step: Step): string {
  if (step.kind === "done") return "done";
  const { mode, body, url } = step.exchange.call;
  const path = url.slice("https://abc.lambda-url.eu-west-1.on.aws/".length);
  if (mode === "get") return `get${path}`;
  const known = [OWN, OTHER, "2a00:1450::5", "2A00:1450:0::5"];
  const address = known.find((one) => body.includes(makeToken(one, NAME, "shared_secret_1")));
  return `set ${address}${path}`;
}

/** Plays `replies`; the calls by name, and how it ended. */
function play(decision: Move, detection: Detection, replies: Reply[], its: Partial<Service> = {}) {
  let step = begin(service(its), decision, detection);
  const calls: string[] = [];
  for (const one of replies) {
    if (step.kind === "done") throw new Error(`nobody asked after ${calls.join(", ")}`);
    calls.push(name(step));
    step = advance(step.exchange, one);
  }
  if (step.kind === "call") throw new Error(`${name(step)} was not answered`);
  return { calls, outcome: step.outcome };
}

describe("a public address", () => {
  it.each([201, 200])("is set in one round trip: %s", (status) => {
    expect(play(send(), fit, [reply(status)])).toEqual({
      calls: [`set ${OWN}`],
      outcome: { kind: "published", address: OWN, behindNat: false },
    });
  });
  it("that another one hides behind is found out by three calls", () => {
    expect(play(send(), fit, [reply(401), reply(200, OTHER), reply(201)])).toEqual({
      calls: [`set ${OWN}`, "get", `set ${OTHER}`],
      outcome: { kind: "published", address: OTHER, behindNat: true },
    });
  });
  it("that the service sees too was refused for its secret", () => {
    const { calls, outcome } = play(send(), fit, [reply(401), reply(200, OWN)]);
    expect(calls).toEqual([`set ${OWN}`, "get"]);
    expect(outcome).toMatchObject({
      failure: {
        kind: "refused",
        detail: expect.stringContaining("secret or hostname differ"),
        requestId: "id-1",
      },
      inDoubt: false,
    });
  });
  it("refused twice behind NAT is refused", () => {
    const { outcome } = play(send(), fit, [reply(401), reply(200, OTHER), reply(401)]);
    expect(outcome).toMatchObject({ failure: { kind: "refused", detail: expect.stringContaining(OTHER) } });
  });
  it("is never asked about with ip_source network, which is then named", () => {
    const { calls, outcome } = play(send(), fit, [reply(401)], { ipSource: "network" });
    expect(calls).toEqual([`set ${OWN}`]);
    expect(outcome).toMatchObject({
      failure: { kind: "refused", detail: expect.stringContaining("ip_source") },
    });
  });
  it("stays a refusal where this router cannot ask why, and says what hinders it", () => {
    const { calls, outcome } = play(send(), fit, [reply(401), strayed("")]);
    expect(calls).toEqual([`set ${OWN}`, "get"]);
    expect(outcome).toMatchObject({
      failure: {
        kind: "refused",
        detail: expect.stringMatching(/secret or hostname differ .*, or words$/),
        requestId: "id-1",
      },
      inDoubt: false,
    });
  });
  it.each([400, 403, 429, 500, 503])("%s asks nothing further", (status) => {
    expect(play(send(), fit, [reply(status)]).calls).toEqual([`set ${OWN}`]);
  });
});

describe("a hidden address", () => {
  it("is asked for, then set: two calls", () => {
    expect(play(ask(), hidden, [reply(200, OTHER), reply(201)])).toEqual({
      calls: ["get", `set ${OTHER}`],
      outcome: { kind: "published", address: OTHER, behindNat: true },
    });
  });
  it("that is known already costs one call", () => {
    expect(play(ask(OTHER), hidden, [reply(200, OTHER)])).toEqual({
      calls: ["get"],
      outcome: { kind: "unchanged", address: OTHER, behindNat: true },
    });
  });
  it("that turns out to be the router's own is no NAT any more", () => {
    expect(play(ask(OTHER), fit, [reply(200, OWN), reply(201)]).outcome).toMatchObject({ behindNat: false });
    expect(play(ask(OWN), fit, [reply(200, OWN)]).outcome).toEqual({
      kind: "unchanged",
      address: OWN,
      behindNat: false,
    });
  });
  it("without an address of our own tells nothing of NAT", () => {
    const sees = without("no-address");
    expect(play(ask(), sees, [reply(200, OWN), reply(201)], { ipSource: "web" }).outcome).toMatchObject({
      kind: "published",
      behindNat: false,
    });
  });
  it.each([
    ["2a00:1450::5", "which is not an ipv4 address"],
    ["10.0.0.1", "(private), which cannot be published"],
    ["100.64.0.1", "(cgnat), which cannot be published"],
    ["127.0.0.1", "(loopback), which cannot be published"],
    ["192.0.2.1", "(documentation), which cannot be published"],
    ["", "said: "],
    ["your address", "said: your address"],
    ["1.2.3.4, 5.6.7.8", "said: 1.2.3.4, 5.6.7.8"],
    ["\x1b[2J", "said: ?[2J"],
  ])("told as %j is never set", (told, words) => {
    const { calls, outcome } = play(ask(), hidden, [reply(200, told)]);
    expect(calls).toEqual(["get"]);
    expect(outcome).toMatchObject({
      failure: { kind: "broken", detail: expect.stringContaining(words) },
      inDoubt: false,
    });
  });
  it("is hashed as the service spells it, and kept in the one spelling", () => {
    const its = { family: "ipv6" as const };
    const { calls, outcome } = play(
      ask(),
      seeing("fd00::5"),
      [reply(200, "2A00:1450:0::5"), reply(201)],
      its,
    );
    expect(calls).toEqual(["get", "set 2A00:1450:0::5"]);
    expect(outcome).toMatchObject({ kind: "published", address: "2a00:1450::5" });
  });
});

describe("the way out", () => {
  it("that leads elsewhere is the cause of a refusal that nobody could ask about", () => {
    const { calls, outcome } = play(send(), fit, [reply(401), strayed("tun0")]);
    expect(calls).toEqual([`set ${OWN}`, "get"]);
    expect(outcome).toMatchObject({
      failure: {
        kind: "refused",
        detail: `the service refuses the token for ${OWN} (401), since words`,
        requestId: "id-1",
      },
      inDoubt: false,
    });
  });
  it("may be another one for what is not bound: the same address is set once more, bound", () => {
    const calls = [`set ${OWN}`, "get", `set ${OWN}`];
    expect(play(send(), fit, [reply(401), bound(reply(200, OWN)), reply(201)])).toEqual({
      calls,
      outcome: { kind: "published", address: OWN, behindNat: false },
    });
    const { outcome } = play(send(), fit, [reply(401), bound(reply(200, OWN)), bound(reply(401))]);
    expect(outcome).toMatchObject({
      failure: { kind: "refused", detail: expect.stringContaining("secret") },
    });
  });
  it("was the same for what was bound: the secret is wrong", () => {
    const { calls, outcome } = play(send(), fit, [bound(reply(401)), bound(reply(200, OWN))]);
    expect(calls).toEqual([`set ${OWN}`, "get"]);
    expect(outcome).toMatchObject({ failure: { kind: "refused" } });
  });
  it("must be bound for questions and what follows from them, not for a token that is worth nothing elsewhere", () => {
    const binds = (move: Move, sees: Detection, replies: Reply[]) => {
      let step = begin(service(), move, sees);
      const all: boolean[] = [];
      for (const one of replies) {
        if (step.kind === "done") break;
        all.push(step.exchange.call.bind);
        step = advance(step.exchange, one);
      }
      return all;
    };
    expect(binds(send(), fit, [reply(401), reply(200, OTHER), reply(201)])).toEqual([false, true, true]);
    expect(binds(ask(), hidden, [reply(200, OTHER), reply(201)])).toEqual([true, true]);
  });
});

describe("an address of this router that the service sees", () => {
  const NEW = "2a00:1450::5";
  const OLD = "2a00:1450:1::5";
  const own = (changes: object) => [
    { text: NEW, interface: "wan6", here: true, usable: true },
    { text: OLD, interface: "wan6", here: true, usable: true, ...changes },
  ];
  const its = { family: "ipv6" as const };
  const sees = (changes: object) => seeing(NEW, { own: own(changes) });
  it("is never NAT: another usable one is published", () => {
    expect(play(send(NEW), sees({}), [reply(401), reply(200, OLD), reply(201)], its).outcome).toEqual({
      kind: "published",
      address: OLD,
      behindNat: false,
    });
    expect(play(ask(OLD), sees({}), [reply(200, OLD)], its).outcome).toEqual({
      kind: "unchanged",
      address: OLD,
      behindNat: false,
    });
  });
  it("and is deprecated is not published in place of a usable one, but waited out for a minute", () => {
    const old = sees({ usable: false });
    for (const unless of [null, OLD]) {
      const { calls, outcome } = play(ask(unless), old, [reply(200, OLD)], its);
      expect(calls).toEqual(["get"]);
      expect(outcome).toMatchObject({
        failure: {
          kind: "offline",
          detail: `requests still leave from ${OLD}, which is deprecated, and not from ${NEW}`,
        },
      });
    }
  });
  it("and is deprecated is published where there is no usable one, if that is asked for", () => {
    const only = seeing(NEW, { kind: "unusable", own: own({ usable: false }) });
    expect(
      play(ask(), only, [reply(200, OLD), reply(201)], { ...its, ipSource: "web" }).outcome,
    ).toMatchObject({
      kind: "published",
    });
  });
  it.each([null, OTHER])("and is another line's is never published for this one (unless %s)", (unless) => {
    const wanb = [{ text: OTHER, interface: "wanb", here: false, usable: true }];
    const { calls, outcome } = play(ask(unless), seeing("10.0.0.2", { own: wanb }), [reply(200, OTHER)]);
    expect(calls).toEqual(["get"]);
    expect(outcome).toMatchObject({
      failure: { kind: "local", detail: expect.stringContaining("not on interface 'wan' but on 'wanb'") },
    });
  });
  it("on two interfaces is this one's where it is one of them", () => {
    const twice = [
      { text: OTHER, interface: "lan", here: false, usable: true },
      { text: OTHER, interface: "wan", here: true, usable: true },
    ];
    expect(
      play(ask(), seeing("10.0.0.2", { own: twice }), [reply(200, OTHER), reply(201)]).outcome,
    ).toMatchObject({ kind: "published", behindNat: false });
  });
});

describe("refresh", () => {
  it.each([true, false])("goes along with every set of its attempt: %s", (refresh) => {
    const bodies = (move: Move, sees: Detection, replies: Reply[]) => {
      let step = begin(service(), { ...move, refresh }, sees);
      const all: unknown[] = [];
      for (const one of replies) {
        if (step.kind === "done") break;
        all.push(JSON.parse(step.exchange.call.body).refresh);
        step = advance(step.exchange, one);
      }
      return all;
    };
    const told = refresh ? true : undefined;
    expect(bodies(send(), fit, [reply(401), reply(200, OTHER), reply(201)])).toEqual([told, undefined, told]);
    expect(bodies(ask(), hidden, [reply(200, OTHER), reply(201)])).toEqual([undefined, told]);
  });
});

describe("doubt is left only by a set whose fate is unknown", () => {
  it.each([
    ["offline", false],
    ["untrusted", false],
    ["local", false],
    ["unsure", true],
  ] as const)("%s", (kind, doubt) => {
    expect(play(send(), fit, [broken(kind)]).outcome).toMatchObject({ kind: "failed", inDoubt: doubt });
    expect(play(ask(), hidden, [broken(kind)]).outcome).toMatchObject({ inDoubt: false });
  });
  it.each([
    [400, false],
    [401, false],
    [403, false],
    [429, true],
    [500, true],
    [503, true],
  ])("HTTP %s", (status, doubt) => {
    const its = { ipSource: "network" as const };
    expect(play(send(), fit, [reply(status)], its).outcome).toMatchObject({ inDoubt: doubt });
  });
});

describe("redirects", () => {
  const to = (path: string) => moved(`https://abc.lambda-url.eu-west-1.on.aws/${path}`);
  it("are followed three times with method and body", () => {
    expect(play(send(), fit, [to("a"), to("b"), to("c"), reply(201)]).calls).toEqual([
      `set ${OWN}`,
      `set ${OWN}a`,
      `set ${OWN}b`,
      `set ${OWN}c`,
    ]);
  });
  it("are not followed a fourth time", () => {
    const { outcome } = play(send(), fit, [to("a"), to("b"), to("c"), to("d")]);
    expect(outcome).toMatchObject({ failure: { kind: "broken", detail: "more than 3 redirects" } });
  });
  it("are counted for each call", () => {
    const replies = [to("a"), to("b"), to("c"), reply(200, OTHER), to("d"), to("e"), to("f"), reply(201)];
    expect(play(ask(), hidden, replies).outcome.kind).toBe("published");
  });
});

describe("whatever the answers", () => {
  const texts = fc.constantFrom(OWN, OTHER, "10.0.0.1", "x", "2a00:1450::5");
  const anyReply: fc.Arbitrary<Reply> = fc.oneof(
    fc.tuple(fc.integer({ min: 200, max: 599 }), texts).map(([status, text]) => reply(status, text)),
    fc.constantFrom("offline" as const, "unsure" as const, "untrusted" as const).map(broken),
    fc.constantFrom("https://a.example/", "http://a.example/", "/b").map(moved),
  );
  it("it ends, publishes only what is public, and only after a set that was acknowledged", () => {
    const starts = fc.constantFrom<readonly [Move, Detection]>(
      [send(), fit],
      [ask(), hidden],
      [ask(OTHER), fit],
    );
    fc.assert(
      fc.property(starts, fc.infiniteStream(anyReply), ([move, detection], replies) => {
        let step = begin(service(), move, detection);
        let calls = 0;
        let last: Reply | undefined;
        let mode = "";
        for (const one of replies) {
          if (step.kind === "done") break;
          calls += 1;
          last = one;
          mode = step.exchange.call.mode;
          step = advance(step.exchange, one);
        }
        expect(calls).toBeLessThanOrEqual(12);
        if (step.kind !== "done" || step.outcome.kind !== "published") return;
        expect(parseAddress(step.outcome.address)?.scope).toBe("public");
        expect(mode).toBe("set");
        expect(last && "response" in last && [200, 201].includes(last.response.status)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
