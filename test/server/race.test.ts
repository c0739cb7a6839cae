// Updates that race, in every order that a scheduler finds, and processes that die between any two steps (law 13):
// table and zone always end equal, and no answer ever promises what is not so.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callerAddress, LEASE_SECONDS } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import type { Outcome } from "../../src/server/outcome.ts";
import { ADDRESS, HOST, makeWorld, OTHER_ADDRESS, tableAndZone, tokenFor, type World } from "./world.ts";

const THIRD = "176.32.100.99";
const ADDRESSES = [ADDRESS, OTHER_ADDRESS, THIRD] as const;

function set(world: World, address: string): Promise<Outcome> {
  const caller = callerAddress(address) ?? expect.fail();
  return handle(world.ports, { mode: "set", hostname: HOST, token: tokenFor(address) }, caller);
}

/** Lets the scheduler choose which call's next step is carried out, before and after it happens. */
function interleave(world: World, scheduler: fc.Scheduler): void {
  world.before = (step) => scheduler.schedule(Promise.resolve(undefined), `before ${step}`);
  world.after = (step) => scheduler.schedule(Promise.resolve(), `after ${step}`);
}

/** A confirmed state names what the zone holds. */
function expectAgreement(world: World): void {
  const { phase, table, zone } = tableAndZone(world);
  if (phase === "confirmed") expect(zone).toBe(table);
}

const racers = fc.array(fc.constantFrom(...ADDRESSES), { minLength: 2, maxLength: 3 });
const before = fc.option(fc.constantFrom(...ADDRESSES));

describe("racing updates", () => {
  it("end with table and zone equal, confirmed, and a success for the address that stands there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), racers, before, async (scheduler, addresses, published) => {
        const world = makeWorld({ changesPerMinute: 100 });
        if (published) await set(world, published);
        interleave(world, scheduler);
        const all = Promise.all(addresses.map((address) => set(world, address)));
        await scheduler.waitFor(all);
        const outcomes = await all;
        const { phase, table, zone } = tableAndZone(world);
        expect({ phase, zone }).toEqual({ phase: "confirmed", zone: table });
        const winners = addresses.filter((_, index) => (outcomes[index]?.status ?? 500) < 300);
        expect([...winners, published]).toContain(table);
        for (const { status } of outcomes) expect([200, 201, 503]).toContain(status);
      }),
      { numRuns: 2000 },
    );
  });

  it("spend one zone call on one address, however many ask", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 3 }), async (scheduler, count) => {
        const world = makeWorld();
        interleave(world, scheduler);
        await scheduler.waitFor(Promise.all(Array.from({ length: count }, () => set(world, ADDRESS))));
        expect(world.calls.filter((step) => step === "upsert")).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it("agree at every moment, though calls die, stall or find the zone silent, and heal at the next call", async () => {
    const fates = fc.array(fc.constantFrom("on", "on", "stalls", "dies", "lost answer"), {
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        racers,
        before,
        fates,
        async (scheduler, addresses, published, fateList) => {
          const world = makeWorld({ changesPerMinute: 100 });
          if (published) await set(world, published);
          beset(world, scheduler, [...fateList]);
          const calls = addresses.map((address) => set(world, address).catch(() => null));
          await scheduler.waitFor(Promise.all(calls));
          expectAgreement(world);
          world.before = async () => undefined;
          world.after = async () => {};
          world.clock.ms += LEASE_SECONDS * 1000;
          expect((await set(world, ADDRESS)).status).toBeLessThan(300);
          expect(tableAndZone(world)).toEqual({ phase: "confirmed", table: ADDRESS, zone: ADDRESS });
        },
      ),
      { numRuns: 3000 },
    );
  });
});

/** Each step meets the next fate of the list: its process dies after it, time passes, or its answer is lost. */
function beset(world: World, scheduler: fc.Scheduler, fates: string[]): void {
  world.before = async (step) => {
    const startMs = world.clock.ms;
    await scheduler.schedule(Promise.resolve(), `before ${step}`);
    // The zone's call is cut at its deadline, whoever's time it was that passed meanwhile.
    const late = step === "upsert" && world.clock.ms - startMs > 5_000;
    return late ? { kind: "unsure", detail: "deadline" } : undefined;
  };
  world.after = async (step) => {
    const fate = fates.shift() ?? "on";
    await scheduler.schedule(Promise.resolve(), `${step} ${fate}`);
    if (fate === "stalls") world.clock.ms += 12_000;
    if (fate === "dies" || fate === "lost answer") throw new Error(fate);
    expectAgreement(world);
  };
}

describe("a process that dies", () => {
  const steps = ["read", "swap", "upsert", "swap"] as const;
  const moments = steps.flatMap((step, index) => [
    { name: `before step ${index + 1} (${step})`, index, when: "before" as const },
    { name: `after step ${index + 1} (${step})`, index, when: "after" as const },
  ]);

  it.each(moments)("$name leaves nothing that the next call does not heal", async ({ index, when }) => {
    for (const published of [null, OTHER_ADDRESS]) {
      const world = makeWorld();
      if (published) await set(world, published);
      let left = index;
      const die = async () => {
        if (left-- === 0) throw new Error("died");
        return undefined;
      };
      if (when === "before") world.before = die;
      else world.after = die;
      await expect(set(world, ADDRESS)).rejects.toThrow("died");
      expectAgreement(world);
      world.before = async () => undefined;
      world.after = async () => {};

      // Straight away the mark may still be somebody's; never is anything promised that is not so.
      const early = await set(world, ADDRESS);
      expect(early.status === 503 || world.dns.get(`${HOST}/A`) === ADDRESS).toBe(true);
      world.clock.ms += LEASE_SECONDS * 1000;
      expect((await set(world, ADDRESS)).status).toBeLessThan(300);
      expect(tableAndZone(world)).toEqual({ phase: "confirmed", table: ADDRESS, zone: ADDRESS });
    }
  });
});
