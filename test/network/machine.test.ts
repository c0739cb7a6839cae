// A machine behind the router in a namespace of its own: its name follows the prefix that the router has, whatever family the
// requests travel by, and the machine itself does nothing for it. The shipped bundle, real curl.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { NEEDS } from "../faults/packaged.ts";
import { cannotMakeNamespaces } from "./namespaces.ts";
import { CHANGED, CHANGED_LAN, HOSTNAME_B, makeWorld, type World } from "./world.ts";

const reason = lacking([...NEEDS, "ip", "nft", "dig"]) ?? cannotMakeNamespaces();
const V4 = "176.32.100.36";
const prefix = (count: number): string => `2a00:1450:2:${count}::`;

describeUnless(reason, "a machine behind the router", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld("machine");
    world.network.setAddresses(`${V4}/32`);
  });
  afterAll(() => world?.end());

  it("is published with the first prefix, over a line that has IPv4 alone", async () => {
    world.network.setPrefix(prefix(1));
    world.fire(CHANGED);
    await world.settled();
    expect(world.dig("A")).toBe(V4);
    expect(world.dig("AAAA", HOSTNAME_B)).toBe(`${prefix(1)}1234`);
    expect(world.asked().sort()).toEqual(["set 201", "set 201"]);
  });

  it("follows each new prefix by the event of its interface, while the old one is deprecated", async () => {
    for (let count = 2; count <= 4; count++) {
      world.pass(3600);
      // A statement is later than the last one by a second of the real clock at least.
      await sleep(1100);
      world.network.setPrefix(prefix(count), prefix(count - 1));
      world.fire(CHANGED_LAN);
      await world.settled();
      expect(world.dig("AAAA", HOSTNAME_B)).toBe(`${prefix(count)}1234`);
      expect(world.asked()).toEqual(["set 201"]);
    }
  });

  it("is asked about by no check that finds nothing new", async () => {
    world.pass(3600);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual([]);
  });

  it("is known to check by its prefix and address", async () => {
    const { stdout, status } = world.type("check", "machine");
    expect(stdout).toContain(
      `ok   interface 'lan' has the prefix ${prefix(4)}/64, which makes ${prefix(4)}1234\n`,
    );
    expect(stdout).toContain(`ok   the secret was accepted with ${prefix(4)}1234\n`);
    expect(status).toBe(0);
  });
});
