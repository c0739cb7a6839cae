// .lambda-ddns.json: what deploy remembers of the service, so that no later command needs a flag. No secret is in it.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A deployed service. */
export interface Deployment {
  stack: string;
  region: string;
  domain: string;
  /** The hosted zone's id. */
  zone: string;
  url: string;
  table: string;
  logGroup: string;
  /** Of the role by which a zone of another account is written; both or neither. */
  zoneRoleArn?: string;
  zoneRoleExternalId?: string;
}

export const DEPLOYMENT_FILE = ".lambda-ddns.json";

/** The file's members, as they stand in it. */
const MEMBERS = {
  stack: "stack",
  region: "region",
  domain: "domain",
  zone: "zone",
  url: "url",
  table: "table",
  logGroup: "log_group",
  zoneRoleArn: "zone_role_arn",
  zoneRoleExternalId: "zone_role_external_id",
} as const satisfies Record<keyof Deployment, string>;

/** Members that may be missing. */
const OPTIONAL: readonly string[] = ["zoneRoleArn", "zoneRoleExternalId"];

/** What was remembered in `folder`, or null; throws a sentence where the file is not one of ours. */
export function readDeployment(folder: string): Deployment | null {
  const path = join(folder, DEPLOYMENT_FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`${path} cannot be read: ${(error as Error).message}.`);
  }
  const found = parse(text);
  const read = Object.entries(MEMBERS).flatMap(([key, member]) => {
    const value = found[member];
    if (value === undefined && OPTIONAL.includes(key)) return [];
    if (typeof value === "string" && value !== "") return [[key, value] as const];
    throw new Error(`${path} has no ${member}; run deploy again, or delete the file and use the options.`);
  });
  return Object.fromEntries(read) as unknown as Deployment;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The role as the functions' environment names it (../../settings.ts). */
export function zoneRoleOf({ zoneRoleArn, zoneRoleExternalId }: Partial<Deployment>) {
  return { zone_role_arn: zoneRoleArn, zone_role_external_id: zoneRoleExternalId };
}

/** Remembers `deployment` in `folder`. */
export function writeDeployment(folder: string, deployment: Deployment): void {
  const members = Object.entries(MEMBERS).map(([key, member]) => [
    member,
    deployment[key as keyof Deployment],
  ]);
  writeFileSync(join(folder, DEPLOYMENT_FILE), `${JSON.stringify(Object.fromEntries(members), null, 2)}\n`);
}

/** Forgets what was remembered of `stack`, and nothing else. */
export function forgetDeployment(folder: string, stack: string, region: string): void {
  const known = readDeployment(folder);
  if (known?.stack === stack && known.region === region) rmSync(join(folder, DEPLOYMENT_FILE));
}
