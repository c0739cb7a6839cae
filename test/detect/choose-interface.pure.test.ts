// Which of several interfaces a name follows: the first one, in the order of the configuration, with an address that will do.
import { describe, expect, it } from "vitest";
import { chooseInterface } from "../../src/client/detect/detect.ts";
import { parseDump } from "../../src/client/detect/netifd.ts";

const FRESH = { published: null, passedOver: null };
const line = (name: string, device: string, ...addresses: string[]) => ({
  interface: name,
  up: true,
  l3_device: device,
  "ipv4-address": addresses.map((address) => ({ address, mask: 24 })),
});
const WAN = line("wan", "eth1", "176.32.100.36");
const WANB = line("wanb", "wwan0", "31.33.248.7");

function chosen(
  shown: readonly object[],
  names = ["wan", "wanb"],
  ipSource: "auto" | "network" = "auto",
): string {
  const list = parseDump(JSON.stringify({ interface: shown })) ?? [];
  const { name, detection } = chooseInterface(
    list,
    { interfaces: names, family: "ipv4", ipSource },
    FRESH,
    [],
  );
  return `${name} ${detection.kind}`;
}

describe("the interface in use", () => {
  it.each([
    ["both are up", [WANB, WAN], "wan publishable"],
    ["the first is down", [{ ...WAN, up: false }, WANB], "wanb publishable"],
    ["the first does not exist", [WANB], "wanb publishable"],
    ["the first has no address yet", [line("wan", "eth1"), WANB], "wanb publishable"],
    ["the first has an address of no use", [line("wan", "eth1", "169.254.1.1"), WANB], "wanb publishable"],
    [
      "the first is behind NAT, and can be asked about",
      [line("wan", "eth1", "100.64.7.7"), WANB],
      "wan private",
    ],
    ["none has anything", [line("wan", "eth1"), { ...WANB, up: false }], "wan no-address"],
    ["none exists", [], "wan missing"],
  ])("where %s", (_, shown, expected) => {
    expect(chosen(shown)).toBe(expected);
  });
  it("is the first of another order", () => {
    expect(chosen([WAN, WANB], ["wanb", "wan"])).toBe("wanb publishable");
  });
  it("is none behind NAT where nobody shall be asked", () => {
    expect(chosen([line("wan", "eth1", "100.64.7.7"), WANB], ["wan", "wanb"], "network")).toBe(
      "wanb publishable",
    );
  });
});
