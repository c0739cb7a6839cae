// `ubus call network.interface dump` of a router with lan, wan and wan6, shaped as netifd shaped it.

/** An address with its lifetimes in seconds; without them it is static, as netifd then leaves them out. */
export interface DumpAddress {
  address: string;
  mask?: number;
  preferred?: number;
  valid?: number;
}

/** The line as a test states it. Addresses are on `wan` and, for IPv6, on `wan6` of the same device. */
export interface Wan {
  /** Both interfaces up; true unless stated. */
  up?: boolean;
  ipv4?: string | readonly DumpAddress[];
  ipv6?: string | readonly DumpAddress[];
  /** IPv6 addresses on `wan` itself. */
  ownIpv6?: readonly DumpAddress[];
  device?: string;
  /** The name of the interface for IPv4, and the one for IPv6 ("" = there is none). */
  name?: string;
  name6?: string;
  /** More interfaces, as netifd shows them. */
  more?: readonly object[];
}

function addresses(given: string | readonly DumpAddress[] | undefined, mask: number): object[] {
  if (given === undefined) return [];
  if (typeof given === "string") return [{ address: given, mask }];
  return given.map((one) => ({ mask, ...one }));
}

const NOTHING = {
  "ipv4-address": [],
  "ipv6-address": [],
  route: [],
  "dns-server": [],
  "dns-search": [],
  neighbors: [],
};

interface Shape {
  name: string;
  up: boolean;
  device: string;
  proto: string;
  ipv4?: object[];
  ipv6?: object[];
}

function describeInterface({ name, up, device, proto, ipv4 = [], ipv6 = [] }: Shape): object {
  const common = { interface: name, up, pending: false, available: true, autostart: up, dynamic: false };
  const down = { ...common, proto, device, data: {} };
  if (!up) return down;
  return {
    ...common,
    uptime: 5,
    l3_device: device,
    proto,
    device,
    updated: ["addresses"],
    metric: 0,
    dns_metric: 0,
    delegation: true,
    ...NOTHING,
    "ipv4-address": ipv4,
    "ipv6-address": ipv6,
    "ipv6-prefix": [],
    "ipv6-prefix-assignment": [],
    inactive: NOTHING,
    data: {},
  };
}

/** The dump, ready for JSON. */
export function dumpOf(wan: Wan): { interface: object[] } {
  const { up = true, device = "eth1", name = "wan", name6 = "wan6" } = wan;
  const lan = {
    name: "lan",
    up: true,
    device: "br-lan",
    proto: "static",
    ipv4: addresses("192.168.1.1", 24),
  };
  const loopback = {
    name: "loopback",
    up: true,
    // Where the line is played by the loopback device, its address is no address of the line.
    device: device === "lo" ? "lo0" : "lo",
    proto: "static",
    ipv4: addresses("127.0.0.1", 8),
  };
  const line = {
    name,
    up,
    device,
    proto: "dhcp",
    ipv4: addresses(wan.ipv4, 24),
    ipv6: addresses(wan.ownIpv6, 128),
  };
  const six = { name: name6, up, device, proto: "dhcpv6", ipv6: addresses(wan.ipv6, 64) };
  const shapes = name6 === "" ? [lan, loopback, line] : [lan, loopback, line, six];
  return { interface: [...shapes.map(describeInterface), ...(wan.more ?? [])] };
}
