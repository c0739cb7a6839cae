// The command deploy: from a domain to a service that answers. Each step looks first and does what is missing, so that a deploy
// that was cut off goes on when it is run again.
import { createHash } from "node:crypto";
import { isWithin } from "../../local/zones.ts";
import type { NamedZone } from "../zone-lookup.ts";
import type { Change, Clock, CodeBucket, Parameters, Stack, Stacks, Terminal } from "./cloud.ts";
import { type Deployment, writeDeployment } from "./deployment-file.ts";
import { notBegun } from "./stack-events.ts";
import { standingOf } from "./stack-status.ts";
import { assertAgreed, assertOurs, bucketName, removeStack } from "./stack-steps.ts";
import { assertDone, join, untilAtRest } from "./wait.ts";

export interface DeployOptions {
  stack: string;
  domain: string;
  zone: NamedZone;
  /** Who is told of alarms and silent routers, by mail; undefined leaves what is. */
  email?: string;
  /** Further parameters of the template. */
  parameters: Readonly<Record<string, string>>;
  /** Nothing is asked; what would be asked is done. */
  yes: boolean;
}

export interface DeployPorts extends Clock {
  account: string;
  region: string;
  stacks: Stacks;
  bucket: CodeBucket;
  terminal: Terminal;
  template: string;
  zip: Uint8Array;
  /** Where the deployment is remembered. */
  folder: string;
}

/** Deploys, and returns what was remembered; throws a sentence where it cannot go on. */
export async function deploy(options: DeployOptions, ports: DeployPorts): Promise<Deployment> {
  const { account, region, terminal, zip } = ports;
  const { stack: name, domain, zone } = options;
  if (!isWithin(domain, zone.name)) throw new Error(`The domain ${domain} is not in the zone ${zone.name}.`);
  terminal.print(`account ${account}, region ${region}\nzone ${zone.name} (${zone.id})\n`);
  const stack = await usableStack(options, ports);
  const bucket = bucketName(account, region);
  const key = `${name}/${createHash("sha256").update(zip).digest("hex").slice(0, 16)}.zip`;
  const isMade = await ports.bucket.ensure(bucket);
  terminal.print(`bucket ${bucket}: ${isMade ? "made" : "there"}\n`);
  const isUploaded = await ports.bucket.put(bucket, key, zip);
  terminal.print(`code ${key}: ${isUploaded ? "uploaded" : "there"}\n`);
  const parameters = await parametersFor(options, stack, { CodeBucket: bucket, CodeKey: key }, ports);
  await change(options, stack, parameters, ports);
  const deployment = deploymentOf(options, region, await ports.stacks.find(name));
  writeDeployment(ports.folder, deployment);
  return deployment;
}

/** The stack once it can be updated, or null where it is to be made. */
async function usableStack(options: DeployOptions, ports: DeployPorts): Promise<Stack | null> {
  const { stacks, terminal } = ports;
  const { stack: name } = options;
  const stack = await stacks.find(name);
  if (!stack) return null;
  assertOurs(name, stack);
  switch (standingOf(stack.status)) {
    case "absent":
      return null;
    case "ready":
      return stack;
    case "stuck":
      throw new Error(
        `The stack ${name} is in UPDATE_ROLLBACK_FAILED, and needs ` +
          `\`aws cloudformation continue-update-rollback --stack-name ${name}\` before anything else.`,
      );
    case "busy":
      terminal.print(`stack ${name}: ${stack.status}, waiting for it\n`);
      await join(stack.id, ports);
      return await usableStack(options, ports);
    case "dead":
      await assertAgreed(
        `The stack ${name} is in ${stack.status}, and can only be deleted (a table with hosts in it stays). ` +
          "Delete it, and begin anew?",
        options,
        terminal,
      );
      await removeStack(name, stack, ports);
      return null;
  }
}

/** What was given, the bucket's key, and else what the stack has; parameters that a new template brings have its defaults. */
async function parametersFor(
  { domain, zone, email, parameters: given }: DeployOptions,
  stack: Stack | null,
  code: Readonly<Record<string, string>>,
  { stacks, template }: DeployPorts,
): Promise<Parameters> {
  const names = await stacks.parametersOf(template);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`The template has no parameter ${unknown}; it has ${names.join(", ")}.`);
  const kept = names.filter((name) => stack && name in stack.parameters).map((name) => [name, null]);
  const mail = email === undefined ? {} : { AlarmEmail: email };
  return { ...Object.fromEntries(kept), ...given, ...mail, Domain: domain, HostedZoneId: zone.id, ...code };
}

/** Makes or updates the stack, if there is anything to do. */
async function change(
  options: DeployOptions,
  stack: Stack | null,
  parameters: Parameters,
  ports: DeployPorts,
): Promise<void> {
  const { stacks, terminal, template } = ports;
  const { stack: name } = options;
  const changeSet = await stacks.propose(name, stack === null, template, parameters);
  if (!changeSet) {
    terminal.print(`stack ${name}: no changes\n`);
    return;
  }
  terminal.print(`stack ${name}: ${summary(changeSet.changes)}\n`);
  const drastic = changeSet.changes.filter(({ action, replaces }) => replaces || action === "Remove");
  if (stack !== null && drastic.length > 0) {
    const lines = drastic.map(({ replaces, resource, type }) => {
      return `  ${replaces ? "Replace" : "Remove"}  ${resource} (${type})`;
    });
    terminal.print(`${lines.join("\n")}\n`);
    await assertAgreed("Do that?", options, terminal).catch(async (error: unknown) => {
      await stacks.withdraw(changeSet);
      throw error;
    });
  }
  const lastId = (await stacks.eventsAfter(changeSet.stackId, null)).at(-1)?.id ?? null;
  await stacks.execute(changeSet);
  terminal.print("  (should this be cut off, AWS works on, and the same command goes on from there)\n");
  assertDone(await untilAtRest(notBegun(changeSet.stackId, lastId), ports), name);
}

/** How many resources are added, modified and so on. */
function summary(changes: readonly Change[]): string {
  const counts = new Map<string, number>();
  for (const { action, replaces } of changes) {
    const word = replaces ? "replace" : action.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} to ${word}`).join(", ") || "new outputs";
}

function deploymentOf(
  { stack, domain, zone }: DeployOptions,
  region: string,
  deployed: Stack | null,
): Deployment {
  const { ZoneRoleArn: zoneRoleArn, ZoneRoleExternalId: zoneRoleExternalId } = deployed?.parameters ?? {};
  const output = (name: string) => {
    const value = deployed?.outputs[name];
    if (value) return value;
    throw new Error(`The stack ${stack} has no output ${name}; was it deployed from another template?`);
  };
  return {
    stack,
    region,
    domain,
    zone: zone.id,
    url: output("FunctionUrl"),
    table: output("TableName"),
    logGroup: output("LogGroupName"),
    ...(zoneRoleArn && zoneRoleExternalId ? { zoneRoleArn, zoneRoleExternalId } : {}),
  };
}
