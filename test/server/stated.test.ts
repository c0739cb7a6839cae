// Stated addresses: who may name one, at which times, and that no recorded request ever moves DNS back.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StatedAddress } from "../../src/protocol/stated.ts";
import { makeStatedToken } from "../../src/protocol/stated.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import { decodeState } from "../../src/server/state.ts";
import { HOST, makeWorld, SECRET, storedHost, tableAndZone, tokenFor, type World } from "./world.ts";

const MACHINE = "2a00:1450:1:2::1234";
const OTHER = "2a00:1450:1:3::1234";
const CALLER = "176.32.100.36";

function worldOfMachines(limits = {}): World {
  const world = makeWorld(limits);
  world.items.set(HOST, { ...storedHost(), mayState: true });
  return world;
}

const now = (world: World) => Math.floor(world.clock.ms / 1000);

async function state(world: World, stated: StatedAddress, { secret = SECRET, caller = CALLER } = {}) {
  const token = makeStatedToken(HOST, stated, secret);
  const request = { mode: "set", hostname: HOST, token, stated } as const;
  return await handle(world.ports, request, callerAddress(caller) ?? expect.fail());
}

describe("a stated address", () => {
  it.each([CALLER, "10.0.0.1"])("is published, whoever asks: %s", async (caller) => {
    const world = worldOfMachines();
    const outcome = await state(world, { address: MACHINE, timeSeconds: now(world) }, { caller });
    expect(outcome).toMatchObject({ status: 201, message: `${HOST} has been updated to ${MACHINE}` });
    expect(tableAndZone(world, "ipv6")).toEqual({ phase: "confirmed", table: MACHINE, zone: MACHINE });
  });
  it("is refused by a record that does not allow it, and the zone is left alone", async () => {
    const world = makeWorld();
    expect(await state(world, { address: MACHINE, timeSeconds: now(world) })).toMatchObject({
      status: 403,
      message: expect.stringContaining("--stated"),
    });
    expect(world.calls).toEqual(["read"]);
  });
  it("tells nothing to whoever does not know the secret", async () => {
    const world = makeWorld();
    expect(await state(world, { address: MACHINE, timeSeconds: 0 }, { secret: "wrong" })).toMatchObject({
      status: 401,
    });
  });
  it("does not take the token of the other formula", async () => {
    const world = worldOfMachines();
    const stated = { address: MACHINE, timeSeconds: now(world) };
    const request = { mode: "set", hostname: HOST, token: tokenFor(MACHINE), stated } as const;
    expect(await handle(world.ports, request, callerAddress(CALLER) ?? expect.fail())).toMatchObject({
      status: 401,
    });
  });
  it.each([
    ["2A00:1450:1:2::1234", "must be spelled 2a00:1450:1:2::1234"],
    ["2a00:1450:1:2:0:0:0:1234", "must be spelled"],
    ["192.168.1.1", "not public"],
    ["fd00::1", "not public"],
    ["fe80::1", "not public"],
    ["machine", "not an IP address"],
  ])("is refused as %s", async (address, words) => {
    const world = worldOfMachines();
    expect(await state(world, { address, timeSeconds: now(world) })).toMatchObject({
      status: 400,
      message: expect.stringContaining(words),
    });
    expect(world.calls).toEqual([]);
  });
  it.each([
    [-301, 400],
    [-300, 201],
    [300, 201],
    [301, 400],
  ])("by a clock that is %i s off: %i", async (seconds, status) => {
    const world = worldOfMachines();
    const outcome = await state(world, { address: MACHINE, timeSeconds: now(world) + seconds });
    expect(outcome.status).toBe(status);
    if (status === 400) expect(outcome.message).toContain(`the service's time is ${now(world)}.`);
  });
  it("is under the limit of every set", async () => {
    const world = worldOfMachines({ changesPerMinute: 1 });
    await state(world, { address: MACHINE, timeSeconds: now(world) });
    expect(await state(world, { address: OTHER, timeSeconds: now(world) + 1 })).toMatchObject({
      status: 429,
    });
  });
});

describe("a replay", () => {
  it("of one that changed nothing is refused too, and nobody is told of a change by it", async () => {
    const world = worldOfMachines();
    const start = now(world);
    await state(world, { address: MACHINE, timeSeconds: start });
    expect(await state(world, { address: MACHINE, timeSeconds: start + 9 })).toMatchObject({ status: 200 });
    const kept = decodeState(world.items.get(HOST)?.states.ipv6 ?? null);
    expect(kept).toMatchObject({ statedSeconds: start + 9, was: MACHINE });
    expect(await state(world, { address: OTHER, timeSeconds: start + 9 })).toMatchObject({ status: 400 });
    expect(world.dns.get(`${HOST}/AAAA`)).toBe(MACHINE);
  });
  it("of a request from before a plain set does not undo it", async () => {
    const world = worldOfMachines();
    const old = { address: MACHINE, timeSeconds: now(world) };
    await state(world, old);
    const plain = { mode: "set", hostname: HOST, token: tokenFor(OTHER) } as const;
    expect(await handle(world.ports, plain, callerAddress(OTHER) ?? expect.fail())).toMatchObject({
      status: 201,
    });
    expect(await state(world, old)).toMatchObject({ status: 400 });
    expect(world.dns.get(`${HOST}/AAAA`)).toBe(OTHER);
  });
  it("in any order, at any time, leaves DNS at the latest statement that was taken", async () => {
    const statement = fc.record({
      prefix: fc.integer({ min: 0, max: 3 }),
      // The router's clock jumps, and is off by more than the service takes.
      offset: fc.integer({ min: -400, max: 400 }),
    });
    const replays = fc.array(fc.record({ pick: fc.nat(), waitSeconds: fc.integer({ min: 0, max: 200 }) }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(statement, { minLength: 1, maxLength: 8 }),
        replays,
        async (sent, replayed) => {
          const world = worldOfMachines({ changesPerMinute: 1000 });
          const start = now(world);
          let latest = { timeSeconds: 0, address: "" };
          const recorded: StatedAddress[] = [];
          const deliver = async (stated: StatedAddress) => {
            const { status } = await state(world, stated);
            if (status < 300) {
              expect(stated.timeSeconds).toBeGreaterThan(latest.timeSeconds);
              latest = stated;
            }
            expect(world.dns.get(`${HOST}/AAAA`) ?? "").toBe(latest.address);
          };
          for (const { prefix, offset } of sent) {
            const stated = { address: `2a00:1450:1:${prefix}::1234`, timeSeconds: start + offset };
            recorded.push(stated);
            await deliver(stated);
          }
          for (const { pick, waitSeconds } of replayed) {
            world.clock.ms += waitSeconds * 1000;
            await deliver(recorded[pick % recorded.length] ?? expect.fail());
          }
        },
      ),
    );
  });
});
