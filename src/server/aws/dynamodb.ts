// The records port on a DynamoDB table, through the AWS SDK. Our attributes (attributes.ts) stand beside the sample's
// `data`. Writes states and histories; an enrolment alone touches secrets.
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Family } from "../../shared/address.ts";
import {
  DISABLED_ATTRIBUTE,
  ENROLMENT_ATTRIBUTE,
  HISTORY_ATTRIBUTES,
  RETIRED_ATTRIBUTE,
  STATE_ATTRIBUTES,
  STATED_ATTRIBUTE,
} from "../attributes.ts";
import type { EnrolledRecord, Records, StoredRecord, Swapped, Trouble } from "../ports.ts";
import { detailOf, isPassing } from "./errors.ts";

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
    async swap(hostname, family, seen, next, history) {
      const input = swapInput(table, hostname, family, { seen, next, history });
      // No two writes are equal text (see state.ts).
      return await write(client, input, (item) => item[STATE_ATTRIBUTES[family]]?.S === next);
    },
    async enroll(hostname, seen, next) {
      // The text holds the caller's nonce: who finds it there was enrolled.
      const isOurs = (item: Item) => item[ENROLMENT_ATTRIBUTE]?.S === next.enrolment;
      return await write(client, enrollInput(table, hostname, seen, next), isOurs);
    },
    async eraseEnrolment(hostname, seen) {
      const input = eraseInput(table, hostname, seen);
      return await write(client, input, (item) => item[ENROLMENT_ATTRIBUTE] === undefined);
    },
  };
}

type Item = Record<string, AttributeValue>;
type UpdateInput = ConstructorParameters<typeof UpdateItemCommand>[0];

/** One conditional write. Where it fails, the answer to the SDK's first try may be what was lost: `isOurs` knows its trace. */
async function write(
  client: DynamoDBClient,
  input: UpdateInput,
  isOurs: (item: Item) => boolean,
): Promise<Swapped> {
  try {
    await client.send(new UpdateItemCommand({ ...input, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }));
    return { kind: "done" };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) return trouble(error);
    return { kind: error.Item && isOurs(error.Item) ? "done" : "lost" };
  }
}

/** An item as the port hands it on. A state that is not text counts as none, and is compared as what it is not. */
export function storedRecord(item: Record<string, AttributeValue>): StoredRecord {
  const text = (name: string) => item[name]?.S ?? null;
  return {
    kind: "found",
    data: text("data"),
    retired: text(RETIRED_ATTRIBUTE),
    enrolment: text(ENROLMENT_ATTRIBUTE),
    states: { ipv4: text(STATE_ATTRIBUTES.ipv4), ipv6: text(STATE_ATTRIBUTES.ipv6) },
    histories: { ipv4: text(HISTORY_ATTRIBUTES.ipv4), ipv6: text(HISTORY_ATTRIBUTES.ipv6) },
    disabled: text(DISABLED_ATTRIBUTE),
    mayState: text(STATED_ATTRIBUTE) === "true",
  };
}

interface Swap {
  seen: string | null;
  next: string;
  history: string | null | undefined;
}

/** `attribute_exists(hostname)` keeps a record that was removed meanwhile from coming back without its data. */
function swapInput(table: string, hostname: string, family: Family, change: Swap) {
  const { seen, next, history } = change;
  // A hand may have left another type there; whatever is not text may be replaced.
  const unchanged = seen === null ? "(NOT attribute_type(#state, :text))" : "#state = :seen";
  return {
    TableName: table,
    Key: { hostname: { S: hostname } },
    UpdateExpression: `SET #state = :next${history === undefined ? "" : history === null ? " REMOVE #history" : ", #history = :history"}`,
    ConditionExpression: `attribute_exists(hostname) AND ${unchanged}`,
    ExpressionAttributeNames: {
      "#state": STATE_ATTRIBUTES[family],
      ...(history === undefined ? {} : { "#history": HISTORY_ATTRIBUTES[family] }),
    },
    ExpressionAttributeValues: {
      ...(typeof history === "string" ? { ":history": { S: history } } : {}),
      ":next": { S: next },
      ...(seen === null ? { ":text": { S: "S" } } : { ":seen": { S: seen } }),
    },
  };
}

/** One write changes secret and code together: nobody else enrols by this code, and no router is left between two secrets. */
function enrollInput(
  table: string,
  hostname: string,
  seen: { data: string; enrolment: string },
  next: EnrolledRecord,
) {
  const { data, retired, enrolment } = next;
  return {
    TableName: table,
    Key: { hostname: { S: hostname } },
    UpdateExpression: `SET #data = :data, #enrol = :enrol${retired === null ? " REMOVE #retired" : ", #retired = :retired"}`,
    ConditionExpression: "#data = :seenData AND #enrol = :seenEnrol",
    ExpressionAttributeNames: {
      "#data": "data",
      "#enrol": ENROLMENT_ATTRIBUTE,
      "#retired": RETIRED_ATTRIBUTE,
    },
    ExpressionAttributeValues: {
      ":data": { S: data },
      ":enrol": { S: enrolment },
      ":seenData": { S: seen.data },
      ":seenEnrol": { S: seen.enrolment },
      ...(retired === null ? {} : { ":retired": { S: retired } }),
    },
  };
}

function eraseInput(table: string, hostname: string, seen: string) {
  return {
    TableName: table,
    Key: { hostname: { S: hostname } },
    UpdateExpression: "REMOVE #enrol",
    ConditionExpression: "#enrol = :seen",
    ExpressionAttributeNames: { "#enrol": ENROLMENT_ATTRIBUTE },
    ExpressionAttributeValues: { ":seen": { S: seen } },
  };
}

/** Throttling, slowness and AWS's own failures pass; a missing table or permission does not. */
function trouble(error: unknown): Trouble {
  return { kind: isPassing(error) ? "busy" : "failed", detail: `DynamoDB: ${detailOf(error)}` };
}
