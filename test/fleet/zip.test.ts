// The queue as it is deployed: the functions of dist/lambda.zip, each in a process of its own, against an embedded DynamoDB and a
// stand-in of Route 53 that throttles; the stream's record is made of what the table holds.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildFunction } from "../../build/lambda.ts";
import { addHost } from "../../src/server/admin/store.ts";
import { functionUrlEvent } from "../server/events.ts";
import { type StandIn, startRoute53 } from "../server/route53-stand-in.ts";
import { ADDRESS, HOST, SECRET, tokenFor } from "../server/world.ts";

const Key = { hostname: { S: HOST } };
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

let dir: string;
let aws: StandIn;
let env: Record<string, string>;
let client: DynamoDBClient;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "ddns-queue-zip-"));
  for (const [name, bytes] of Object.entries(await buildFunction())) writeFileSync(join(dir, name), bytes);
  aws = await startRoute53({ Z1: "dyn.example.com." });
  const table = dynalite({ createTableMs: 0 });
  await new Promise<void>((done) => table.listen(0, "127.0.0.1", () => done()));
  const endpoint = `http://127.0.0.1:${(table.address() as AddressInfo).port}`;
  client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
  await client.send(
    new CreateTableCommand({
      TableName: "ddns",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "hostname", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "hostname", KeyType: "HASH" }],
    }),
  );
  closers.push(
    () => client.destroy(),
    () => table.close(() => {}),
    () => aws.close(),
  );
  env = {
    PATH: "",
    ddns_config_table: "ddns",
    queue: "on",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_ROUTE_53: aws.url,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
});
afterAll(() => {
  for (const close of closers) close();
  rmSync(dir, { recursive: true });
});

/** Calls a function of the zip; its answer is the last line of its output. */
async function call(name: string, event: object): Promise<unknown> {
  const script = `
    import { handler } from "./${name}.mjs";
    console.log(JSON.stringify(await handler(${JSON.stringify(event)}, { awsRequestId: "invocation" })));
  `;
  writeFileSync(join(dir, "call.mjs"), script);
  const { stdout } = await promisify(execFile)(process.execPath, ["call.mjs"], { cwd: dir, env });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const set = () =>
  call(
    "index",
    functionUrlEvent({
      body: JSON.stringify({
        execution_mode: "set",
        ddns_hostname: HOST,
        validation_hash: tokenFor(ADDRESS),
      }),
    }),
  );

const item = async () => (await client.send(new GetItemCommand({ TableName: "ddns", Key }))).Item ?? {};
const state = async () => JSON.parse((await item())["a_state"]?.S ?? "{}") as { phase?: string };

it("a throttled update is queued, drained in a batch, and then confirmed to the router", async () => {
  await addHost({ client, name: "ddns" }, HOST, { zoneId: "Z1", ttlSeconds: 60, secret: SECRET });
  aws.next.push("Throttling");
  expect(await set()).toMatchObject({ statusCode: 503, headers: { "retry-after": "60" } });
  expect(await state()).toMatchObject({ phase: "queued", address: ADDRESS });
  expect(aws.records.size).toBe(0);

  const dynamodb = { Keys: Key, NewImage: await item(), SequenceNumber: "100" };
  expect(await call("drain", { Records: [{ eventName: "MODIFY", dynamodb }] })).toEqual({
    batchItemFailures: [],
  });
  expect(await state()).toMatchObject({ phase: "confirmed", address: ADDRESS });
  expect([...aws.records.keys()]).toEqual([`${HOST}. A`]);
  expect(await set()).toMatchObject({ statusCode: 200 });
  expect(aws.requests).toHaveLength(2);
}, 60_000);
