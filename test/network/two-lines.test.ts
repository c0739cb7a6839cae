// Two lines out of one router over a real network: each name gets the address of its own line, though the routes prefer one of them.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { NEEDS } from "../faults/packaged.ts";
import { cannotMakeNamespaces } from "./namespaces.ts";
import { CHANGED, CHANGED_B, HOSTNAME_B, makeWorld, UP, type World } from "./world.ts";

const CONFIG = "etc/config/lambda-ddns";
const reason = lacking([...NEEDS, "ip", "nft", "dig"]) ?? cannotMakeNamespaces();

describeUnless(reason, "over two lines", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld("two lines");
  });
  afterAll(() => world?.end());
  beforeEach(() => {
    world.pass(3600);
    world.asked();
  });

  const published = () => [world.dig("A"), world.dig("A", HOSTNAME_B)];

  it("each name has the address of its own line", async () => {
    world.network.setAddresses("176.32.100.36/32");
    world.network.setSecondLine("31.33.248.7");
    world.fire(UP);
    await world.settled();
    expect(world.asked()).toEqual(["set 201", "set 201"]);
    expect(published()).toEqual(["176.32.100.36", "31.33.248.7"]);
  });

  it("a change of one line costs one request by that line", async () => {
    world.network.setSecondLine("31.33.248.8");
    world.fire(CHANGED_B);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(published()).toEqual(["176.32.100.36", "31.33.248.8"]);
  });

  it("a NAT behind one line is asked about by way of that line", async () => {
    world.network.setSecondLine("100.64.7.9", "31.33.248.200");
    world.fire(CHANGED_B);
    await world.settled();
    expect(world.asked()).toEqual(["get 200", "set 201"]);
    expect(published()).toEqual(["176.32.100.36", "31.33.248.200"]);
  });

  it("and without a program that can be bound it is not asked about at all", async () => {
    world.network.setSecondLine("100.64.7.10", "31.33.248.201");
    world.network.setAddresses("176.32.100.37/32");
    const [first = "", second = ""] = (world.router.read(CONFIG) ?? "").split("config service 'second'");
    world.router.setConfig(`${first}config service 'second'${second.replace("'curl'", "'uclient-fetch'")}`);
    world.fire(CHANGED);
    await world.settled();
    expect(world.asked()).toEqual(["set 201"]);
    expect(published()).toEqual(["176.32.100.37", "31.33.248.200"]);
  });
});
