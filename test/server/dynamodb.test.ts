// The DynamoDB adapter through the real SDK, against an embedded DynamoDB: exact keys, swaps, and troubles by kind.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dynamodbClient, dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { nextHistory } from "../../src/server/history.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";
import { encodeRecord } from "../../src/server/record.ts";
import { encodeState } from "../../src/server/state.ts";

const DATA = '{"route_53_zone_id":"Z1","route_53_record_ttl":60,"shared_secret":"s"}';
const HOST = "host1.dyn.example.com";

let dir: string;
let table: LocalTable;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "ddns-table-"));
  table = await startTable(dir);
});
afterAll(async () => {
  await table.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => put({ data: { S: DATA } }));

async function put(attributes: Record<string, { S: string } | { N: string }>, hostname = HOST) {
  const Item = { hostname: { S: hostname }, ...attributes };
  await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
}

const records = () => dynamodbRecords(table.client, LOCAL_TABLE);

describe("read", () => {
  it("finds a record by the exact key and no other", async () => {
    expect(await records().read(HOST)).toEqual({
      kind: "found",
      data: DATA,
      retired: null,
      enrolment: null,
      states: { ipv4: null, ipv6: null },
      histories: { ipv4: null, ipv6: null },
      disabled: null,
      mayState: false,
    });
    for (const other of [`${HOST}.`, HOST.toUpperCase(), "nobody.dyn.example.com"]) {
      expect(await records().read(other)).toEqual({ kind: "absent" });
    }
  });

  it("takes attributes of another type for none", async () => {
    await put({ data: { N: "1" }, a_state: { N: "1" }, retired_secret: { N: "1" } });
    expect(await records().read(HOST)).toMatchObject({ data: null, retired: null, states: { ipv4: null } });
  });
});

describe("swap", () => {
  it("replaces a state that is as seen, each family's own, and leaves data alone", async () => {
    expect(await records().swap(HOST, "ipv4", null, "one")).toEqual({ kind: "done" });
    expect(await records().swap(HOST, "ipv4", "one", "two")).toEqual({ kind: "done" });
    expect(await records().swap(HOST, "ipv6", null, "six")).toEqual({ kind: "done" });
    const Key = { hostname: { S: HOST } };
    const { Item } = await table.client.send(new GetItemCommand({ TableName: LOCAL_TABLE, Key }));
    expect(Item).toEqual({ ...Key, data: { S: DATA }, a_state: { S: "two" }, aaaa_state: { S: "six" } });
  });

  it("writes a family's history in the same write, removes it, or leaves it alone", async () => {
    await records().swap(HOST, "ipv6", null, "six", "[six]");
    await records().swap(HOST, "ipv4", null, "one", "[one]");
    await records().swap(HOST, "ipv4", "one", "two");
    expect(await records().read(HOST)).toMatchObject({ histories: { ipv4: "[one]", ipv6: "[six]" } });
    expect(await records().swap(HOST, "ipv4", "lost", "three", "[three]")).toEqual({ kind: "lost" });
    await records().swap(HOST, "ipv4", "two", "three", null);
    expect(await records().read(HOST)).toMatchObject({ histories: { ipv4: null, ipv6: "[six]" } });
  });

  it("keeps a host with a full history of IPv4 addresses within one write unit", async () => {
    const hostname = "router-0123456789.dyn.example.com";
    const target = { zoneId: "Z0123456789ABCDEFGHIJ", ttlSeconds: 60 };
    await put({ data: { S: encodeRecord({ ...target, secret: "s".repeat(32) }) } }, hostname);
    const at = { atSeconds: 1_800_000_000, minuteSeconds: 1_800_000_000 };
    const state = {
      phase: "confirmed" as const,
      address: "176.132.100.136",
      was: "176.132.100.137",
      target: `${target.zoneId}/60`,
      writer: randomUUID(),
      changes: 1,
      ...at,
    };
    let history: string | null = null;
    for (let last = 100; last < 116; last++)
      history = nextHistory(history, `176.132.100.${last}`, at.atSeconds, 16);
    const units: (number | undefined)[] = [];
    table.client.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        const result = await next(args);
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
        units.push(ConsumedCapacity?.CapacityUnits);
        return result;
      },
      { step: "initialize", name: "consumed" },
    );
    await records().read(hostname);
    await records().swap(hostname, "ipv4", null, encodeState({ ...state, phase: "pending" }));
    await records().swap(
      hostname,
      "ipv4",
      encodeState({ ...state, phase: "pending" }),
      encodeState(state),
      history,
    );
    await records().swap(hostname, "ipv4", encodeState(state), encodeState({ ...state, phase: "pending" }));
    table.client.middlewareStack.remove("consumed");
    expect(units).toEqual([1, 1, 1, 1]);
  });

  it("loses to whoever wrote in between", async () => {
    await records().swap(HOST, "ipv4", null, "one");
    expect(await records().swap(HOST, "ipv4", null, "two")).toEqual({ kind: "lost" });
    expect(await records().swap(HOST, "ipv4", "other", "two")).toEqual({ kind: "lost" });
    expect(await records().read(HOST)).toMatchObject({ states: { ipv4: "one" } });
  });

  it("lets one of many win", async () => {
    const all = Array.from({ length: 8 }, (_, index) => records().swap(HOST, "ipv4", null, String(index)));
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "done")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "lost")).toHaveLength(7);
  });

  it("does not bring back a record that was removed", async () => {
    expect(await records().swap("gone.dyn.example.com", "ipv4", null, "one")).toEqual({ kind: "lost" });
    expect(await records().read("gone.dyn.example.com")).toEqual({ kind: "absent" });
  });

  it("replaces a state of another type", async () => {
    await put({ data: { S: DATA }, a_state: { N: "1" } });
    expect(await records().swap(HOST, "ipv4", null, "one")).toEqual({ kind: "done" });
  });
});

describe("a swap whose first answer was lost", () => {
  /** A table that acts on the first try and hangs up, and refuses the second, showing `stored`, or what the first wrote. */
  async function swapTwice(stored?: string) {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      if (bodies.push(body) === 1) return void request.socket.destroy();
      const values = JSON.parse(bodies[0] ?? "").ExpressionAttributeValues;
      const shown = JSON.parse(body).ReturnValuesOnConditionCheckFailure === "ALL_OLD";
      const Item = { hostname: { S: HOST }, a_state: { S: stored ?? values[":next"].S } };
      const __type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ __type, ...(shown ? { Item } : {}) }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new DynamoDBClient({ endpoint, region: "x", credentials, maxAttempts: 2 });
    const outcome = await dynamodbRecords(client, "ddns").swap(HOST, "ipv4", "before", "mine");
    client.destroy();
    server.close();
    return { outcome, tries: bodies.length };
  }

  it("is done when the table holds what it wrote", async () => {
    expect(await swapTwice()).toEqual({ outcome: { kind: "done" }, tries: 2 });
  });

  it("is lost when the table holds something else", async () => {
    expect(await swapTwice("somebody else's")).toEqual({ outcome: { kind: "lost" }, tries: 2 });
  });
});

describe("trouble", () => {
  /** A server that answers every call with one error, in DynamoDB's own form. */
  async function withError(status: number, code: string, check: (client: DynamoDBClient) => Promise<void>) {
    const server = createServer((_request, response) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      response.end(
        JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: "table ddns" }),
      );
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "x",
      credentials,
      maxAttempts: 1,
    });
    await check(client).finally(() => {
      client.destroy();
      server.close();
      server.closeAllConnections();
    });
  }

  it.each([
    [400, "ProvisionedThroughputExceededException", "busy"],
    [400, "ThrottlingException", "busy"],
    [400, "RequestLimitExceeded", "busy"],
    [500, "InternalServerError", "busy"],
    [503, "ServiceUnavailable", "busy"],
    [400, "ResourceNotFoundException", "failed"],
    [400, "AccessDeniedException", "failed"],
    [400, "ValidationException", "failed"],
  ])("%i %s: %s", async (status, code, kind) => {
    await withError(status, code, async (client) => {
      const expected = { kind, detail: expect.stringContaining(code) };
      expect(await dynamodbRecords(client, "ddns").read(HOST)).toMatchObject(expected);
      expect(await dynamodbRecords(client, "ddns").swap(HOST, "ipv4", null, "x")).toMatchObject(expected);
    });
  });

  it("no connection: busy", async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new DynamoDBClient({
      endpoint: "http://127.0.0.1:1",
      region: "x",
      credentials,
      maxAttempts: 1,
    });
    expect(await dynamodbRecords(client, "ddns").read(HOST)).toMatchObject({ kind: "busy" });
    client.destroy();
  });

  it("no region or credentials: failed", async () => {
    const client = new DynamoDBClient({ region: "x", credentials: () => Promise.reject(credentialsError()) });
    expect(await dynamodbRecords(client, "ddns").read(HOST)).toMatchObject({ kind: "failed" });
    client.destroy();
  });

  it("no answer: busy after two tries, the function being cut off later", async () => {
    let tries = 0;
    const silent = createServer(() => void tries++);
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
    const client = dynamodbClient();
    expect(await dynamodbRecords(client, "ddns").read(HOST)).toMatchObject({ kind: "busy" });
    expect(tries).toBe(2);
    client.destroy();
    vi.unstubAllEnvs();
    silent.close();
    silent.closeAllConnections();
  });
});

function credentialsError(): Error {
  return Object.assign(new Error("no credentials"), { name: "CredentialsProviderError" });
}
