// A name that follows the line in use: `list interface`, through a failure and back. The shipped bundle in QuickJS WASM.
import { expect, it } from "vitest";
import { OWN, service } from "../e2e/world.ts";
import { makeHome, URL_ } from "./world.ts";

const OTHER_LINE = "31.33.248.7";
const WANB = {
  interface: "wanb",
  up: true,
  l3_device: "eth2",
  device: "eth2",
  "ipv4-address": [{ address: OTHER_LINE, mask: 24 }],
};
const EVENT = ["update", "--trigger", "ifup"] as const;

it("moves to the second line when the first goes down, and back, by one request each", async () => {
  const up = { ipv4: OWN, more: [WANB] };
  const home = makeHome({
    config: service(URL_, { interface: ["wan", "wanb"] }),
    wan: up,
    service: (asked) => (asked.startsWith("set ") ? [201] : [500]),
  });
  const published = async () => {
    home.os.advance(60);
    return (await home.run(...EVENT)).said;
  };
  const line = "info: home: host1.dyn.example.com IPv4: published";
  expect(await published()).toEqual([`${line} ${OWN}`]);
  expect(await published()).toEqual([]);
  home.setWan({ up: false, more: [WANB] });
  expect(await published()).toEqual([`${line} ${OTHER_LINE}, was ${OWN}`]);
  expect(JSON.parse((await home.run("status", "--json")).stdout).services[0]).toMatchObject({
    interface: "wanb",
    published: OTHER_LINE,
  });
  home.setWan(up);
  expect(await published()).toEqual([`${line} ${OWN}, was ${OTHER_LINE}`]);
});
