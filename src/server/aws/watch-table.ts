// The watch's view of the DynamoDB table: every host, without its secrets, and what was told about it.
// It names each attribute that it reads, and its role may read no other (aws/template.yaml).
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  ADDED_ATTRIBUTE,
  DISABLED_ATTRIBUTE,
  OWNER_ATTRIBUTE,
  STATE_ATTRIBUTES,
  TOLD_ATTRIBUTE,
  UNWATCHED_ATTRIBUTE,
} from "../attributes.ts";
import type { WatchedHost, WatchPorts } from "../watch.ts";
import { detailOf, isPassing } from "./errors.ts";

/** The attributes that the watch reads: what the template's condition lists. */
export const WATCHED_ATTRIBUTES: readonly string[] = [
  "hostname",
  STATE_ATTRIBUTES.ipv4,
  STATE_ATTRIBUTES.ipv6,
  TOLD_ATTRIBUTE,
  OWNER_ATTRIBUTE,
  ADDED_ATTRIBUTE,
  UNWATCHED_ATTRIBUTE,
  DISABLED_ATTRIBUTE,
];

/** The ports `hosts` and `swapTold` on `table`. */
export function watchTable(client: DynamoDBClient, table: string): Pick<WatchPorts, "hosts" | "swapTold"> {
  return {
    hosts: () => scan(client, table),
    async swapTold(hostname, seen, next) {
      try {
        await client.send(new UpdateItemCommand(toldInput(table, hostname, seen, next)));
        return { kind: "done" };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { kind: "lost" };
        return { kind: isPassing(error) ? "busy" : "failed", detail: `DynamoDB: ${detailOf(error)}` };
      }
    },
  };
}

async function* scan(client: DynamoDBClient, table: string): AsyncGenerator<WatchedHost> {
  const names = WATCHED_ATTRIBUTES.map((name, index) => [`#${index}`, name] as const);
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        Select: "SPECIFIC_ATTRIBUTES",
        ProjectionExpression: names.map(([placeholder]) => placeholder).join(", "),
        ExpressionAttributeNames: Object.fromEntries(names),
        ExclusiveStartKey: from,
      }),
    );
    yield* (page.Items ?? []).map(watchedHost);
    from = page.LastEvaluatedKey;
  } while (from);
}

/** An item as the watch reads it. What is not text counts as none. */
function watchedHost(item: Record<string, AttributeValue>): WatchedHost {
  const text = (name: string) => item[name]?.S ?? null;
  const added = text(ADDED_ATTRIBUTE);
  return {
    hostname: text("hostname") ?? "",
    states: { ipv4: text(STATE_ATTRIBUTES.ipv4), ipv6: text(STATE_ATTRIBUTES.ipv6) },
    told: text(TOLD_ATTRIBUTE),
    owner: text(OWNER_ATTRIBUTE),
    addedSeconds: added !== null && /^\d{1,12}$/.test(added) ? Number(added) : null,
    isUnwatched: text(UNWATCHED_ATTRIBUTE) !== null || text(DISABLED_ATTRIBUTE) !== null,
  };
}

/** `attribute_exists(hostname)` keeps a host that was removed meanwhile from coming back without its data. */
function toldInput(table: string, hostname: string, seen: string | null, next: string | null) {
  const unchanged = seen === null ? "(NOT attribute_type(#told, :text))" : "#told = :seen";
  return {
    TableName: table,
    Key: { hostname: { S: hostname } },
    UpdateExpression: next === null ? "REMOVE #told" : "SET #told = :next",
    ConditionExpression: `attribute_exists(hostname) AND ${unchanged}`,
    ExpressionAttributeNames: { "#told": TOLD_ATTRIBUTE },
    ExpressionAttributeValues: {
      ...(next === null ? {} : { ":next": { S: next } }),
      ...(seen === null ? { ":text": { S: "S" } } : { ":seen": { S: seen } }),
    },
  };
}
