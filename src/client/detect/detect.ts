// Which address an interface has in a family, out of what netifd and the kernel show, and by which device its requests leave.
import { type Address, type Family, parseAddress, parseGroups } from "../../shared/address.ts";
import type { Detection, OwnAddress } from "../core/detection.ts";
import type { Service, ServiceState } from "../core/types.ts";
import type { KernelAddress } from "./if-inet6.ts";
import { type Interface, shares } from "./netifd.ts";

/** An address that may be taken. */
interface Candidate {
  address: Address;
  kind: "publishable" | "private" | "unusable";
  tentative: boolean;
  assigned: boolean;
  preferred: number;
  on: Interface;
}

const RANK = { publishable: 0, private: 1, unusable: 2 };

/** What a state remembers that matters to the choice. */
export type Kept = Pick<ServiceState, "published" | "passedOver">;

/**
 * The best address of `family` on the line named `name`: of all interfaces that are up on the same device, since IPv6
 * usually lives in wan6 or wan_6. Publishable ones first, then those that netifd did not assign itself, then the longest
 * preferred lifetime, then netifd's order. But the published one stays while it is usable and in the best one's network: the
 * addresses of DHCPv6 and of router advertisements take turns at living longest. (In another network it may be the leftover of a
 * prefix that is gone.) It stays too where the service did not see the best one, but this. `kernel`: what the kernel shows.
 */
export function detect(
  interfaces: readonly Interface[],
  name: string,
  family: Family,
  kept: Kept = { published: null, passedOver: null },
  kernel: readonly KernelAddress[] = [],
): Detection {
  const line = interfaces.find((one) => one.name === name);
  if (!line) return missing(interfaces, name);
  // An IPv4 address beside a line that is down is the modem's network, say; IPv6 lives without IPv4.
  const members = interfaces.filter((one) => one.up && shares(one, line) && (line.up || family === "ipv6"));
  const candidates = candidatesOf(members, family, kernel);
  const best = candidates[0];
  const own = ownAddresses(interfaces, members, family, kernel);
  const found = best && (keptOne(best, own, kept) ?? best);
  const kin = interfaces.filter((one) => shares(one, line));
  const common = { device: exitOf(interfaces, kin, family, best) || line.device, own };
  if (found) {
    const { address, kind } = found;
    return { kind: best.tentative && found === best ? "tentative" : kind, address, ...common };
  }
  const elsewhere = findElsewhere(interfaces, kin, family, line.up);
  const kind = line.up ? "no-address" : "down";
  return elsewhere ? { kind, ...common, elsewhere } : { kind, ...common };
}

/** No interface has this name; perhaps one has this device, or the name in other letters. */
function missing(interfaces: readonly Interface[], name: string): Detection {
  const meant = interfaces.find((one) => one.device === name || one.name === name.toLowerCase());
  return { kind: "missing", device: "", ...(meant ? { elsewhere: meant.name } : {}) };
}

/**
 * The interface of `service` that is in use: the first one, in the order of the configuration, that has an address to publish or
 * to ask about; where none has, the first of all.
 */
export function chooseInterface(
  interfaces: readonly Interface[],
  { interfaces: names, family, ipSource }: Pick<Service, "interfaces" | "family" | "ipSource">,
  kept: Kept,
  kernel: readonly KernelAddress[],
): { name: string; detection: Detection } {
  const found = names.map((name) => ({ name, detection: detect(interfaces, name, family, kept, kernel) }));
  const able = ["publishable", "tentative", ...(ipSource === "network" ? [] : ["private"])];
  const first = found.find(({ detection }) => able.includes(detection.kind)) ?? found[0];
  return first ?? { name: "", detection: { kind: "missing", device: "" } };
}

/** The addresses on `members`, the best one first. */
function candidatesOf(
  members: readonly Interface[],
  family: Family,
  kernel: readonly KernelAddress[],
): Candidate[] {
  const candidates = members.flatMap((on) =>
    on[family].flatMap(({ address: text, preferred, assigned }): Candidate[] => {
      const address = parseAddress(text);
      if (address?.family !== family) return [];
      const shown = kernel.find((one) => one.text === address.text && one.device === on.device);
      // netifd prints 0 for a lifetime too long for it as well; the kernel knows better.
      const lives = shown?.unusable ? 0 : preferred || (shown ? Number.POSITIVE_INFINITY : 0);
      const kind = fitness(address.scope, lives);
      const tentative = kind !== "unusable" && shown?.tentative === true;
      return [{ address, kind, tentative, assigned, preferred, on }];
    }),
  );
  return candidates.sort(
    (a, b) =>
      RANK[a.kind] - RANK[b.kind] ||
      Number(a.assigned) - Number(b.assigned) ||
      // The difference of two without a lifetime is NaN: they stay in netifd's order.
      b.preferred - a.preferred ||
      0,
  );
}

/** The published address where it stays in place of `best`, or undefined. */
function keptOne(
  best: Candidate,
  own: readonly OwnAddress[],
  { published, passedOver }: Kept,
): { address: Address; kind: "publishable" } | undefined {
  const here = own.some(({ text, here: on, usable }) => on && usable && text === published);
  const address = here && published !== null ? parseAddress(published) : null;
  const stays =
    networkOf(published ?? "") === networkOf(best.address.text) || passedOver === best.address.text;
  return address && stays && published !== best.address.text ? { address, kind: "publishable" } : undefined;
}

/** Every address of the router in `family`. `here`: on the line itself, or out of the prefix that was delegated to it. */
function ownAddresses(
  interfaces: readonly Interface[],
  members: readonly Interface[],
  family: Family,
  kernel: readonly KernelAddress[],
): OwnAddress[] {
  const up = interfaces.filter((one) => one.up);
  const list = candidatesOf(up, family, kernel).map(
    ({ address: { text }, on, kind, tentative, assigned }) => {
      const here = members.includes(on) || (assigned && delegator(members, text) !== undefined);
      return { text, interface: on.name, here, usable: kind === "publishable" && !tentative };
    },
  );
  // What the kernel has besides: made of router advertisements, of another program, or left over.
  for (const { text, device, tentative, unusable } of family === "ipv6" ? kernel : []) {
    if (parseAddress(text)?.scope !== "public" || list.some((one) => one.text === text)) continue;
    const here = members.some((one) => one.device === device);
    list.push({ text, interface: device, here, usable: !tentative && !unusable });
  }
  return list;
}

/** The one of `interfaces` that got the prefix which `text` is out of. */
function delegator(interfaces: readonly Interface[], text: string): Interface | undefined {
  return interfaces.find(
    (one) => one.up && one.delegates.some((part) => networkOf(part) === networkOf(text)),
  );
}

/**
 * The device by which the line's requests leave, "" for its own. What lives on an address out of a delegated prefix (a LAN)
 * leaves by the interface that got the prefix. IPv4 of a line that has none leaves by the tunnel that netifd makes of it
 * (DS-Lite, MAP, 464XLAT), which bears the name of one of its interfaces, as in wan6_4. `kin`: the line's interfaces.
 */
function exitOf(
  interfaces: readonly Interface[],
  kin: readonly Interface[],
  family: Family,
  best: Candidate | undefined,
): string {
  if (best?.assigned) return delegator(interfaces, best.address.text)?.device ?? "";
  if (best || family === "ipv6") return "";
  return interfaces.find((one) => one.leadsOut.includes(family) && isTunnelOf(one, kin))?.device ?? "";
}

function isTunnelOf({ name, up }: Interface, kin: readonly Interface[]): boolean {
  return up && kin.some((one) => name === `${one.name}_4`);
}

/** Name of an interface that has an address of `family` where the line has none, "" where there is none. */
function findElsewhere(
  interfaces: readonly Interface[],
  kin: readonly Interface[],
  family: Family,
  lineUp: boolean,
): string {
  const others = interfaces.filter((one) => one.up && !kin.includes(one));
  const out = others.filter((one) => one.leadsOut.includes(family));
  const tunnel = family === "ipv4" ? out.find((one) => isTunnelOf(one, kin)) : undefined;
  if (tunnel || !lineUp) return tunnel?.name ?? "";
  const usable = others.filter((one) =>
    candidatesOf([one], family, []).some(({ kind }) => kind === "publishable"),
  );
  const delegated = usable.find((one) => one[family].some(({ address }) => delegator(kin, address)));
  return (delegated ?? out[0] ?? usable[0])?.name ?? "";
}

/** The first 64 bits of an IPv6 address. All of IPv4 counts as one network, where a published address stays while it is usable. */
function networkOf(text: string): string {
  return `${parseGroups(text)?.slice(0, 4)}`;
}

function fitness(scope: string, preferred: number): "publishable" | "private" | "unusable" {
  if (preferred <= 0) return "unusable";
  if (scope === "public") return "publishable";
  return scope === "private" || scope === "cgnat" || scope === "ula" ? "private" : "unusable";
}
