// deploy and destroy as commands: from options, and what was remembered, to the account that the credentials are of.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { hostnameProblem } from "../../../shared/hostname.ts";
import { awsCodeBucket } from "../../aws/code-bucket.ts";
import { route53Client } from "../../aws/route53.ts";
import { hideNodeWarning } from "../../aws/sdk.ts";
import { awsStacks } from "../../aws/stacks.ts";
import { readZoneRole } from "../../settings.ts";
import { add } from "../add.ts";
import type { Options } from "../args.ts";
import { awsContext } from "../aws-context.ts";
import { reportOn } from "../report.ts";
import { findHost, listHosts } from "../store.ts";
import { createZone, type NamedZone, onRoute53, zoneAround } from "../zone-lookup.ts";
import type { Clock, Terminal } from "./cloud.ts";
import { deploy } from "./deploy.ts";
import { type Deployment, readDeployment, zoneRoleOf } from "./deployment-file.ts";
import { destroy } from "./destroy.ts";
import { proof } from "./probe.ts";

const DEFAULT_STACK = "lambda-ddns";

interface World {
  terminal: Terminal;
  /** Where the deployment is remembered. */
  folder: string;
  clock: Clock;
}

/** Deploys, proves that the service answers, and adds the first host where one is named. */
export async function runDeploy(options: Options, world: World): Promise<string> {
  const { terminal, folder, clock } = world;
  const remembered = rememberedFor(options, folder);
  const domain = options.domain ?? remembered?.domain ?? noDomain();
  const host = options.host === undefined ? null : hostUnder(domain, options.host);
  const { config, ...ports } = await openAccount(options, remembered, clock);
  const { zone, nameServers } = await zoneFor(domain, options, remembered, config);
  const deployed = await deploy(
    {
      stack: stackOf(options, remembered),
      domain,
      zone,
      ...(options.email === undefined ? {} : { email: options.email }),
      parameters: options.parameter ?? {},
      yes: options.yes ?? false,
    },
    { ...ports, terminal, folder, template: readTemplate(), zip: readZip() },
  );
  terminal.print(`the service answers at ${deployed.url}`);
  const seen = await proof(deployed.url, clock).catch((error: unknown) => {
    terminal.print(" … not yet\n");
    throw error;
  });
  terminal.print(
    ` and sees ${seen}\nremembered in .lambda-ddns.json: no later command needs these options\n`,
  );
  if (nameServers.length > 0) terminal.print(delegation(domain, nameServers));
  return host === null ? next(domain) : await firstHost(host, deployed);
}

/** Deletes the stack, after asking for its name. */
export async function runDestroy(options: Options, { terminal, folder, clock }: World): Promise<string> {
  const remembered = rememberedFor(options, folder);
  const { config, ...ports } = await openAccount(options, remembered, clock);
  const client = new DynamoDBClient(config);
  await destroy(
    {
      stack: stackOf(options, remembered),
      withTable: options["with-table"] ?? false,
      yes: options.yes ?? false,
    },
    {
      ...ports,
      terminal,
      folder,
      records: async (name) => {
        try {
          const reports = (await listHosts({ client, name })).map((host) => reportOn(host, 0));
          return reports.flatMap(({ hostname, names }) =>
            names.map(({ address }) => `${hostname} ${address.includes(":") ? "AAAA" : "A"} ${address}`),
          );
        } catch (error) {
          return (error as Error).message;
        }
      },
      deleteTable: async (TableName) => {
        await client.send(new DeleteTableCommand({ TableName }));
      },
    },
  );
  return "";
}

/** What was remembered, where it is of the stack that is meant. */
function rememberedFor({ stack, region }: Options, folder: string): Deployment | null {
  const known = readDeployment(folder);
  const isMeant = (stack ?? known?.stack) === known?.stack && (region ?? known?.region) === known?.region;
  return isMeant ? known : null;
}

function stackOf(options: Options, remembered: Deployment | null): string {
  return options.stack ?? remembered?.stack ?? DEFAULT_STACK;
}

/** The host's whole name; throws a sentence, before anything is made, where the service could never write it. */
function hostUnder(domain: string, name: string): string {
  const host = name.includes(".") ? name : `${name}.${domain}`;
  const problem = hostnameProblem(host);
  if (problem !== null) throw new Error(`The host name ${host} ${problem}.`);
  if (host.endsWith(`.${domain}`)) return host;
  throw new Error(`The host ${host} is not under ${domain}, and the service writes names under it alone.`);
}

function noDomain(): never {
  throw new Error("deploy needs --domain, the domain under which the routers' names are to be.");
}

async function openAccount(options: Options, remembered: Deployment | null, clock: Clock) {
  hideNodeWarning();
  const given = options.region ?? remembered?.region;
  const config = given === undefined ? {} : { region: given };
  const sts = new STSClient(config);
  const region = await sts.config.region();
  const { Account: account = "" } = await sts.send(new GetCallerIdentityCommand({}));
  return {
    ...clock,
    config,
    account,
    region,
    stacks: awsStacks(new CloudFormationClient(config), clock),
    bucket: awsCodeBucket(new S3Client(config), account, region),
  };
}

async function zoneFor(
  domain: string,
  options: Options,
  remembered: Deployment | null,
  config: { region?: string },
): Promise<{ zone: NamedZone; nameServers: readonly string[] }> {
  const { ZoneRoleArn, ZoneRoleExternalId } = options.parameter ?? {};
  const given = { zone_role_arn: ZoneRoleArn, zone_role_external_id: ZoneRoleExternalId };
  const role = readZoneRole(ZoneRoleArn ? given : zoneRoleOf(remembered ?? {}));
  if (typeof role === "string") throw new Error(`${role} (--parameter ZoneRoleArn, ZoneRoleExternalId).`);
  const client = route53Client(role, config);
  const known = options.zone ?? (remembered?.domain === domain ? remembered.zone : undefined);
  if (known !== undefined) return { zone: await onRoute53(known, client), nameServers: [] };
  if (role) throw new Error("With ZoneRoleArn the zone is named by its id: --zone Z….");
  const zone = await zoneAround(domain, client);
  if (zone) return { zone, nameServers: [] };
  if (options["create-zone"]) return await createZone(domain, client, Date.now());
  throw new Error(
    `There is no public hosted zone for ${domain} in this account. Deploy with --create-zone to make one ` +
      "(0.50 dollars a month), or in the account that has it.",
  );
}

function delegation(domain: string, nameServers: readonly string[]): string {
  const above = domain.split(".").slice(1).join(".");
  const records = nameServers.map((server) => `  ${domain}. NS ${server}.\n`).join("");
  return `The zone is new. Where ${above} is kept, add these records, which delegate its names:\n${records}`;
}

function next(domain: string): string {
  return `\nNext, a host, with the section for its router:\n  npm run --silent admin -- add home.${domain}\n`;
}

/** The section for the first router; a host that is there keeps its secret. */
async function firstHost(host: string, deployed: Deployment): Promise<string> {
  const context = awsContext({}, {}, deployed, () => {
    throw new Error("add reads no log");
  });
  try {
    if (await findHost(context.table, host)) {
      return `\n${host} is there already; \`npm run --silent admin -- rotate ${host}\` gives it a new secret.\n`;
    }
    const section = await add({ name: "add", host, hosts: [host], options: {} }, context);
    return `\nPaste this into the router's /etc/config/lambda-ddns:\n\n${section}`;
  } finally {
    context.close();
  }
}

const ROOT = new URL("../../../../", import.meta.url);

function readTemplate(): string {
  return readFileSync(new URL("aws/template.yaml", ROOT), "utf8");
}

function readZip(): Uint8Array {
  const path = fileURLToPath(new URL("dist/lambda.zip", ROOT));
  if (existsSync(path)) return readFileSync(path);
  throw new Error("There is no dist/lambda.zip: `make lambda` builds it, and `make deploy` does both.");
}
