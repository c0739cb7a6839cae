// The function of the queue: the table's stream calls it with what Route 53 had no room for.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchAnswer } from "../deliver.ts";
import { type DrainPorts, drain } from "../drain.ts";
import { readSettings } from "../settings.ts";
import { dynamodbClient, dynamodbRecords } from "./dynamodb.ts";
import { route53Client, route53Zone } from "./route53.ts";

let ports: DrainPorts | null = null;

/** The entry point that aws/template.yaml names: a DynamoDB stream's event. Throws where the environment is not set up. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  ports ??= makePorts();
  return await drain(ports, event);
}

function makePorts(): DrainPorts {
  const settings = readSettings(process.env);
  if (typeof settings === "string") throw new Error(settings);
  return {
    records: dynamodbRecords(dynamodbClient(), settings.table),
    zones: route53Zone(route53Client(settings.zoneRole)),
    now: Date.now,
    newWriteId: randomUUID,
    historyLength: settings.historyLength,
    wait: async (seconds) => void (await sleep(seconds * 1000)),
    log: (line) => process.stdout.write(`${line}\n`),
  };
}
