// The embedded zones: address records by zone, kept in one file, changed by the rules that Route 53 keeps.
// A zone that nobody named in ZONE does not exist; a name outside its zone is refused.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseObject } from "../../protocol/messages.ts";
import { parseAddress } from "../../shared/address.ts";
import type { Zone, ZoneChange } from "../ports.ts";
import { readIfThere, replaceFile } from "./data-dir.ts";

export interface ZoneRecord {
  /** Lower case, no final dot. */
  name: string;
  type: "A" | "AAAA";
  ttlSeconds: number;
  address: string;
}

export interface LocalZone {
  id: string;
  /** Lower case, no final dot. */
  name: string;
  /** Of the SOA record; grows by one when a record becomes another. */
  serial: number;
  records: readonly ZoneRecord[];
}

export interface LocalZones extends Zone {
  all(): readonly LocalZone[];
}

/** The id of a local zone: made from its name, so that everybody who knows the name knows the id. */
export function localZoneId(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex").toUpperCase();
  return `ZLOCAL${digest.slice(0, 14)}`;
}

/** The zones kept in `dataDir`, and those of `names` that are new. */
export function openZones(dataDir: string, names: readonly string[]): LocalZones {
  const path = join(dataDir, "zones.json");
  const zones = new Map(readZones(dataDir).map((zone) => [zone.id, zone]));
  for (const name of names) {
    const id = localZoneId(name);
    if (!zones.has(id)) zones.set(id, { id, name, serial: 1, records: [] });
  }
  const save = () => replaceFile(path, `${JSON.stringify([...zones.values()], null, 1)}\n`, 0o600);
  save();
  return {
    all: () => [...zones.values()],
    async upsert(change) {
      const zone = zones.get(change.zoneId);
      if (!zone) return { kind: "failed", detail: `NoSuchHostedZone: ${change.zoneId}` };
      const problem = changeProblem(zone, change);
      if (problem !== null) return { kind: "failed", detail: `InvalidChangeBatch: ${problem}` };
      if (!holds(zone, change)) {
        zones.set(zone.id, changed(zone, change));
        save();
      }
      return { kind: "done" };
    },
  };
}

/** The zones in the file of `dataDir`; none where there is no file. */
export function readZones(dataDir: string): LocalZone[] {
  const path = join(dataDir, "zones.json");
  const text = readIfThere(path);
  if (text === null) return [];
  // The file holds a list, and parseObject, which does not throw, takes objects only.
  const wrapped = parseObject(`{"zones":${text}}`);
  const zones = wrapped?.["zones"];
  if (Array.isArray(zones) && zones.every(isZone)) return zones;
  throw new Error(`${path} is damaged; remove it: the next start makes it anew from the table.`);
}

function isZone(value: LocalZone | null): value is LocalZone {
  const texts = [value?.id, value?.name];
  const records = value?.records;
  return (
    texts.every((text) => typeof text === "string") &&
    Number.isInteger(value?.serial) &&
    Array.isArray(records) &&
    records.every(isRecord)
  );
}

function isRecord(value: ZoneRecord | null): boolean {
  const family = parseAddress(String(value?.address))?.family;
  return (
    typeof value?.name === "string" &&
    Number.isInteger(value.ttlSeconds) &&
    family === (value.type === "A" ? "ipv4" : "ipv6")
  );
}

/** Is `name` the zone's name or under it? Both lower case, without a final dot. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

function changeProblem(zone: LocalZone, { name, type, address }: ZoneChange): string | null {
  if (!isWithin(name, zone.name)) return `${name} is not permitted in zone ${zone.name}`;
  const family = parseAddress(address)?.family;
  if (family !== (type === "A" ? "ipv4" : "ipv6")) return `${address} is not the address of a ${type} record`;
  return null;
}

function holds({ records }: LocalZone, { name, type, address, ttlSeconds }: ZoneChange): boolean {
  const same = records.find((record) => record.name === name && record.type === type);
  return same?.address === address && same.ttlSeconds === ttlSeconds;
}

function changed(zone: LocalZone, { name, type, address, ttlSeconds }: ZoneChange): LocalZone {
  const others = zone.records.filter((record) => record.name !== name || record.type !== type);
  return { ...zone, serial: zone.serial + 1, records: [...others, { name, type, ttlSeconds, address }] };
}
