// The address of a machine behind the router: a prefix of the interface that it lives on, and its own host id.
// Parsed only where a section has such a machine.
import { type Address, parseAddress, parseGroups } from "../../shared/address.ts";
import type { Detection } from "../core/detection.ts";
import { parseHostId } from "../core/host-id.ts";
import type { Service } from "../core/types.ts";
import type { Interface, Prefix } from "./netifd.ts";

/** 2024-01-01: before it a router's clock is not set, and what it states would be refused. Unix time. */
const EARLIEST_SECONDS = 1_704_067_200;

/**
 * The address of the machine `hostId` on the interface of `service`: in the public prefix that stays preferred longest; but the
 * `published` one stays while its prefix has half as long, since prefixes that are renewed in turn take turns at living longest.
 * Deprecated prefixes are passed over. `nowSeconds`: Unix time, with which the address is stated.
 */
export function detectMachine(
  interfaces: readonly Interface[],
  { interface: name, hostId = "" }: Pick<Service, "interface" | "hostId">,
  published: string | null,
  nowSeconds: number,
): Detection {
  const on = interfaces.find((one) => one.name === name);
  if (!on) return { kind: "missing", device: "" };
  const { device } = on;
  if (!on.up) return { kind: "down", device };
  const prefixes = on.prefixes.filter(({ preferred }) => preferred > 0);
  const candidates = prefixes.flatMap((prefix) => {
    const address = addressIn(prefix, hostId);
    return address?.scope === "public" ? [{ ...prefix, address }] : [];
  });
  const best = candidates.sort((a, b) => b.preferred - a.preferred || 0)[0];
  if (!best) return { kind: "no-prefix", device, narrow: prefixes.some(({ mask }) => mask > 64) };
  if (nowSeconds < EARLIEST_SECONDS) return { kind: "no-clock", device };
  const kept = candidates.find(({ address }) => address.text === published);
  const { address, mask } = kept && kept.preferred * 2 >= best.preferred ? kept : best;
  const prefix = `${parseAddress(join(parseGroups(address.text) ?? [], [], mask))?.text}/${mask}`;
  return { kind: "publishable", address, device, statedAt: Math.floor(nowSeconds), prefix };
}

/** The address of a host id in a prefix, or null where the prefix leaves too few bits for it. */
function addressIn({ address, mask }: Prefix, hostId: string): Address | null {
  const prefix = parseGroups(address);
  const id = parseHostId(hostId);
  if (!prefix || typeof id === "string") return null;
  const all = [0, 0, 0, 0, ...id];
  // Of a prefix shorter than 64 bits the interface has one network, whose number the address shows.
  const fits = all.every((group, index) => (group & maskOf(Math.max(mask, 64) - index * 16)) === 0);
  return fits ? parseAddress(join(prefix, all, Math.max(mask, 64))) : null;
}

/** The first `bits` bits of `prefix` with `host` behind them, both in groups. */
function join(prefix: readonly number[], host: readonly number[], bits: number): string {
  const groups = prefix.map((group, index) => (group & maskOf(bits - index * 16)) | (host[index] ?? 0));
  return groups.map((group) => group.toString(16)).join(":");
}

/** The first `bits` bits of a group. */
function maskOf(bits: number): number {
  return bits >= 16 ? 0xffff : bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff;
}
