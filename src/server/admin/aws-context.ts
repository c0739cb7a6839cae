// The table, zones and log on AWS that a command works on: of the options, the environment, or of what deploy remembered.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { logGroup, logsClient } from "../aws/log-group.ts";
import { route53Client } from "../aws/route53.ts";
import { hideNodeWarning } from "../aws/sdk.ts";
import { readZoneRole } from "../settings.ts";
import type { Options } from "./args.ts";
import type { Context } from "./context.ts";
import { type Deployment, zoneRoleOf } from "./deploy/deployment-file.ts";
import type { LogPorts, LogSource } from "./logs.ts";
import { zoneFinder } from "./zone-lookup.ts";
import { route53View } from "./zone-view.ts";

export type Env = Readonly<Record<string, string | undefined>>;

const URL_TO_FILL_IN = "https://<id>.lambda-url.<region>.on.aws/";

/**
 * What a command works on. Options go before the environment, and that before `remembered`, which counts as a whole or not at all:
 * its region and URL say nothing of another table.
 */
export function awsContext(
  options: Options,
  env: Env,
  remembered: Deployment | null,
  log: (source: LogSource) => LogPorts,
): Context & { close(): void } {
  hideNodeWarning();
  const named = options.table ?? (env["ddns_config_table"] || undefined);
  const deployed = remembered && (named ?? remembered.table) === remembered.table ? remembered : null;
  const config = deployed ? { region: deployed.region } : {};
  const client = new DynamoDBClient(config);
  const zoneRole = readZoneRole(env["zone_role_arn"] ? env : zoneRoleOf(deployed ?? {}));
  if (typeof zoneRole === "string") throw new Error(`${zoneRole}.`);
  const route53 = route53Client(zoneRole, config);
  const group = options["log-group"] ?? (env["ddns_log_group"] || deployed?.logGroup);
  return {
    table: { client, name: named ?? deployed?.table ?? "lambda-ddns" },
    zone: zoneFinder(route53),
    ...(deployed ? { defaultZone: deployed.zone } : {}),
    zoneView: route53View(route53),
    url: options.url ?? deployed?.url ?? URL_TO_FILL_IN,
    nowSeconds: Math.floor(Date.now() / 1000),
    log: () => log(logGroup(group ?? noGroup(), logsClient(config))),
    close: () => {
      client.destroy();
      route53.destroy();
    },
  };
}

function noGroup(): never {
  throw new Error(
    "Name the log group with --log-group, or set ddns_log_group: the stack's output LogGroupName.",
  );
}
