// What uci and ubus print of the simulated router, spelled as the real ones spell it.
import { type Family, parseGroups } from "../../src/shared/address.ts";
import type { LineName, LineState, Section } from "./life.ts";
import { deviceOf, isTentative, wayOut } from "./network.ts";
import { uptimeOf, type World } from "./world.ts";

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `uci export lambda-ddns`. */
export function exportText(world: World): string {
  world.exported ||= makeExport(world);
  return world.exported;
}

function makeExport(world: World): string {
  const { enabled, checkSeconds, life } = world;
  const level = life.logLevel === "info" ? "" : `\toption log_level '${life.logLevel}'\n`;
  const global = `config lambda-ddns 'global'\n\toption enabled '${enabled ? 1 : 0}'\n\toption check_interval '${checkSeconds}'\n${level}`;
  return `package lambda-ddns\n\n${global}\n${world.sections.map(sectionText).join("")}`;
}

function sectionText(section: Section): string {
  const options: [string, string][] = [
    ["enabled", section.enabled ? "1" : "0"],
    ["url", section.url],
    ["secret", section.secret],
    ["interface", section.interface],
    ["family", section.family],
    ["ip_source", section.ipSource],
    ["force_interval", `${section.force}`],
  ];
  const lines = options.map(([name, value]) => `\toption ${name} ${quote(value)}\n`);
  const names = section.hostnames.map((name) => `\tlist hostname ${quote(name)}\n`);
  return `config service ${quote(section.name)}\n${lines.join("")}${names.join("")}${section.mistake}\n`;
}

/** `ip route get`: by which device a request leaves that is bound to nothing. */
export function routeText(world: World, family: Family, destination: string): string {
  const line = wayOut(world, { line: null, family });
  return line ? `${destination} via 5.6.7.8 dev ${deviceOf(line)} src 5.6.7.9 uid 0\n    cache\n` : "";
}

export const IF_INET6 = "/proc/net/if_inet6";

/** The kernel's list of IPv6 addresses: in hex, with interface number, prefix length, scope, flags and device. */
export function ifInet6Text(world: World): string {
  const { wan } = world.lines;
  const lines = (wan.up ? wan.ipv6 : []).map(({ address, preferred }) => {
    const flags = (preferred === 0 ? 0x20 : 0) + (isTentative(world, address) ? 0x40 : 0);
    const hex = parseGroups(address)
      ?.map((group) => group.toString(16).padStart(4, "0"))
      .join("");
    return `${hex} 03 40 00 ${flags.toString(16).padStart(2, "0")}     ${deviceOf("wan")}\n`;
  });
  return lines.join("");
}

/** A dump in pieces, between which the uptime stands. */
let lastDump: { lines: World["lines"]; pieces: string[] } | null = null;

/** `ubus call network.interface dump`: lan, wan with wan6 on its device, and perhaps a second line. */
export function dumpText(world: World): string {
  if (lastDump?.lines !== world.lines)
    lastDump = { lines: world.lines, pieces: makeDump(world).split("424242424") };
  return lastDump.pieces.join(`${Math.floor(uptimeOf(world))}`);
}

function makeDump({ lines, life }: World): string {
  const lan = { up: true, ipv4: [{ address: "192.168.1.1" }], ipv6: [], nat: null };
  const shown = [
    describe("lan", "br-lan", lan, []),
    describe("wan", deviceOf("wan"), { ...lines.wan, ipv6: [] }, ["ipv4"]),
    describe("wan6", deviceOf("wan"), { ...lines.wan, ipv4: [] }, ["ipv6"]),
  ];
  if (life.wanb) shown.push(describe("wanb", deviceOf("wanb"), { ...lines.wanb, ipv6: [] }, ["ipv4"]));
  return `${JSON.stringify({ interface: shown }, null, "\t")}\n`;
}

type Name = LineName | "lan" | "wan6";

function describe(name: Name, device: string, line: LineState, leads: Family[]): object {
  const common = { interface: name, up: line.up, pending: false, available: true };
  if (!line.up) return { ...common, device, data: {} };
  const addresses = (family: Family, mask: number) =>
    line[family].map(({ address, preferred }) =>
      // Uptime and lifetimes run by themselves; 424242424 stands for what does, and for nothing else in a dump.
      preferred === undefined ? { address, mask } : { address, mask, preferred, valid: 424242424 },
    );
  const route = leads
    .filter((family) => line[family].length > 0)
    .map((family) => ({ target: family === "ipv4" ? "0.0.0.0" : "::", mask: 0, nexthop: "5.6.7.8" }));
  return {
    ...common,
    uptime: 424242424,
    l3_device: device,
    device,
    "ipv4-address": addresses("ipv4", 24),
    "ipv6-address": addresses("ipv6", 64),
    route,
    data: {},
  };
}
