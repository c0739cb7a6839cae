// The records port on a DynamoDB table, through the AWS SDK. Our attributes stand beside the sample's `data`:
// a_state and aaaa_state (what is published), retired_secret (after a rotation). Writes nothing else.
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Family } from "../protocol/address.ts";
import { detailOf, isPassing } from "./aws-errors.ts";
import type { Records, StoredRecord, Trouble } from "./ports.ts";

export const STATE_ATTRIBUTES: Readonly<Record<Family, string>> = { ipv4: "a_state", ipv6: "aaaa_state" };
export const RETIRED_ATTRIBUTE = "retired_secret";

/** A client as the function needs it: short deadlines, so that two tries fit into a time-out. */
export function dynamodbClient(): DynamoDBClient {
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
  return new DynamoDBClient({ maxAttempts: 2, requestHandler });
}

/** The records in `table`; the client's own deadlines and retries apply. */
export function dynamodbRecords(client: DynamoDBClient, table: string): Records {
  return {
    async read(hostname) {
      try {
        const key = { hostname: { S: hostname } };
        const { Item } = await client.send(
          new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
        );
        return Item ? storedRecord(Item) : { kind: "absent" };
      } catch (error) {
        return trouble(error);
      }
    },
    async swap(hostname, family, seen, next) {
      try {
        await client.send(new UpdateItemCommand(swapInput(table, hostname, family, seen, next)));
        return { kind: "done" };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) return trouble(error);
        // The answer to the SDK's first try may be what was lost: no two writes are equal text (see state.ts).
        const isOurs = error.Item?.[STATE_ATTRIBUTES[family]]?.S === next;
        return { kind: isOurs ? "done" : "lost" };
      }
    },
  };
}

/** An item as the port hands it on. A state that is not text counts as none, and is compared as what it is not. */
export function storedRecord(item: Record<string, AttributeValue>): StoredRecord {
  return {
    kind: "found",
    data: item["data"]?.S ?? null,
    retired: item[RETIRED_ATTRIBUTE]?.S ?? null,
    states: { ipv4: item[STATE_ATTRIBUTES.ipv4]?.S ?? null, ipv6: item[STATE_ATTRIBUTES.ipv6]?.S ?? null },
  };
}

/** `attribute_exists(hostname)` keeps a record that was removed meanwhile from coming back without its data. */
function swapInput(table: string, hostname: string, family: Family, seen: string | null, next: string) {
  // A hand may have left another type there; whatever is not text may be replaced.
  const unchanged = seen === null ? "(NOT attribute_type(#state, :text))" : "#state = :seen";
  return {
    TableName: table,
    Key: { hostname: { S: hostname } },
    UpdateExpression: "SET #state = :next",
    ConditionExpression: `attribute_exists(hostname) AND ${unchanged}`,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    ExpressionAttributeNames: { "#state": STATE_ATTRIBUTES[family] },
    ExpressionAttributeValues: {
      ":next": { S: next },
      ...(seen === null ? { ":text": { S: "S" } } : { ":seen": { S: seen } }),
    },
  };
}

/** Throttling, slowness and AWS's own failures pass; a missing table or permission does not. */
function trouble(error: unknown): Trouble {
  return { kind: isPassing(error) ? "busy" : "failed", detail: `DynamoDB: ${detailOf(error)}` };
}
