// WAN addresses from `ubus call network.interface dump`. Members that netifd adds are passed over; a dump that is none is null.
import type { Family } from "../../protocol/address.ts";
import { parseAddress, parseGroups } from "../../protocol/address.ts";
import type { Sighting } from "../core/types.ts";

/** One logical interface as netifd shows it. */
export interface Interface {
  name: string;
  up: boolean;
  /** The device of layer 3, such as pppoe-wan; "" when there is none. */
  device: string;
  ipv4: AddressEntry[];
  ipv6: AddressEntry[];
  /** Families in which a default route leads out here. */
  leadsOut: Family[];
}

interface AddressEntry {
  address: string;
  /** Seconds for which the address stays preferred; Infinity without a lifetime. */
  preferred: number;
}

type Members = Record<string, unknown>;

/** The interfaces in a dump, or null when the text is not one. */
export function parseDump(text: string): Interface[] | null {
  let dump: unknown;
  try {
    dump = JSON.parse(text);
  } catch {
    return null;
  }
  const found = isMembers(dump) && dump["interface"];
  return Array.isArray(found) ? found.filter(isMembers).map(readInterface) : null;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

function readInterface(shown: Members): Interface {
  const routes = entries(shown["route"]).filter((route) => route["mask"] === 0);
  const leadsOut = routes.map((route): Family => (text(route["target"]).includes(":") ? "ipv6" : "ipv4"));
  return {
    name: text(shown["interface"]),
    up: shown["up"] === true,
    device: text(shown["l3_device"] ?? shown["device"]),
    ipv4: addresses(shown["ipv4-address"]),
    ipv6: addresses(shown["ipv6-address"]),
    leadsOut,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function entries(list: unknown): Members[] {
  return Array.isArray(list) ? list.filter(isMembers) : [];
}

function addresses(list: unknown): AddressEntry[] {
  return entries(list).map(({ address, preferred }) => ({
    address: text(address),
    preferred: typeof preferred === "number" ? preferred : Number.POSITIVE_INFINITY,
  }));
}

const RANK = { fit: 0, hidden: 1, unfit: 2 };

/**
 * The best address of `family` on the line named `name`: of all interfaces that are up on the same device, since IPv6
 * usually lives in wan6 or wan_6. Publishable ones first, then the longest preferred lifetime, then netifd's order. But
 * `kept`, the published one, stays while it is fit and in the best one's network: the addresses of DHCPv6 and of router
 * advertisements take turns at living longest. (In another network it may be the leftover of a prefix that is gone.)
 */
export function sight(
  interfaces: readonly Interface[],
  name: string,
  family: Family,
  kept: string | null = null,
): Sighting {
  const line = interfaces.find((one) => one.name === name);
  const device = line?.device ?? "";
  const exits = exitsOf(interfaces, name, device, family);
  if (!line) return { kind: "missing", device, several: exits.size > 1 };
  // An IPv4 address beside a line that is down is the modem's network, say; IPv6 lives without IPv4.
  const members = interfaces.filter((one) => one.up && shares(one, line) && (line.up || family === "ipv6"));
  const candidates = members
    .flatMap((one) => one[family])
    .flatMap(({ address: text, preferred }) => {
      const address = parseAddress(text);
      return address?.family === family
        ? [{ address, preferred, kind: fitness(address.scope, preferred) }]
        : [];
    })
    // The difference of two without a lifetime is NaN: they stay in netifd's order.
    .sort((a, b) => RANK[a.kind] - RANK[b.kind] || b.preferred - a.preferred || 0);
  const best = candidates[0];
  const stays = best && kept && networkOf(kept) === networkOf(best.address.text);
  const found = candidates.find((one) => stays && one.kind === "fit" && one.address.text === kept) ?? best;
  if (found) return { kind: found.kind, address: found.address, device, several: exits.size > 1 };
  // Without an address here, a request would leave by another line, even where that is the only way out: so count this one too.
  exits.add(device);
  return { kind: line.up ? "no-address" : "down", device, several: exits.size > 1 };
}

/** The devices by which requests of `family` may leave. */
function exitsOf(
  interfaces: readonly Interface[],
  name: string,
  device: string,
  family: Family,
): Set<string> {
  const leading = interfaces.filter((one) => one.up && one.leadsOut.includes(family));
  // What netifd makes of a line for a tunnel through it (DS-Lite, MAP, 464XLAT) bears the line's name, as in wan_4.
  return new Set(leading.map((one) => (one.name.startsWith(`${name}_`) ? device : one.device)));
}

/** The first 64 bits of an IPv6 address. All of IPv4 counts as one network, where a published address stays while it is fit. */
function networkOf(text: string): string {
  return `${parseGroups(text)?.slice(0, 4)}`;
}

function shares(one: Interface, line: Interface): boolean {
  return one === line || (line.device !== "" && one.device === line.device);
}

/** Whether the interface named `other` belongs to the line named `name`. */
export function onLine(interfaces: readonly Interface[], name: string, other: string): boolean {
  const line = interfaces.find((one) => one.name === name);
  return (
    name === other ||
    (line !== undefined && interfaces.some((one) => one.name === other && shares(one, line)))
  );
}

function fitness(scope: string, preferred: number): "fit" | "hidden" | "unfit" {
  if (preferred <= 0) return "unfit";
  if (scope === "public") return "fit";
  return scope === "private" || scope === "cgnat" || scope === "ula" ? "hidden" : "unfit";
}
