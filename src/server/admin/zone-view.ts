// What a zone really holds and what its name servers answer, for verify: on Route 53, or of the local service.
import { lookup, Resolver } from "node:dns/promises";
import { join } from "node:path";
import {
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { parseAddress } from "../../shared/address.ts";
import { readIfThere } from "../local/data-dir.ts";
import { readZones } from "../local/zones.ts";

export interface RecordSet {
  /** Lower case, no final dot, `*` as itself. */
  name: string;
  type: "A" | "AAAA";
  /** Null for an alias. */
  ttlSeconds: number | null;
  values: readonly string[];
}

export interface ZoneView {
  /** The address records of the zone; of `names` alone where they are few. */
  records(zoneId: string, names: readonly string[] | null): Promise<RecordSet[]>;
  /** What the zone's own name servers answer, or null where none does. */
  ask(zoneId: string, name: string, type: "A" | "AAAA"): Promise<string[] | null>;
}

const DNS_PATIENCE_MS = 2_000;

/** Zones on Route 53. `dnsPort` is that of its name servers. */
export function route53View(client: Route53Client, dnsPort = 53): ZoneView {
  const servers = new Map<string, Promise<string[]>>();
  return {
    async records(zoneId, names) {
      if (names === null) return await listAll(client, zoneId);
      const sets: RecordSet[] = [];
      for (const name of names) sets.push(...(await listName(client, zoneId, name)));
      return sets;
    },
    async ask(zoneId, name, type) {
      const known = servers.get(zoneId) ?? nameServers(client, zoneId, dnsPort);
      servers.set(zoneId, known);
      return await askServers(await known, name, type);
    },
  };
}

/** The zones in the local service's folder; its DNS is asked where it runs. */
export function localView(dataDir: string): ZoneView {
  return {
    records: async (zoneId) =>
      (readZones(dataDir).find(({ id }) => id === zoneId)?.records ?? []).map(({ address, ...record }) => ({
        ...record,
        values: [address],
      })),
    ask: async (_zoneId, name, type) => {
      const port = readIfThere(join(dataDir, "dns"))?.trim();
      return port === undefined ? null : await askServers([`127.0.0.1:${port}`], name, type);
    },
  };
}

/** Route 53 answers 300 record sets a page. */
async function listAll(client: Route53Client, zoneId: string): Promise<RecordSet[]> {
  const sets: RecordSet[] = [];
  for (let next: object | null = {}; next !== null; ) {
    const page: ListResourceRecordSetsCommandOutput = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...next }),
    );
    sets.push(...(page.ResourceRecordSets ?? []).flatMap(addressSet));
    const from = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
    next = page.IsTruncated ? from : null;
  }
  return sets;
}

/** The types of a name follow each other, A first and AAAA second. */
async function listName(client: Route53Client, zoneId: string, name: string): Promise<RecordSet[]> {
  const page = await client.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: name,
      StartRecordType: "A",
      MaxItems: 10,
    }),
  );
  return (page.ResourceRecordSets ?? []).flatMap(addressSet).filter((set) => set.name === name);
}

function addressSet({ Name, Type, TTL, ResourceRecords }: ResourceRecordSet): RecordSet[] {
  if (Type !== "A" && Type !== "AAAA") return [];
  const values = (ResourceRecords ?? []).map(({ Value }) => parseAddress(Value ?? "")?.text ?? Value ?? "");
  return [{ name: plainName(Name ?? ""), type: Type, ttlSeconds: TTL ?? null, values }];
}

/** Route 53 writes `*` as \052, and a final dot. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll("\\052", "*").replace(/\.$/, "");
}

/** The addresses of the name servers that the zone was given, by this machine's own resolver. */
async function nameServers(client: Route53Client, zoneId: string, port: number): Promise<string[]> {
  const { DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: zoneId }));
  const names = DelegationSet?.NameServers ?? [];
  const all = { family: 4, all: true } as const;
  const found = await Promise.all(names.map((name) => lookup(name, all).catch(() => [])));
  return found.flat().map(({ address }) => `${address}:${port}`);
}

/** The first answer; null where nobody answers. */
async function askServers(
  servers: readonly string[],
  name: string,
  type: "A" | "AAAA",
): Promise<string[] | null> {
  if (servers.length === 0) return null;
  const resolver = new Resolver({ timeout: DNS_PATIENCE_MS, tries: 1 });
  resolver.setServers(servers);
  try {
    const values = type === "A" ? await resolver.resolve4(name) : await resolver.resolve6(name);
    return values.map((value) => parseAddress(value)?.text ?? value);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return code === "ENODATA" || code === "ENOTFOUND" ? [] : null;
  }
}
