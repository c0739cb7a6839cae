// The whole way over a real network: two namespaces, the real hook, wrapper, bundle and curl, the embedded service, and its
// answer as dig shows it, while addresses, NAT, prefixes, the link and the service come and go.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { NEEDS, statesOf } from "../faults/packaged.ts";
import { cannotMakeNamespaces } from "./namespaces.ts";
import { CHANGED, CHANGED6, HOSTNAME, makeWorld, UP, type World } from "./world.ts";

const reason = lacking([...NEEDS, "ip", "nft", "dig"]) ?? cannotMakeNamespaces();

describeUnless(reason, "over a network of two namespaces", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world?.end());
  // An hour: no wait of the story before holds any more.
  beforeEach(() => {
    world.pass(3600);
    world.asked();
  });

  const state = (family: "ipv4" | "ipv6") =>
    statesOf(world.router, world.uptime())[`${family}:${HOSTNAME}:${family}`];

  it("publishes the address when the line comes up", async () => {
    expect(world.dig("A")).toBe("");
    world.network.setAddresses("176.32.100.36/32");
    world.fire(UP);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(world.dig("A")).toBe("176.32.100.36");
    expect(world.dig("AAAA")).toBe("");
  });

  it("follows another address, and asks nothing when it stays", async () => {
    world.network.setAddresses("176.32.100.77/32");
    world.fire(CHANGED);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(world.dig("A")).toBe("176.32.100.77");
    world.pass(3600);
    world.fire(UP);
    await world.settled();
    expect(world.asked()).toEqual([]);
  });

  it("finds out that a NAT has come between, publishes what the world sees, and notices when it is gone", async () => {
    world.network.setAddresses("176.32.100.78/32");
    world.network.setNat("176.32.100.201");
    world.fire(CHANGED);
    await world.settled();
    expect(world.asked()).toEqual(["set 401", "get 200", "set 201"]);
    expect(world.dig("A")).toBe("176.32.100.201");
    expect(state("ipv4")).toMatchObject({ behindNat: true });
    world.network.setNat(null);
    world.pass(3600);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual(["get 200", "set 201"]);
    expect(world.dig("A")).toBe("176.32.100.78");
    expect(state("ipv4")).toMatchObject({ behindNat: false });
  });

  it("asks before it publishes behind CGNAT, and follows an address that only the world sees change", async () => {
    world.network.setAddresses("100.64.7.9/32");
    world.network.setNat("176.32.100.200");
    world.fire(CHANGED);
    await world.settled();
    expect(world.asked()).toEqual(["get 200", "set 201"]);
    expect(world.dig("A")).toBe("176.32.100.200");
    world.network.setNat("176.32.100.210");
    world.pass(3600);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual(["get 200", "set 201"]);
    expect(world.dig("A")).toBe("176.32.100.210");
    world.network.setNat(null);
  });

  it("follows a new IPv6 prefix and leaves the deprecated one", async () => {
    const v4 = "176.32.100.36/32";
    world.network.setAddresses(v4, "2a00:1450:1:9::36/64 nodad valid_lft 7200 preferred_lft 0");
    world.fire(CHANGED6);
    await world.settled();
    expect(world.dig("AAAA"), "a deprecated one is no address to publish").toBe("");
    world.pass(3600);
    world.network.setAddresses(v4, "2a00:1450:1:1::36/64 nodad valid_lft 7200 preferred_lft 3600");
    world.fire(CHANGED6);
    await world.settled();
    expect(world.dig("AAAA")).toBe("2a00:1450:1:1::36");
    world.pass(3600);
    world.network.setAddresses(
      v4,
      "2a00:1450:1:1::36/64 nodad valid_lft 7200 preferred_lft 0",
      "2a00:1450:1:2::36/64 nodad valid_lft 7200 preferred_lft 3600",
    );
    world.asked();
    world.fire(CHANGED6);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(world.dig("AAAA")).toBe("2a00:1450:1:2::36");
    expect(world.dig("A")).toBe("176.32.100.36");
  });

  it("lets a link flap 50 times without hammering, and ends right", { timeout: 120_000 }, async () => {
    const began = world.uptime();
    for (let flap = 1; flap <= 50; flap += 1) {
      world.network.setLink(false);
      world.pass(1);
      world.network.setAddresses(`176.32.101.${flap}/32`);
      world.fire(UP);
    }
    await world.settled();
    const asked = world.asked();
    expect(asked.filter((one) => one.startsWith("set")).length).toBeLessThanOrEqual(
      1 + Math.floor((world.uptime() - began) / 30),
    );
    world.pass(31);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.dig("A")).toBe("176.32.101.50");
  });

  it("comes through an outage of the service with few attempts, and is right afterwards", {
    timeout: 120_000,
  }, async () => {
    await world.breakService();
    world.network.setAddresses("176.32.100.99/32");
    world.fire(CHANGED);
    await world.settled();
    let failures = 0;
    for (let minute = 0; minute < 60; minute += 2) {
      world.pass(120);
      if (world.look().status === 1) failures += 1;
    }
    expect(failures).toBeGreaterThan(2);
    expect(failures).toBeLessThan(10);
    expect(state("ipv4")).toMatchObject({ lastFailure: { kind: "offline" } });
    await world.mendService();
    world.pass(4600);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(world.dig("A")).toBe("176.32.100.99");
  });
});
