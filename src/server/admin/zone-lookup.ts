// From what an operator calls a zone, its name or its id, to the id; and whether a host belongs in it.
import {
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { nameOf } from "../aws/errors.ts";
import { isWithin, readZones } from "../local/zones.ts";

export interface NamedZone {
  id: string;
  /** Lower case, no final dot. */
  name: string;
}

/** Finds zones on Route 53, or those of the local service in a data folder, each once. */
export function zoneFinder(source: Route53Client | string): (zone: string) => Promise<NamedZone> {
  const found = new Map<string, Promise<NamedZone>>();
  const find = async (zone: string) =>
    typeof source === "string" ? inFolder(zone, source) : await onRoute53(zone, source);
  return (zone) => {
    const known = found.get(zone) ?? find(zone);
    found.set(zone, known);
    return known;
  };
}

/** Why `host` cannot be kept in `zone`, as a sentence without its full stop, or null when it can. */
export function placeProblem(host: string, zone: NamedZone): string | null {
  if (!isWithin(bare(host), zone.name)) return `${host} is not in the zone ${zone.name}`;
  // Its role takes names under the domain alone (aws/template.yaml).
  if (bare(host) === zone.name)
    return `${host} is the zone itself, which the service never writes; add a name under it`;
  return null;
}

/** Capitals and digits without a dot, perhaps as the API prints it. */
const ZONE_ID = /^(?:\/hostedzone\/)?([A-Z0-9]{1,32})$/;

/** A zone on Route 53. Two public zones of one name need the id. */
export async function onRoute53(zone: string, client: Route53Client): Promise<NamedZone> {
  const id = ZONE_ID.exec(zone)?.[1];
  if (id !== undefined) {
    const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: id })).catch((error: unknown) => {
      throw nameOf(error) === "NoSuchHostedZone" ? new Error(`There is no hosted zone ${id}.`) : error;
    });
    if (HostedZone?.Config?.PrivateZone)
      throw new Error(`The zone ${id} is private: nobody on the internet could ask for its names.`);
    return { id, name: bare(HostedZone?.Name ?? "") };
  }
  const found = await publicZone(bare(zone), client);
  if (!found) throw new Error(`There is no public hosted zone ${bare(zone)}.`);
  return found;
}

/** The public zone on Route 53 that `domain` lies in: the nearest one above it, or null. */
export async function zoneAround(domain: string, client: Route53Client): Promise<NamedZone | null> {
  const labels = bare(domain).split(".");
  for (let first = 0; first < labels.length - 1; first++) {
    const zone = await publicZone(labels.slice(first).join("."), client);
    if (zone) return zone;
  }
  return null;
}

/** The public zone of this name, or null; throws a sentence where there are two. */
async function publicZone(name: string, client: Route53Client): Promise<NamedZone | null> {
  const { HostedZones } = await client.send(new ListHostedZonesByNameCommand({ DNSName: name }));
  const matches = (HostedZones ?? []).filter(
    (candidate) => bare(candidate.Name ?? "") === name && !candidate.Config?.PrivateZone,
  );
  const [only, second] = matches;
  if (!only) return null;
  if (second)
    throw new Error(`There are several public hosted zones ${name}; give the id (Z…) of the one you mean.`);
  const id = ZONE_ID.exec(only.Id ?? "")?.[1];
  if (id === undefined) throw new Error(`Route 53 names the zone ${name} by an id that is none: ${only.Id}.`);
  return { id, name };
}

/** Makes a public zone; its name servers are what the domain above must name. */
export async function createZone(
  name: string,
  client: Route53Client,
  nowMs: number,
): Promise<{ zone: NamedZone; nameServers: string[] }> {
  const { HostedZone, DelegationSet } = await client.send(
    new CreateHostedZoneCommand({ Name: name, CallerReference: `lambda-ddns-${nowMs}` }),
  );
  const id = ZONE_ID.exec(HostedZone?.Id ?? "")?.[1] ?? "";
  return { zone: { id, name: bare(name) }, nameServers: DelegationSet?.NameServers ?? [] };
}

function inFolder(zone: string, dataDir: string): NamedZone {
  const zones = readZones(dataDir);
  const found = zones.find(({ id, name }) => id === zone || name === bare(zone));
  if (found) return found;
  const names = zones.map(({ name }) => name).join(", ") || "none yet";
  throw new Error(
    `The local service has no zone ${zone} (it has: ${names}); start it with ZONE=${bare(zone)}.`,
  );
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
