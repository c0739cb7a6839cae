// What an operator does to the table of hosts, through the SDK: add, list, read, remove, rotate.
// Every write is conditional: nothing is made twice, nothing is changed that somebody else changed meanwhile.
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { RETIRED_ATTRIBUTE } from "../attributes.ts";
import { nameOf } from "../aws-errors.ts";
import { storedRecord } from "../dynamodb.ts";
import type { StoredRecord } from "../ports.ts";
import { encodeRecord, encodeRetired, type HostRecord, type RetiredSecret } from "../record.ts";

export interface Table {
  client: DynamoDBClient;
  name: string;
}

export interface NamedRecord {
  hostname: string;
  stored: StoredRecord;
}

/** Makes a record; false when the host has one already. */
export async function addHost(table: Table, hostname: string, record: HostRecord): Promise<boolean> {
  return await unlessConditionFails(
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: { hostname: { S: hostname }, data: { S: encodeRecord(record) } },
        ConditionExpression: "attribute_not_exists(hostname)",
      }),
    ),
  );
}

/** The record of a host, or null. */
export async function readHost(table: Table, hostname: string): Promise<StoredRecord | null> {
  const key = { hostname: { S: hostname } };
  const { Item } = await table.client.send(
    new GetItemCommand({ TableName: table.name, Key: key, ConsistentRead: true }),
  );
  return Item ? storedRecord(Item) : null;
}

/** All records, by host name. */
export async function listHosts(table: Table): Promise<NamedRecord[]> {
  const hosts: NamedRecord[] = [];
  for await (const { Items } of paginateScan({ client: table.client }, { TableName: table.name })) {
    for (const item of Items ?? []) {
      hosts.push({ hostname: item["hostname"]?.S ?? "", stored: storedRecord(item) });
    }
  }
  return hosts.sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
}

/** Removes a record; false when there is none. */
export async function removeHost(table: Table, hostname: string): Promise<boolean> {
  return await unlessConditionFails(
    table.client.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: { hostname: { S: hostname } },
        ConditionExpression: "attribute_exists(hostname)",
      }),
    ),
  );
}

/** Puts a new `data` in place of `seen` and the former secret aside; false when the record is no longer as seen. */
export async function rotateHost(
  table: Table,
  hostname: string,
  seen: string,
  data: string,
  retired: RetiredSecret,
): Promise<boolean> {
  return await unlessConditionFails(
    table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { hostname: { S: hostname } },
        UpdateExpression: "SET #data = :data, #retired = :retired",
        ConditionExpression: "#data = :seen",
        ExpressionAttributeNames: { "#data": "data", "#retired": RETIRED_ATTRIBUTE },
        ExpressionAttributeValues: {
          ":data": { S: data },
          ":seen": { S: seen },
          ":retired": { S: encodeRetired(retired) },
        },
      }),
    ),
  );
}

async function unlessConditionFails(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (nameOf(error) === "ConditionalCheckFailedException") return false;
    throw error;
  }
}
