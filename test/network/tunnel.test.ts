// A VPN beside the line, of which netifd knows nothing and which takes all that is bound to nothing: what is published is the
// line's, and whatever only looks changes nothing. Two namespaces, the shipped bundle, real curl.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { NEEDS } from "../faults/packaged.ts";
import { cannotMakeNamespaces } from "./namespaces.ts";
import { CHANGED, makeWorld, UP, type World } from "./world.ts";

const reason = lacking([...NEEDS, "ip", "nft", "dig"]) ?? cannotMakeNamespaces();
const EXIT = "31.33.248.99";

describeUnless(reason, "beside a VPN", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world?.end());
  beforeEach(() => {
    world.pass(3600);
    world.asked();
  });

  it("a public address is published by one request, and not the exit's", async () => {
    world.network.setAddresses("176.32.100.36/32");
    world.network.setTunnel(EXIT);
    world.fire(UP);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(world.dig("A")).toBe("176.32.100.36");
  });

  it("behind NAT the question leaves by the line", async () => {
    world.network.setAddresses("100.64.7.9/32");
    world.network.setNat("176.32.100.200");
    world.network.setTunnel(EXIT);
    world.fire(CHANGED);
    await world.settled();
    expect(world.asked()).toEqual(["get 200", "set 201"]);
    expect(world.dig("A")).toBe("176.32.100.200");
  });

  it("nothing that only looks sends a set that counts, and the address that is told is the line's", async () => {
    for (const words of [["check"], ["status"], ["status", "--json"], ["update", "--dry-run", "--force"]])
      world.type(...words);
    expect(world.type("address").stdout).toContain("176.32.100.200");
    await world.settled();
    expect(world.asked().filter((one) => /^set 20\d$/.test(one))).toEqual([]);
    expect(world.dig("A")).toBe("176.32.100.200");
  });

  it("that goes away, nothing is asked anew but what the check asks, and the name stays right", async () => {
    world.network.setTunnel(null);
    expect(world.look().status).toBe(0);
    await world.settled();
    expect(world.asked()).toEqual(["get 200"]);
    world.network.setNat(null);
    world.network.setAddresses("176.32.100.37/32");
    world.pass(3600);
    world.fire(CHANGED);
    await world.settled();
    expect(world.dig("A")).toBe("176.32.100.37");
  });
});
