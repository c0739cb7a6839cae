// Enrolment's writes through the real SDK, against an embedded DynamoDB: one write or none, and one of many wins.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";

const HOST = "host1.dyn.example.com";
const SEEN = { data: "data", enrolment: "code" };
const Key = { hostname: { S: HOST } };

let dir: string;
let table: LocalTable;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "ddns-enroll-"));
  table = await startTable(dir);
});
afterAll(async () => {
  await table.close();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  const Item = {
    ...Key,
    data: { S: "data" },
    enrol: { S: "code" },
    a_state: { S: "state" },
    owner: { S: "o" },
  };
  await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
});

const records = () => dynamodbRecords(table.client, LOCAL_TABLE);
const stored = async () =>
  (await table.client.send(new GetItemCommand({ TableName: LOCAL_TABLE, Key }))).Item;

it("changes secret and code in one write, and nothing else of the record", async () => {
  const next = { data: "data2", enrolment: "code2", retired: "old" };
  expect(await records().enroll(HOST, SEEN, next)).toEqual({ kind: "done" });
  const rest = { ...Key, a_state: { S: "state" }, owner: { S: "o" } };
  const texts = { data: { S: "data2" }, enrol: { S: "code2" }, retired_secret: { S: "old" } };
  expect(await stored()).toEqual({ ...rest, ...texts });
  const again = { data: "data3", enrolment: "code3", retired: null };
  expect(await records().enroll(HOST, next, again)).toEqual({ kind: "done" });
  expect(await stored()).toEqual({ ...rest, data: { S: "data3" }, enrol: { S: "code3" } });
});

it.each([
  ["the code was used meanwhile", { ...SEEN, enrolment: "other" }, HOST],
  ["the secret was rotated meanwhile", { ...SEEN, data: "other" }, HOST],
  ["the host is gone", SEEN, "gone.dyn.example.com"],
])("loses where %s", async (_, seen, host) => {
  const before = await stored();
  const next = { data: "data2", enrolment: "code2", retired: null };
  expect(await records().enroll(host, seen, next)).toEqual({ kind: "lost" });
  expect(await stored()).toEqual(before);
  expect(await records().read("gone.dyn.example.com")).toEqual({ kind: "absent" });
});

it("lets one of eight routers win", async () => {
  const all = Array.from({ length: 8 }, (_, n) =>
    records().enroll(HOST, SEEN, { data: `data${n}`, enrolment: `code${n}`, retired: null }),
  );
  const kinds = (await Promise.all(all)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "done")).toHaveLength(1);
  const winner = kinds.indexOf("done");
  expect(await stored()).toMatchObject({ data: { S: `data${winner}` }, enrol: { S: `code${winner}` } });
});

it("erases the code that was seen, once, and no newer one", async () => {
  expect(await records().eraseEnrolment(HOST, "other")).toEqual({ kind: "lost" });
  expect(await records().eraseEnrolment(HOST, "code")).toEqual({ kind: "done" });
  expect(await stored()).not.toHaveProperty("enrol");
  expect(await records().eraseEnrolment("gone.dyn.example.com", "code")).toEqual({ kind: "lost" });
});
