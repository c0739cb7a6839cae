// From what an operator calls a zone, its name or its id, to the id; and whether a host belongs in it.
import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import { nameOf } from "../aws-errors.ts";
import { isWithin, readZones } from "../local/zones.ts";

interface NamedZone {
  id: string;
  /** Lower case, no final dot. */
  name: string;
}

/** The zone's id, once it is certain that `host` lies in it. `dataDir` null: Route 53. */
export async function zoneIdFor(host: string, zone: string, dataDir: string | null): Promise<string> {
  const found = dataDir === null ? await onRoute53(zone, new Route53Client({})) : inFolder(zone, dataDir);
  if (!isWithin(bare(host), found.name)) throw new Error(`${host} is not in the zone ${found.name}.`);
  return found.id;
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
    return { id, name: bare(HostedZone?.Name ?? "") };
  }
  const name = bare(zone);
  const { HostedZones } = await client.send(new ListHostedZonesByNameCommand({ DNSName: name }));
  const matches = (HostedZones ?? []).filter(
    (candidate) => bare(candidate.Name ?? "") === name && !candidate.Config?.PrivateZone,
  );
  const [only, second] = matches;
  if (!only) throw new Error(`There is no public hosted zone ${name}.`);
  if (second)
    throw new Error(`There are several public hosted zones ${name}; give the id (Z…) of the one you mean.`);
  const onlyId = ZONE_ID.exec(only.Id ?? "")?.[1];
  if (onlyId === undefined)
    throw new Error(`Route 53 names the zone ${name} by an id that is none: ${only.Id}.`);
  return { id: onlyId, name };
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
