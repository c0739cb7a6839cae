// IPv6 as it really comes up: duplicate address detection runs, prefixes are renumbered, the kernel chooses among several
// addresses. Two namespaces, the shipped bundle, real curl. Tells how long it takes from the event to DNS.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { NEEDS, statesOf } from "../faults/packaged.ts";
import { cannotMakeNamespaces } from "./namespaces.ts";
import { CHANGED, CHANGED6, HOSTNAME, makeWorld, type World } from "./world.ts";

const reason = lacking([...NEEDS, "ip", "nft", "dig"]) ?? cannotMakeNamespaces();
const V4 = "176.32.100.36/32";
const LIVES = "valid_lft 7200 preferred_lft 3600";
const LONG = { timeout: 180_000 };
/** Milliseconds after which a test gives up; how long it really takes is told, not held. */
const PATIENCE = 20_000;

describeUnless(reason, "IPv6 with duplicate address detection", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
    world.network.setAddresses(V4);
    world.fire(CHANGED);
    await world.settled();
  });
  afterAll(() => world?.end());
  beforeEach(() => {
    world.pass(3600);
    world.asked();
  });

  /** Milliseconds from the event until DNS holds `address`. */
  async function timed(
    event: Readonly<Record<string, string>>,
    type: "A" | "AAAA",
    address: string,
  ): Promise<number> {
    const began = performance.now();
    world.fire(event);
    while (world.dig(type) !== address && performance.now() < began + PATIENCE) await sleep(20);
    const took = performance.now() - began;
    await world.settled();
    return took;
  }
  const state = () => statesOf(world.router, world.uptime())[`ipv6:${HOSTNAME}:ipv6`];
  const tell = (what: string, times: number[]): void => {
    const sorted = times.toSorted((a, b) => a - b);
    const [median = 0, most = 0] = [sorted[sorted.length >> 1], sorted.at(-1)].map((one) =>
      Math.round(one ?? 0),
    );
    console.log(
      `${what}: published ${median} ms after the event (median of ${times.length}), ${most} ms at most`,
    );
  };

  it("publishes each new IPv4 address at once", LONG, async () => {
    const times: number[] = [];
    for (const last of [40, 41, 42, 43, 36]) {
      world.network.setAddresses(`176.32.100.${last}/32`);
      times.push(await timed(CHANGED, "A", `176.32.100.${last}`));
      expect(world.asked()).toEqual(["set 201"]);
      world.pass(3600);
    }
    tell("a new IPv4 address", times);
  });

  it("waits for a tentative address, and publishes it without an attempt that fails", LONG, async () => {
    const times: number[] = [];
    for (let prefix = 1; prefix <= 5; prefix++) {
      world.network.setAddresses(V4, `2a00:1450:1:${prefix}::36/64 ${LIVES}`);
      times.push(await timed(CHANGED6, "AAAA", `2a00:1450:1:${prefix}::36`));
      expect(world.asked()).toEqual(["set 201"]);
      world.pass(3600);
    }
    tell("a new IPv6 address", times);
  });

  it(
    "follows a renumbering: the old address is deprecated and still there, the new one tentative",
    LONG,
    async () => {
      const times: number[] = [];
      for (let prefix = 11; prefix <= 15; prefix++) {
        const [old, fresh] = [`2a00:1450:1:${prefix - 1}::36`, `2a00:1450:1:${prefix}::36`];
        const before = `${old}/64 nodad valid_lft 7200`;
        world.network.setAddresses(V4, `${before} preferred_lft 3600`);
        world.fire(CHANGED6);
        await world.settled();
        world.pass(3600);
        world.asked();
        world.network.routerIp(`addr change ${before} preferred_lft 0 dev eth1`);
        world.network.routerIp(`addr add ${fresh}/64 ${LIVES} dev eth1`);
        times.push(await timed(CHANGED6, "AAAA", fresh));
        expect(world.asked()).toEqual(["set 201"]);
        expect(state()).toMatchObject({ published: fresh, behindNat: false });
        world.pass(3600);
      }
      tell("a renumbering", times);
    },
  );

  it("of several usable addresses the kernel's choice is no NAT, and is not asked about at each check", async () => {
    // RFC 6724, rule 8: the source that shares more bits with the destination, though the other one lives longer.
    const [close, long] = ["2a00:1450:fffe::36", "2a00:1450:1:20::36"];
    world.network.setAddresses(
      V4,
      `${long}/64 nodad valid_lft 9000 preferred_lft 9000`,
      `${close}/64 nodad ${LIVES}`,
    );
    world.fire(CHANGED6);
    await world.settled();
    expect(world.dig("AAAA")).toBe(close);
    expect(state()).toMatchObject({ published: close, behindNat: false });
    world.pass(3600);
    world.asked();
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual([]);
  });
});
