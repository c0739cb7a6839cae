// WAN addresses from netifd's dump: the recorded routers, which address is taken of several, and every text that is no dump.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../src/client/core/detection.ts";
import { detect } from "../../src/client/detect/detect.ts";
import { onLine, parseDump } from "../../src/client/detect/netifd.ts";
import type { Family } from "../../src/shared/address.ts";
import transcript from "../transcripts/ubus/network.interface.json" with { type: "json" };

/** `kind address device`. */
function say(detection: Detection): string {
  if (!("address" in detection)) return detection.kind;
  const { kind, address, device } = detection;
  return `${kind} ${address.text} ${device}`;
}

function look(interfaces: readonly object[], name: string, family: Family): string {
  const list = parseDump(JSON.stringify({ interface: interfaces }));
  return list ? say(detect(list, name, family)) : "no dump";
}

describe("recorded routers", () => {
  const dump = (name: string): readonly object[] => {
    const found = transcript.cases.find((one) => one.case === name);
    return (found as unknown as { json: { interface: object[] } }).json.interface;
  };
  it.each<[string, string, string]>([
    [
      "wan up without an address yet",
      "unusable 198.51.100.50 eth1",
      "publishable 2a00:1450:4009:81f::5 eth1",
    ],
    [
      "wan with a public IPv4 address",
      "publishable 176.32.100.36 eth1",
      "publishable 2a00:1450:4009:81f::5 eth1",
    ],
    [
      "wan with a new IPv4 and an IPv6 address of its own, wan6 static",
      "publishable 176.32.100.37 eth1",
      "publishable 2a00:1450:4009:81f::7 eth1",
    ],
    ["wan taken down", "down", "down"],
    ["wan up again behind CGNAT", "private 100.64.7.7 eth1", "publishable 2a00:1450:4009:81f::5 eth1"],
  ])("%s", (name, four, six) => {
    expect([look(dump(name), "wan", "ipv4"), look(dump(name), "wan", "ipv6")]).toEqual([four, six]);
    expect(look(dump(name), "wan", "ipv6")).toBe(look(dump(name), "wan6", "ipv6"));
    expect(look(dump(name), "nosuch", "ipv4")).toBe("missing");
  });
});

const up = (name: string, device: string, more: object = {}): object => ({
  interface: name,
  up: true,
  l3_device: device,
  ...more,
});
const v4 = (...addresses: string[]) => ({
  "ipv4-address": addresses.map((address) => ({ address, mask: 24 })),
});
const v6 = (...addresses: [string, number?][]) => ({
  "ipv6-address": addresses.map(([address, preferred]) => ({
    address,
    mask: 64,
    ...(preferred === undefined ? {} : { preferred, valid: preferred + 60 }),
  })),
});
describe("which address", () => {
  it.each<[string, Family, string, object[]]>([
    ["none", "ipv4", "no-address", [up("wan", "eth1")]],
    ["of the other family only", "ipv6", "no-address", [up("wan", "eth1", v4("176.32.100.36"))]],
    [
      "the public one of two",
      "ipv4",
      "publishable 176.32.100.36 eth1",
      [up("wan", "eth1", v4("10.0.0.2", "176.32.100.36"))],
    ],
    [
      "the first of two public ones",
      "ipv4",
      "publishable 176.32.100.37 eth1",
      [up("wan", "eth1", v4("176.32.100.37", "176.32.100.36"))],
    ],
    [
      "a hidden one before an unfit one",
      "ipv4",
      "private 10.0.0.2 eth1",
      [up("wan", "eth1", v4("169.254.1.1", "10.0.0.2"))],
    ],
    [
      "the one preferred longest",
      "ipv6",
      "publishable 2a00:1450::2 eth1",
      [up("wan", "eth1", v6(["2a00:1450::1", 60], ["2a00:1450::2", 600]))],
    ],
    [
      "a static one before any lifetime",
      "ipv6",
      "publishable 2a00:1450::1 eth1",
      [up("wan", "eth1", v6(["2a00:1450::2", 86400], ["2a00:1450::1"]))],
    ],
    [
      "no deprecated one while another is there",
      "ipv6",
      "publishable 2a00:1450::2 eth1",
      [up("wan", "eth1", v6(["2a00:1450::1", 0], ["2a00:1450::2", 1]))],
    ],
    [
      "a deprecated one is unfit",
      "ipv6",
      "unusable 2a00:1450::1 eth1",
      [up("wan", "eth1", v6(["2a00:1450::1", 0]))],
    ],
    [
      "a public one before a ULA that lives longer",
      "ipv6",
      "publishable 2a00:1450::1 eth1",
      [up("wan", "eth1", v6(["fd00::1"], ["2a00:1450::1", 60]))],
    ],
    [
      "of wan6 on the same device",
      "ipv6",
      "publishable 2a00:1450::1 eth1",
      [up("wan", "eth1", v4("10.0.0.2")), up("wan6", "eth1", v6(["2a00:1450::1"]))],
    ],
    [
      "of wan_6 on the PPP device",
      "ipv6",
      "publishable 2a00:1450::1 pppoe-wan",
      [up("wan", "pppoe-wan"), up("wan_6", "pppoe-wan", v6(["2a00:1450::1"]))],
    ],
    [
      "not of a LAN or another line",
      "ipv6",
      "no-address",
      [
        up("lan", "br-lan", v6(["2a00:1450::1"])),
        up("wan", "eth1"),
        up("wanb", "eth2", v6(["2a00:1450::2"])),
      ],
    ],
    [
      "not of a LAN prefix",
      "ipv6",
      "no-address",
      [up("wan", "eth1", { "ipv6-prefix": [{ address: "2a00:1450::", mask: 56 }] })],
    ],
    [
      "not of wan6 that is down",
      "ipv6",
      "no-address",
      [up("wan", "eth1"), { ...up("wan6", "eth1", v6(["2a00:1450::1"])), up: false }],
    ],
    [
      "of device where there is no l3_device",
      "ipv4",
      "publishable 176.32.100.36 eth1",
      [{ interface: "wan", up: true, device: "eth1", ...v4("176.32.100.36") }],
    ],
    [
      "in its one spelling",
      "ipv6",
      "publishable 2a00:1450::a eth1",
      [up("wan", "eth1", v6(["2A00:1450:0:0::A"]))],
    ],
    [
      "passing over what is none",
      "ipv4",
      "publishable 176.32.100.36 eth1",
      [up("wan", "eth1", v4("", "x", "2a00::1", "176.32.100.36"))],
    ],
    [
      "of an interface that is down",
      "ipv4",
      "down",
      [{ ...up("wan", "eth1", v4("176.32.100.36")), up: false }],
    ],
    [
      "of two interfaces without a device",
      "ipv6",
      "no-address",
      [
        { interface: "wan", up: true },
        { interface: "x", up: true, ...v6(["2a00:1450::1"]) },
      ],
    ],
  ])("%s (%s): %s", (_, family, expected, interfaces) => {
    expect(look(interfaces, "wan", family)).toBe(expected);
  });
});

describe("onLine", () => {
  const list =
    parseDump(JSON.stringify({ interface: [up("wan", "eth1"), up("wan6", "eth1"), up("lan", "br-lan")] })) ??
    [];
  it.each([
    ["wan", "wan", true],
    ["wan", "wan6", true],
    ["wan6", "wan", true],
    ["wan", "lan", false],
    ["wan", "nosuch", false],
    ["nosuch", "nosuch", true],
  ])("the line %s has %s: %s", (name, other, expected) => {
    expect(onLine(list, name, other)).toBe(expected);
  });
});

describe("what is no dump", () => {
  it.each([
    "",
    "x",
    "null",
    "[]",
    "1",
    '"interface"',
    "{}",
    '{"interface":{}}',
    '{"interface":null}',
    '{"interface":[',
  ])("%s", (text) => {
    expect(parseDump(text)).toBeNull();
  });
  it("or has members that cannot be made text passes them over", () => {
    const odd = { toString: {} };
    const one = {
      interface: odd,
      up: true,
      l3_device: odd,
      "ipv4-address": [{ address: odd }],
      route: [{ target: odd, mask: 0 }],
    };
    expect(look([one, up("wan", "eth1", v4("176.32.100.36"))], "wan", "ipv4")).toBe(
      "publishable 176.32.100.36 eth1",
    );
  });
  it("or has members of other types crashes nothing", () => {
    const member = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.array(fc.anything()),
      fc.object(),
    );
    const one = fc.record(
      {
        interface: fc.oneof(fc.constant("wan"), member),
        up: fc.oneof(fc.boolean(), member),
        l3_device: fc.oneof(fc.constant("eth1"), member),
        "ipv4-address": fc.oneof(fc.array(fc.record({ address: member, preferred: member })), member),
        "ipv6-address": fc.oneof(fc.array(member), member),
        route: fc.oneof(fc.array(fc.record({ target: member, mask: fc.constantFrom(0, 24) })), member),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(one, member)), (interfaces) => {
        const list = parseDump(JSON.stringify({ interface: interfaces })) ?? [];
        for (const family of ["ipv4", "ipv6"] as const)
          expect(detect(list, "wan", family).kind).toBeTypeOf("string");
      }),
    );
  });
});
