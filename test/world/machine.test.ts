// Lives of a machine behind the router: prefixes come and go, the router's clock is off and jumps, runs are killed, recorded requests
// come again in any order. The client's own plan, exchange and settling against the service's own handler.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearSkippedWait, plan } from "../../src/client/core/plan.ts";
import { mark, settle } from "../../src/client/core/settle.ts";
import { freshState } from "../../src/client/core/state.ts";
import type { Outcome, Service, ServiceState, Trigger } from "../../src/client/core/types.ts";
import { detectMachine } from "../../src/client/detect/machine.ts";
import type { Interface, Prefix } from "../../src/client/detect/netifd.ts";
import { advance, begin } from "../../src/client/exchange/exchange.ts";
import { decodeRequest, encodeAnswer } from "../../src/protocol/messages.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import { HOST, makeWorld, SECRET, storedHost } from "../server/world.ts";

const SERVICE: Service = {
  id: `nas:${HOST}:ipv6`,
  section: "nas",
  url: "https://abc.lambda-url.eu-west-1.on.aws/",
  hostname: HOST,
  secret: SECRET,
  code: "",
  family: "ipv6",
  interfaces: ["lan"],
  interface: "lan",
  ipSource: "network",
  hostId: "::1234",
  forceSeconds: 259_200,
  cacert: "",
  httpClient: "curl",
};
const CHECK_SECONDS = 600;
const prefixOf = (count: number, preferred: number): Prefix => ({
  address: `2a00:1450:2:${count}::`,
  mask: 64,
  preferred,
});
const addressIn = (count: number): string => `2a00:1450:2:${count}::1234`;

type Happening =
  | { kind: "prefix"; count: number }
  | { kind: "clock"; offset: number }
  | { kind: "clock event" }
  | { kind: "pass"; seconds: number; killed: boolean }
  | { kind: "replay"; pick: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant("prefix" as const), count: fc.integer({ min: 1, max: 9 }) }),
  // Unset (a date of 1970), off by more than the service takes, and right again.
  fc.record({
    kind: fc.constant("clock" as const),
    offset: fc.constantFrom(-1_700_000_000, -400, -200, 0, 0, 200, 400),
  }),
  fc.constant({ kind: "clock event" as const }),
  fc.record({
    kind: fc.constant("pass" as const),
    seconds: fc.constantFrom(1, 31, 600, 3600, 90_000),
    killed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("replay" as const), pick: fc.nat() }),
);

/** One life; `run` is a run of the client, `replay` sends a recorded request again. */
function makeLife() {
  const world = makeWorld({ changesPerMinute: 1000 });
  world.items.set(HOST, { ...storedHost(), mayState: true });
  const caller = callerAddress("176.32.100.36") ?? expect.fail();
  const recorded: string[] = [];
  const life = { uptime: 1000, offset: 0, count: 1, old: 0, attempts: [] as number[] };
  let state: ServiceState = freshState();

  const serve = async (body: string) => {
    const request = decodeRequest(body);
    if (typeof request === "string") return expect.fail(request);
    return await handle(world.ports, request, caller);
  };
  const lan = (): Interface[] => [
    {
      name: "lan",
      up: true,
      device: "br-lan",
      ipv4: [],
      ipv6: [],
      leadsOut: [],
      delegates: [],
      prefixes: [...(life.old ? [prefixOf(life.old, 0)] : []), prefixOf(life.count, 3600)],
    },
  ];
  async function converse(step: ReturnType<typeof begin>): Promise<Outcome> {
    if (step.kind === "done") return step.outcome;
    const { body } = step.exchange.call;
    recorded.push(body);
    const { status, message } = await serve(body);
    const said = encodeAnswer(status < 300 ? "success" : "fail", message);
    const reply = { response: { status, body: said, bodyHidden: false }, bound: false };
    return await converse(advance(step.exchange, reply));
  }
  return {
    world,
    life,
    dns: () => world.dns.get(`${HOST}/AAAA`) ?? "",
    pass(seconds: number): void {
      life.uptime += seconds;
      world.clock.ms += seconds * 1000;
    },
    async run(trigger: Trigger, killed = false): Promise<void> {
      const wall = world.clock.ms / 1000 + life.offset;
      const detection = detectMachine(lan(), SERVICE, state.published, wall);
      const occasion = { now: life.uptime, trigger, force: false, checkSeconds: CHECK_SECONDS };
      const decision = plan(SERVICE, state, detection, occasion);
      if (decision.kind === "rest") {
        state = clearSkippedWait(state, detection, occasion);
        return;
      }
      life.attempts.push(life.uptime);
      const before = state;
      state = mark(state, life.uptime, detection);
      const outcome = await converse(begin(SERVICE, decision, detection));
      const attempt = { detection, beganAt: life.uptime, endedAt: life.uptime, random: 0.5 };
      if (!killed) state = settle(before, outcome, attempt);
    },
    async replay(pick: number): Promise<void> {
      const body = recorded[pick % Math.max(recorded.length, 1)];
      if (body !== undefined) await serve(body);
    },
  };
}

async function happen(life: ReturnType<typeof makeLife>, one: Happening): Promise<void> {
  if (one.kind === "prefix") {
    life.life.old = life.life.count;
    life.life.count = one.count;
    await life.run("ifup");
  } else if (one.kind === "clock") life.life.offset = one.offset;
  else if (one.kind === "clock event") await life.run("clock");
  else if (one.kind === "replay") await life.replay(one.pick);
  else {
    life.pass(one.seconds);
    await life.run("timer", one.killed);
  }
}

describe("a machine's name", () => {
  it("never goes back, never has a deprecated prefix anew, and is right once faults have ended", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
        const life = makeLife();
        await life.run("boot");
        for (const one of happenings) {
          const before = life.dns();
          await happen(life, one);
          const after = life.dns();
          // What DNS changes to is what the router has now, whoever sent it; a replay changes nothing.
          if (after !== before)
            expect([one.kind, after]).toEqual([
              expect.not.stringMatching("replay"),
              addressIn(life.life.count),
            ]);
        }
        for (const [at, began] of life.life.attempts.entries())
          expect(began - (life.life.attempts[at - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(30);
        // The clock is right from now on. A statement from the future, 300 s at the most, may still stand in the way.
        life.life.offset = 0;
        life.pass(301);
        await life.run("clock");
        for (let checks = 0; checks < 20; checks++) {
          life.pass(CHECK_SECONDS);
          await life.run("timer");
        }
        expect(life.dns()).toBe(addressIn(life.life.count));
      }),
      { numRuns: 300 },
    );
  });
});
