// What an operator does to the table of hosts, through the SDK: add, list, read, change, rotate, remove.
// Every write is conditional: nothing is made twice, nothing is changed that somebody else changed meanwhile.
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  ADDED_ATTRIBUTE,
  ENROLMENT_ATTRIBUTE,
  OWNER_ATTRIBUTE,
  RETIRED_ATTRIBUTE,
  STATED_ATTRIBUTE,
  UNWATCHED_ATTRIBUTE,
} from "../attributes.ts";
import { storedRecord } from "../aws/dynamodb.ts";
import { nameOf } from "../aws/errors.ts";
import type { StoredRecord } from "../ports.ts";
import { encodeRecord, encodeRetired, type HostRecord, type RetiredSecret } from "../record.ts";

export interface Table {
  client: DynamoDBClient;
  name: string;
}

export interface NamedRecord {
  hostname: string;
  stored: StoredRecord;
  /** Who to ask about the router. */
  owner: string | null;
  /** Has the watch something to tell about it? */
  isWatched: boolean;
  /** Unix time of `add`, null for a host that the sample's tools made. */
  addedSeconds: number | null;
}

/** Makes a record; false when the host has one already. */
export async function addHost(
  table: Table,
  hostname: string,
  record: HostRecord,
  notes: { owner?: string | null; addedSeconds?: number; enrolment?: string | null; mayState?: boolean } = {},
): Promise<boolean> {
  const { owner, addedSeconds, enrolment, mayState } = notes;
  return await unlessConditionFails(
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: {
          hostname: { S: hostname },
          data: { S: encodeRecord(record) },
          ...(enrolment ? { [ENROLMENT_ATTRIBUTE]: { S: enrolment } } : {}),
          ...(mayState ? { [STATED_ATTRIBUTE]: { S: "true" } } : {}),
          ...(owner ? { [OWNER_ATTRIBUTE]: { S: owner } } : {}),
          ...(addedSeconds === undefined ? {} : { [ADDED_ATTRIBUTE]: { S: String(addedSeconds) } }),
        },
        ConditionExpression: "attribute_not_exists(hostname)",
      }),
    ),
  );
}

/** The record of a host as the service reads it, or null. */
export async function readHost(table: Table, hostname: string): Promise<StoredRecord | null> {
  return (await findHost(table, hostname))?.stored ?? null;
}

/** The record of a host with what only operators read, or null. */
export async function findHost(table: Table, hostname: string): Promise<NamedRecord | null> {
  const key = { hostname: { S: hostname } };
  const { Item } = await table.client.send(
    new GetItemCommand({ TableName: table.name, Key: key, ConsistentRead: true }),
  );
  return Item ? namedRecord(Item) : null;
}

/** All records, by host name. */
export async function listHosts(table: Table): Promise<NamedRecord[]> {
  const hosts: NamedRecord[] = [];
  for await (const { Items } of paginateScan({ client: table.client }, { TableName: table.name })) {
    hosts.push(...(Items ?? []).map(namedRecord));
  }
  return hosts.sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
}

function namedRecord(item: Record<string, AttributeValue>): NamedRecord {
  const added = item[ADDED_ATTRIBUTE]?.S ?? "";
  return {
    hostname: item["hostname"]?.S ?? "",
    stored: storedRecord(item),
    owner: item[OWNER_ATTRIBUTE]?.S ?? null,
    isWatched: item[UNWATCHED_ATTRIBUTE] === undefined,
    addedSeconds: /^\d{1,12}$/.test(added) ? Number(added) : null,
  };
}

/** Sets attributes of a host, or removes them (null); false when there is no such host, or its `data` is not `seen`. */
export async function changeHost(
  table: Table,
  hostname: string,
  attributes: Readonly<Record<string, string | null>>,
  seen?: string,
): Promise<boolean> {
  const all = Object.entries(attributes).map(([name, text], index) => ({ name, text, key: `a${index}` }));
  const set = all.filter(({ text }) => text !== null);
  const removed = all.filter(({ text }) => text === null);
  const clause = (word: string, parts: readonly string[]) =>
    parts.length === 0 ? "" : `${word} ${parts.join(", ")} `;
  const values = [...set.map(({ key, text }) => [`:${key}`, text]), ...(seen ? [[":seen", seen]] : [])];
  return await unlessConditionFails(
    table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { hostname: { S: hostname } },
        UpdateExpression:
          clause(
            "SET",
            set.map(({ key }) => `#${key} = :${key}`),
          ) +
          clause(
            "REMOVE",
            removed.map(({ key }) => `#${key}`),
          ),
        ConditionExpression: seen ? "#data = :seen" : "attribute_exists(hostname)",
        ExpressionAttributeNames: {
          ...Object.fromEntries(all.map(({ key, name }) => [`#${key}`, name])),
          ...(seen ? { "#data": "data" } : {}),
        },
        ...(values.length === 0
          ? {}
          : {
              ExpressionAttributeValues: Object.fromEntries(values.map(([key, text]) => [key, { S: text }])),
            }),
      }),
    ),
  );
}

/** Removes a record; false when there is none, or where `seen` is given its `data` is another. */
export async function removeHost(table: Table, hostname: string, seen?: string): Promise<boolean> {
  return await unlessConditionFails(
    table.client.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: { hostname: { S: hostname } },
        ...(seen === undefined
          ? { ConditionExpression: "attribute_exists(hostname)" }
          : {
              ConditionExpression: "#data = :seen",
              ExpressionAttributeNames: { "#data": "data" },
              ExpressionAttributeValues: { ":seen": { S: seen } },
            }),
      }),
    ),
  );
}

/** Puts a new `data` in place of `seen`, puts the former secret aside and ends a code; false when the record is no longer as seen. */
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
        UpdateExpression: "SET #data = :data, #retired = :retired REMOVE #enrol",
        ConditionExpression: "#data = :seen",
        ExpressionAttributeNames: {
          "#data": "data",
          "#retired": RETIRED_ATTRIBUTE,
          "#enrol": ENROLMENT_ATTRIBUTE,
        },
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
