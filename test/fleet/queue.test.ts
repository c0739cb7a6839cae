// The queue: what Route 53 has no room for is published in batches, once, and table and zone end equal (law 13), whatever dies,
// comes twice, is throttled, is poisoned by a bad name, stands still for an hour, or moves on meanwhile.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reportOn } from "../../src/server/admin/report.ts";
import { LEASE_SECONDS, QUEUE_SECONDS } from "../../src/server/decide.ts";
import { drain } from "../../src/server/drain.ts";
import { queuedIn } from "../../src/server/queued.ts";
import { decodeState } from "../../src/server/state.ts";
import { ADDRESS, HOST, OTHER_ADDRESS, SECRET, storedHost } from "../server/world.ts";
import {
  expectAgreement,
  freshInstance,
  makeQueueWorld,
  mapAll,
  mapOnce,
  phaseOf,
  type QueueWorld,
  set,
} from "./queue-world.ts";

const THIRD = "176.32.100.99";
const QUEUED = { status: 503, verdict: "queued", retryAfterSeconds: 60 };

/** A world in which `hosts` found no room and are queued. */
async function stormed(hosts: readonly string[] = [HOST], address = ADDRESS): Promise<QueueWorld> {
  const world = makeQueueWorld();
  for (const host of hosts) expect(await set(world, address, host)).toMatchObject(QUEUED);
  return world;
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `r${n}.dyn.example.com`);

describe("a router that Route 53 has no room for", () => {
  it("is queued, told to come again, published by the drainer, and then hears that it is so", async () => {
    const world = await stormed();
    expect(phaseOf(world)).toBe(`queued ${ADDRESS}`);
    expect(world.dns.size).toBe(0);
    expect(await set(world, ADDRESS)).toMatchObject(QUEUED);
    world.room = 1;
    await mapAll(world);
    expect(phaseOf(world)).toBe(`confirmed ${ADDRESS}`);
    expect(world.dns.get(`${HOST}/A`)).toBe(ADDRESS);
    expect(await set(world, ADDRESS)).toMatchObject({ status: 200, verdict: "same" });
    expect(world.items.get(HOST)?.histories.ipv4).toContain(ADDRESS);
  });

  it("is shown to operators as queued", async () => {
    const stored = (await stormed()).items.get(HOST) ?? expect.fail();
    const named = { hostname: HOST, stored, owner: null, isWatched: true, addedSeconds: null };
    const [name] = reportOn(named, 1_800_000_000).names;
    expect(name).toMatchObject({ isQueued: true, isConfirmed: false, address: ADDRESS, state: "ok" });
  });

  it("spares the next ones their try for 30 s, on this instance alone", async () => {
    const world = await stormed();
    world.room = 10;
    expect(await set(world, ADDRESS, "b.dyn.example.com")).toMatchObject(QUEUED);
    expect(await set(world, ADDRESS, "c.dyn.example.com", freshInstance(world))).toMatchObject({
      status: 201,
    });
    world.clock.ms += 30_000;
    expect(await set(world, ADDRESS, "d.dyn.example.com")).toMatchObject({ status: 201 });
    expect(world.stream).toHaveLength(2);
  });

  it("is told to come later the longer it waits, and tries for itself after a quarter of an hour", async () => {
    const world = await stormed();
    const asked: (number | undefined)[] = [];
    for (const seconds of [30, 90, 480, 290]) {
      world.clock.ms += seconds * 1000;
      asked.push((await set(world, ADDRESS)).retryAfterSeconds);
    }
    expect(asked).toEqual([60, 120, 600, 890]);
    world.clock.ms += (QUEUE_SECONDS - 890) * 1000;
    world.room = 1;
    expect(await set(world, ADDRESS)).toMatchObject({ status: 201, verdict: "redo" });
    await mapAll(world);
    expect(world.batches).toEqual([]);
    expectAgreement(world);
  });

  it("that moves again while it is queued is published with the address that it has", async () => {
    for (const instance of ["the same", "a fresh"]) {
      for (const room of [0, 1]) {
        const world = await stormed();
        world.room = room;
        await set(world, OTHER_ADDRESS, HOST, instance === "a fresh" ? freshInstance(world) : world.ports);
        world.room = 5;
        await mapAll(world);
        expect(phaseOf(world)).toBe(`confirmed ${OTHER_ADDRESS}`);
        expect(world.dns.get(`${HOST}/A`)).toBe(OTHER_ADDRESS);
      }
    }
  });

  it("is not queued where there is no drainer", async () => {
    const world = makeQueueWorld();
    expect(await set(world, ADDRESS, HOST, { ...world.ports, queue: null })).toMatchObject({
      status: 503,
      verdict: "busy-zone",
    });
    expect(phaseOf(world)).toBe(`pending ${ADDRESS}`);
    expect(world.stream).toEqual([]);
  });
});

describe("the drainer", () => {
  it("writes fifty names in one call of Route 53, and a record that comes again in none", async () => {
    const world = await stormed(names(120));
    world.room = 500;
    const again = [...world.stream];
    await mapAll(world);
    expect(world.batches).toEqual([50, 50, 20]);
    expect(world.dns.size).toBe(120);
    expectAgreement(world);
    world.stream.push(...again);
    await mapAll(world);
    expect(world.batches).toHaveLength(3);
  });

  it("waits for its turn while it holds the marks, then gives them back as they were and asks for a new call", async () => {
    const world = await stormed(names(3));
    const since = decodeState(world.items.get("r0.dyn.example.com")?.states.ipv4 ?? null)?.atSeconds;
    const startMs = world.clock.ms;
    expect(await mapOnce(world)).toBe(true);
    expect(world.clock.ms - startMs).toBeLessThan(LEASE_SECONDS * 1000);
    for (const host of names(3)) expect(phaseOf(world, host)).toBe(`queued ${ADDRESS}`);
    expect(decodeState(world.items.get("r0.dyn.example.com")?.states.ipv4 ?? null)?.atSeconds).toBe(since);
    expect(JSON.parse(world.lines.at(-1) ?? "")).toMatchObject({
      level: "warn",
      queued: 3,
      published: 0,
      left: 3,
    });
    world.room = 3;
    await mapAll(world);
    expect(world.batches).toEqual([3]);
    expectAgreement(world);
  });

  it("finds one bad name among fifty: the others are published, and its router hears why", async () => {
    const hosts = [...names(31), "bad.dyn.example.com", ...names(50).slice(31)];
    const world = makeQueueWorld();
    world.items.set("bad.dyn.example.com", storedHost());
    await set(world, ADDRESS, "other.dyn.example.com");
    for (const host of hosts) expect(await set(world, ADDRESS, host)).toMatchObject(QUEUED);
    world.room = 500;
    await mapAll(world, 3);
    for (const host of names(50)) expect(phaseOf(world, host)).toBe(`confirmed ${ADDRESS}`);
    expect(phaseOf(world, "bad.dyn.example.com")).toBe(`pending ${ADDRESS}`);
    world.clock.ms += 60_000;
    const told = await set(world, ADDRESS, "bad.dyn.example.com");
    expect(told).toMatchObject({ status: 500, fault: expect.stringContaining("InvalidChangeBatch") });
    expect(world.lines.filter((line) => line.includes("bad.dyn.example.com"))).toHaveLength(1);
    expectAgreement(world);
  });

  it("leaves alone what it cannot help: removed, disabled, broken; and does not come again for it", async () => {
    const world = await stormed(names(3));
    const [a = "", b = "", c = ""] = names(3);
    world.items.delete(a);
    world.items.set(b, { ...(world.items.get(b) ?? storedHost()), disabled: "unpaid" });
    world.items.set(c, { ...(world.items.get(c) ?? storedHost()), data: "{" });
    world.room = 5;
    await mapAll(world, 1);
    expect(world.dns.size).toBe(0);
    expect(world.items.has(a)).toBe(false);
  });

  it("writes with the zone and the TTL that the record has now", async () => {
    const world = await stormed();
    const item = world.items.get(HOST) ?? expect.fail();
    world.items.set(HOST, { ...item, data: item.data?.replace(":60", ":90") ?? null });
    world.room = 1;
    await mapAll(world);
    expect(decodeState(world.items.get(HOST)?.states.ipv4 ?? null)?.target).toMatch(/\/90$/);
    expect(await set(world, ADDRESS)).toMatchObject({ status: 200 });
  });

  it("gives a zone that is gone up in one call, and each router hears why", async () => {
    const world = await stormed(names(20));
    let calls = 0;
    world.answer = () => ({ kind: "failed", detail: `NoSuchHostedZone ${++calls}` });
    await mapAll(world, 1);
    expect(calls).toBe(1);
    for (const host of names(20)) expect(phaseOf(world, host)).toBe(`pending ${ADDRESS}`);
  });

  it("touches nothing after a call whose end it does not know, until nobody can be writing any more", async () => {
    const world = await stormed(names(2));
    const startMs = world.clock.ms;
    world.answer = () => ({ kind: "unsure", detail: "no answer" });
    expect(await mapOnce(world)).toBe(true);
    expect(world.clock.ms - startMs).toBeGreaterThanOrEqual(LEASE_SECONDS * 1000);
    world.answer = () => undefined;
    world.room = 2;
    await mapAll(world);
    expectAgreement(world);
    expect(world.dns.size).toBe(2);
  });

  it("keeps off a name that another call is writing, however often the record comes", async () => {
    const world = await stormed();
    world.room = 5;
    const event = { Records: [...world.stream] };
    const hasty = { ...world.drainPorts, wait: async () => {} };
    let answer: unknown;
    world.before = async (step) => {
      if (step !== "upsert" || answer) return undefined;
      // The first call is about to write; a second one and a router that moved on come in between.
      answer = await drain(hasty, event);
      await set(world, OTHER_ADDRESS, HOST, freshInstance(world));
      return undefined;
    };
    await mapOnce(world);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: expect.any(String) }] });
    expect([phaseOf(world), world.dns.get(`${HOST}/A`)]).toEqual([`confirmed ${ADDRESS}`, ADDRESS]);
  });

  it("that did not run for an hour undoes nothing that the routers did meanwhile", async () => {
    const world = await stormed(names(4));
    world.clock.ms += 3_600_000;
    world.room = 2;
    const [a = "", b = "", , d = ""] = names(4);
    expect(await set(world, ADDRESS, a)).toMatchObject({ status: 201 });
    expect(await set(world, THIRD, b)).toMatchObject({ status: 201 });
    expect(await set(world, THIRD, d)).toMatchObject({ status: 503 });
    world.room = 10;
    await mapAll(world);
    expect(names(4).map((host) => world.dns.get(`${host}/A`))).toEqual([ADDRESS, THIRD, ADDRESS, THIRD]);
    expectAgreement(world);
    expect(world.batches).toEqual([2]);
  });

  it("logs no secret, and no address", async () => {
    const world = await stormed(names(2));
    world.room = 1;
    await mapOnce(world);
    for (const line of world.lines) for (const text of [SECRET, ADDRESS]) expect(line).not.toContain(text);
  });
});

describe("a drainer that dies", () => {
  const steps = ["read", "swap", "upsert", "swap"] as const;
  const moments = steps.flatMap((_, index) =>
    (["before", "after"] as const).map((when) => ({ index, when })),
  );

  it.each(moments)(
    "$when step $index: the next call finds the rest, and table and zone agree",
    async ({ index, when }) => {
      const world = await stormed();
      world.room = 5;
      let left = index;
      world[when] = async () => {
        if (left-- === 0) throw new Error("died");
        return undefined;
      };
      await expect(mapOnce(world)).rejects.toThrow("died");
      expectAgreement(world);
      world[when] = async () => undefined;
      await mapAll(world);
      expect(phaseOf(world)).toBe(`confirmed ${ADDRESS}`);
      expect(world.dns.get(`${HOST}/A`)).toBe(ADDRESS);
    },
  );
});

it("law 13: routers, two calls of the drainer with the same records, deaths, stalls and lost answers, in every order", async () => {
  const fates = fc.array(fc.constantFrom("on", "on", "on", "stalls", "dies", "full"), { maxLength: 30 });
  const moves = fc.array(fc.constantFrom(ADDRESS, OTHER_ADDRESS, THIRD), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      moves,
      fates,
      fc.boolean(),
      async (scheduler, addresses, list, twice) => {
        const world = await stormed([HOST, "b.dyn.example.com"]);
        world.room = 6;
        const plan = [...list];
        world.before = async (step) => {
          const startMs = world.clock.ms;
          await scheduler.schedule(Promise.resolve());
          // The zone's call is cut at its deadline, whoever's time it was that passed meanwhile.
          if (step === "upsert" && world.clock.ms - startMs > 5_000)
            return { kind: "unsure", detail: "deadline" };
          return undefined;
        };
        world.after = async () => {
          const fate = plan.shift() ?? "on";
          await scheduler.schedule(Promise.resolve());
          if (fate === "stalls") world.clock.ms += 12_000;
          if (fate === "full") world.room = 0;
          if (fate === "dies") throw new Error(fate);
          expectAgreement(world);
        };
        const event = { Records: [...world.stream] };
        const calls = [
          ...addresses.map((address) => set(world, address, HOST, freshInstance(world))),
          ...(twice ? [event, event] : [event]).map((one) => drain(world.drainPorts, one)),
        ].map((call) => call.catch(() => null));
        await scheduler.waitFor(Promise.all(calls));
        expectAgreement(world);
        world.before = async () => undefined;
        world.after = async () => {};
        world.room = 10;
        world.clock.ms += LEASE_SECONDS * 1000;
        await mapAll(world);
        expectAgreement(world);
        expect(phaseOf(world, "b.dyn.example.com")).toBe(`confirmed ${ADDRESS}`);
        expect((await set(world, THIRD, HOST, freshInstance(world))).status).toBeLessThan(300);
        expect([phaseOf(world), world.dns.get(`${HOST}/A`)]).toEqual([`confirmed ${THIRD}`, THIRD]);
      },
    ),
    { numRuns: 2000 },
  );
});

it("queuedIn never throws, and takes nothing but what is queued", () => {
  fc.assert(fc.property(fc.anything(), (event) => void expect(queuedIn(event)).toEqual([])));
  const record = (text: string) => ({
    dynamodb: { Keys: { hostname: { S: HOST } }, NewImage: { a_state: { S: text } }, SequenceNumber: "1" },
  });
  expect(
    queuedIn({ Records: [record('{"phase":"queued"'), record('{"phase":"queued"}'), record("{}"), null] }),
  ).toEqual([]);
});
