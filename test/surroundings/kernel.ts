// The kernel's part of the surroundings: by which device a request leaves, from which address, and how /proc and `ip` tell of it.
import { type Family, parseAddress, parseGroups } from "../../src/shared/address.ts";
import { deviceOf, type Route, type Surrounding } from "./data.ts";

/** Where the service is found. */
export const SERVICE = { ipv4: "3.122.4.5", ipv6: "2a05:d014:1::5" } as const;

/** The bits of an address as a string of 0 and 1. */
function bits(address: string): string {
  const v6 = address.includes(":");
  const parts = v6 ? (parseGroups(address) ?? []) : address.split(".").map(Number);
  return parts.map((part) => part.toString(2).padStart(v6 ? 16 : 8, "0")).join("");
}

/** The device that `routes` give for `destination`: the longest prefix, then the lowest metric; null where none leads there. */
function lookUp(routes: readonly Route[], destination: string): string | null {
  const matches = ([, to, length]: Route): boolean =>
    to.includes(":") === destination.includes(":") &&
    bits(to).slice(0, length) === bits(destination).slice(0, length);
  const [best] = routes.filter(matches).sort(([, , a, m], [, , b, n]) => b - a || m - n);
  return best && best[0] !== "lo" ? best[0] : null;
}

function mainTable({ routes4, routes6 }: Surrounding, family: Family): readonly Route[] {
  return family === "ipv4" ? routes4 : routes6;
}

/** The device by which a request leaves that is bound to nothing. */
export function unboundExit(
  given: Surrounding,
  family: Family,
  destination: string = SERVICE[family],
): string | null {
  return lookUp(mainTable(given, family), destination);
}

/**
 * The device by which a request leaves that is bound to `device`: that one, or none (measured). IPv4 without a route takes the
 * device's address as its source, and so a rule "from" that address counts.
 */
export function boundExit(
  given: Surrounding,
  family: Family,
  device: string,
  destination: string = SERVICE[family],
): string | null {
  const over = (routes: readonly Route[]) =>
    lookUp(
      routes.filter(([by]) => by === device),
      destination,
    );
  const found = over(mainTable(given, family));
  if (found !== null || family === "ipv6") return found;
  const own = ipv4On(given, device);
  for (const rule of given.rules4 ?? []) {
    const [, from, table] = /from ([\d.]+) lookup (\w+)/.exec(rule) ?? [];
    if (from && own.includes(from)) return over(given.tables4?.[table ?? ""] ?? []);
  }
  return null;
}

function ipv4On({ dump }: Surrounding, device: string): string[] {
  const there = dump.interface.filter((one) => one.up && one.l3_device === device);
  return there.flatMap((one) => (one["ipv4-address"] ?? []).map(({ address }) => address));
}

/** Addresses from which a request over `device` may leave, the likeliest first; the router's own, before any NAT. */
export function sourcesOn(given: Surrounding, family: Family, device: string): string[] {
  if (family === "ipv4") {
    const own = ipv4On(given, device);
    const fit = own.filter((address) => parseAddress(address)?.scope === "public");
    return [fit[0] ?? own[0]].filter((address) => address !== undefined);
  }
  const global = given.if_inet6.filter(
    ([address, , flag]) => !/^(fe80|::)/.test(address) && flag !== "deprecated",
  );
  const routed = global.filter(([address]) => !address.startsWith("fd"));
  const there = (list: typeof global) => list.filter(([, on]) => on === device).map(([address]) => address);
  const elsewhere = routed.map(([address]) => address);
  const found = [there(routed), there(global), elsewhere].find((list) => list.length > 0);
  return found ?? [];
}

/**
 * The address that the service sees of a request over `device`; where that is no public one of the router's, one that belongs
 * to the NAT behind this device alone. `choice`: which of several sources the kernel takes.
 */
export function seenOver(given: Surrounding, family: Family, device: string, choice = 0): string {
  const sources = sourcesOn(given, family, device);
  const source = sources[choice] ?? sources[0] ?? "";
  const scope = parseAddress(source)?.scope;
  if (
    scope === "public" ||
    (scope !== undefined && scope !== "private" && scope !== "cgnat" && scope !== "ula")
  )
    return source;
  const devices = [...new Set(given.dump.interface.map((one) => deviceOf(given, one.interface)))];
  const number = devices.indexOf(device) + 1;
  return family === "ipv4" ? `31.33.248.${number}` : `2a00:1450:ee::${number}`;
}

const FLAGS: Readonly<Record<string, string>> = {
  "": "00",
  permanent: "80",
  deprecated: "20",
  tentative: "40",
};

/** /proc/net/if_inet6. */
export function ifInet6({ if_inet6: rows }: Pick<Surrounding, "if_inet6">): string {
  const devices = [...new Set(rows.map(([, device]) => device))];
  const lines = rows.map(([address, device, flag]) => {
    const hex = (parseGroups(address) ?? []).map((group) => group.toString(16).padStart(4, "0")).join("");
    const index = (devices.indexOf(device) + 1).toString(16).padStart(2, "0");
    return `${hex} ${index} 40 00 ${FLAGS[flag]} ${device.padStart(8)}\n`;
  });
  return lines.join("");
}

/** `ip [-4|-6] route get DESTINATION [from ADDRESS] [oif DEVICE]` as busybox prints it, or as iproute2 does. */
export function routeGet(given: Surrounding, argv: readonly string[], busybox: boolean) {
  const [, what, get, destination = "", ...rest] = argv.filter((word) => !word.startsWith("-"));
  const option = (name: string): string | undefined => rest[rest.indexOf(name) + 1 || rest.length];
  if (`${what} ${get}` !== "route get" || !parseAddress(destination))
    return { code: 255, stderr: `ip: this stand-in only knows route get, not ${argv.join(" ")}\n` };
  const family: Family = destination.includes(":") ? "ipv6" : "ipv4";
  const oif = option("oif");
  const device = oif ? boundExit(given, family, oif, destination) : unboundExit(given, family, destination);
  if (device === null) {
    const said = "RTNETLINK answers: Network is unreachable\n";
    return { code: 2, stderr: busybox ? `ip: ${said}` : said };
  }
  return {
    code: 0,
    stdout: routeLine(given, { destination, family, device, from: option("from") }, busybox),
  };
}

function routeLine(
  given: Surrounding,
  found: { destination: string; family: Family; device: string; from: string | undefined },
  busybox: boolean,
): string {
  const { destination, family, device, from } = found;
  const [source = "192.168.1.1"] = sourcesOn(given, family, device);
  const gap = busybox ? "  " : " ";
  if (family === "ipv6") {
    const asked = `${destination} from ${from ?? "::"} dev ${device}`;
    return `${asked}${gap}src ${source}${gap}metric 1024 ${busybox ? "" : "pref medium"}\n`;
  }
  const asked = `${destination}${from ? ` from ${from}` : ""} dev ${device}`;
  return busybox ? `${asked}  src ${source} \n` : `${asked} src ${source} uid 0 \n    cache \n`;
}
