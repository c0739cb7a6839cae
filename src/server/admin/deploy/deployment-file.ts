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
} as const satisfies Record<keyof Deployment, string>;

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
  const read = Object.entries(MEMBERS).map(([key, member]) => {
    const value = found[member];
    if (typeof value === "string" && value !== "") return [key, value] as const;
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
