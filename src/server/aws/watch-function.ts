// The function of the daily watch: EventBridge Scheduler calls it, and a run that fails is called again by Lambda.
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { runWatch } from "../watch.ts";
import { publishDigest, snsClient } from "./sns.ts";
import { watchTable } from "./watch-table.ts";

/** The entry point that aws/template.yaml names. Throws where something was left to do, so that Lambda tries again. */
export async function handler(): Promise<void> {
  const table = setting("ddns_config_table");
  const topicArn = setting("digest_topic");
  const sns = snsClient(topicArn.split(":")[3] ?? "");
  const { digest, ...result } = await runWatch({
    ...watchTable(new DynamoDBClient({}), table),
    tell: (one) => publishDigest(sns, topicArn, one),
    now: Date.now,
    newWriteId: randomUUID,
  });
  const level = result.fault === null ? "info" : "error";
  const line = {
    timestamp: new Date().toISOString(),
    level,
    event: "watch",
    ...result,
    subject: digest?.subject,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (result.fault !== null) throw new Error(result.fault);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
