// Interfaces from `ubus call network.interface dump`. Members that netifd adds are passed over; a dump that is none is null.
import type { Family } from "../../shared/address.ts";

/** One logical interface as netifd shows it. */
export interface Interface {
  name: string;
  up: boolean;
  /** The device of layer 3, such as pppoe-wan; "" when there is none. */
  device: string;
  ipv4: AddressEntry[];
  ipv6: AddressEntry[];
  /** Families in which a default route of the main table leads out here. */
  leadsOut: Family[];
  /** The parts of the prefix delegated to this one that netifd has assigned to interfaces, by their first address. */
  delegates: string[];
  /** The IPv6 prefixes of the networks behind it: assigned out of a delegation, or of an address that is set on it. */
  prefixes: Prefix[];
}

/** `address`: one in the prefix; `mask`: its length in bits; `preferred`: seconds, Infinity without a lifetime. */
export interface Prefix {
  address: string;
  mask: number;
  preferred: number;
}

interface AddressEntry {
  address: string;
  /** Seconds for which the address stays preferred; Infinity without a lifetime. */
  preferred: number;
  /** Given by netifd itself, out of a delegated prefix or the ULA prefix. */
  assigned: boolean;
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
  // A route of another table is no way out for what is bound to nothing, nor is one of another type than unicast (1).
  const routes = entries(shown["route"]).filter(
    ({ mask, table, type = 1 }) => mask === 0 && table === undefined && type === 1,
  );
  const assigned = entries(shown["ipv6-prefix-assignment"]).map((part) =>
    readAddress(
      { ...part, address: isMembers(part["local-address"]) && part["local-address"]["address"] },
      true,
    ),
  );
  return {
    name: text(shown["interface"]),
    up: shown["up"] === true,
    device: text(shown["l3_device"] ?? shown["device"]),
    ipv4: entries(shown["ipv4-address"]).map((one) => readAddress(one, false)),
    ipv6: [...entries(shown["ipv6-address"]).map((one) => readAddress(one, false)), ...assigned],
    leadsOut: routes.map((route): Family => (text(route["target"]).includes(":") ? "ipv6" : "ipv4")),
    prefixes: [...entries(shown["ipv6-prefix-assignment"]), ...entries(shown["ipv6-address"])].flatMap(
      readPrefix,
    ),
    delegates: entries(shown["ipv6-prefix"]).flatMap(({ assigned: parts }) =>
      isMembers(parts) ? entries(Object.values(parts)).map((part) => text(part["address"])) : [],
    ),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function entries(list: unknown): Members[] {
  return Array.isArray(list) ? list.filter(isMembers) : [];
}

function readAddress({ address, preferred }: Members, assigned: boolean): AddressEntry {
  return {
    address: text(address),
    preferred: typeof preferred === "number" ? preferred : Number.POSITIVE_INFINITY,
    assigned,
  };
}

function readPrefix({ address, mask, preferred }: Members): Prefix[] {
  const { preferred: seconds } = readAddress({ preferred }, true);
  return typeof mask === "number" && mask < 128 ? [{ address: text(address), mask, preferred: seconds }] : [];
}

/** Whether the interface named `other` belongs to the line named `name`. */
export function onLine(interfaces: readonly Interface[], name: string, other: string): boolean {
  const line = interfaces.find((one) => one.name === name);
  return (
    name === other ||
    (line !== undefined && interfaces.some((one) => one.name === other && shares(one, line)))
  );
}

/** Whether both are the same line: IPv6 usually lives in wan6 or wan_6 on the device of wan. */
export function shares(one: Interface, line: Interface): boolean {
  return one === line || (line.device !== "" && one.device === line.device);
}
