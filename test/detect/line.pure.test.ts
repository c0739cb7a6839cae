// A line that is down among interfaces that are up on its device: nobody else's address is taken for its own.
import { describe, expect, it } from "vitest";
import { detect } from "../../src/client/detect/detect.ts";
import { parseDump } from "../../src/client/detect/netifd.ts";
import type { Family } from "../../src/shared/address.ts";

function kindOf(interfaces: readonly object[], family: Family): string {
  return detect(parseDump(JSON.stringify({ interface: interfaces })) ?? [], "wan", family).kind;
}

describe("a line that is down", () => {
  // As netifd shows PPPoE that is not connected: no l3_device, and the Ethernet port as its device.
  const wan = { interface: "wan", up: false, proto: "pppoe", device: "eth1" };
  const modem = {
    interface: "modem",
    up: true,
    l3_device: "eth1",
    device: "eth1",
    "ipv4-address": [{ address: "192.168.1.2", mask: 24 }],
  };
  const wan6 = { interface: "wan6", up: true, l3_device: "eth1" };

  it("has not the address by which the modem is reached: the service would be asked by way of another line", () => {
    expect(kindOf([wan, modem], "ipv4")).toBe("down");
  });
  it("is down, and not up without an address, where IPv6 is up alone", () => {
    expect(kindOf([wan, wan6], "ipv4")).toBe("down");
    expect(kindOf([wan, wan6], "ipv6")).toBe("down");
    expect(kindOf([{ ...wan, up: true }, wan6], "ipv4")).toBe("no-address");
  });
  it("keeps its IPv6 address", () => {
    const own = { ...wan6, "ipv6-address": [{ address: "2a00:1450::5", mask: 64 }] };
    expect(kindOf([wan, own], "ipv6")).toBe("publishable");
  });
});
