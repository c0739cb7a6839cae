// The function: environment and adapters. A get loads no SDK, an unchanged set only DynamoDB's part of it.
import { randomUUID } from "node:crypto";
import type { Records, Zone } from "../ports.ts";
import { type Service, serve } from "../service.ts";
import { DEFAULT_HISTORY_LENGTH, DEFAULT_LIMITS, readSettings } from "../settings.ts";

const settings = readSettings(process.env);

const service: Service = {
  records: lazyRecords(async () => {
    // Not at the start: so each request's log line says it, and the caller gets a 500 of ours.
    if (typeof settings === "string") throw new Error(settings);
    const { dynamodbRecords, dynamodbClient } = await import("./dynamodb.ts");
    return dynamodbRecords(dynamodbClient(), settings.table);
  }),
  zone: lazyZone(async () => {
    if (typeof settings === "string") throw new Error(settings);
    const { route53Zone, route53Client } = await import("./route53.ts");
    return route53Zone(route53Client(settings.zoneRole));
  }),
  now: Date.now,
  newWriteId: randomUUID,
  limits: typeof settings === "string" ? DEFAULT_LIMITS : settings.limits,
  historyLength: typeof settings === "string" ? DEFAULT_HISTORY_LENGTH : settings.historyLength,
  queue: typeof settings !== "string" && settings.hasQueue ? { untilMs: 0 } : null,
  // Not console.log, which puts a time and an id of its own before the JSON.
  log: (line) => process.stdout.write(`${line}\n`),
};

/** The entry point that aws/template.yaml names: a function URL's event, payload format 2.0. */
export async function handler(event: unknown, context: { awsRequestId: string }) {
  return await serve(service, event, context.awsRequestId);
}

function lazyRecords(make: () => Promise<Records>): Records {
  const get = once(make);
  return {
    read: async (hostname) => (await get()).read(hostname),
    swap: async (...change) => (await get()).swap(...change),
    enroll: async (...change) => (await get()).enroll(...change),
    eraseEnrolment: async (...change) => (await get()).eraseEnrolment(...change),
  };
}

function lazyZone(make: () => Promise<Zone>): Zone {
  const get = once(make);
  return { upsert: async (change) => (await get()).upsert(change) };
}

/** `make` at the first call, its promise at every one. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
