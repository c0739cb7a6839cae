// The conversation table end to end: function URL events in, answers out, over the real SDK on both sides,
// next to what the sample deployment answered to the same calls when it was recorded.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { route53Zone } from "../../src/server/aws/route53.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";
import { serve } from "../../src/server/service.ts";
import { functionUrlEvent } from "./events.ts";
import { type StandIn, startRoute53 } from "./route53-stand-in.ts";
import { ADDRESS, HOST, SECRET, tokenFor } from "./world.ts";

const TABLE_NAME_AND_ZONES = /lambda-ddns|dynamo|route ?53|Z1234|NoSuch|Invalid|Throttling/i;

let dir: string;
let table: LocalTable;
let aws: StandIn;
const lines: string[] = [];
let writers = 0;
let nowMs = 1_800_000_000_000;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "ddns-talk-"));
  table = await startTable(dir);
  aws = await startRoute53({ Z1234: "dyn.example.com." });
});
afterAll(async () => {
  await table.close();
  await aws.close();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  aws.records.clear();
  aws.requests.length = 0;
  lines.length = 0;
  nowMs += 3_600_000;
  for (const host of [
    HOST,
    "cname.dyn.example.com",
    "outside.example.org",
    "*.dyn.example.com",
    "Mixed.dyn.example.com",
  ]) {
    await put(host, { route_53_zone_id: "Z1234", route_53_record_ttl: 60, shared_secret: SECRET });
  }
  aws.records.set("cname.dyn.example.com. CNAME", { ttl: "60", values: ["elsewhere.example.com."] });
});

/** A record as the sample keeps it; whatever state it had is gone. */
async function put(hostname: string, data: object | string) {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  const Item = { hostname: { S: hostname }, data: { S: text } };
  await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
}

async function call(parts: Parameters<typeof functionUrlEvent>[0]) {
  const service = {
    records: dynamodbRecords(table.client, LOCAL_TABLE),
    zone: route53Zone(aws.client()),
    now: () => nowMs,
    newWriteId: () => String(++writers),
    limits: { refreshSeconds: 86_400, changesPerMinute: 6 },
    historyLength: 16,
    queue: null,
    log: (line: string) => void lines.push(line),
  };
  const { statusCode, headers, body } = await serve(service, functionUrlEvent(parts), "invocation");
  return { status: statusCode, headers, body: JSON.parse(body) as Record<string, string> };
}

function set(host = HOST, address = ADDRESS, token = tokenFor(address, host)) {
  const body = JSON.stringify({ execution_mode: "set", ddns_hostname: host, validation_hash: token });
  return call({ body, sourceIp: address });
}

const get = (sourceIp = ADDRESS) => call({ body: '{"execution_mode":"get"}', sourceIp });

describe("as the sample answers", () => {
  const path = new URL("../transcripts/sample-service.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    cases: { case: string; status: number; body: string }[];
  };

  function sample(name: string) {
    const found = cases.find((one) => one.case === name);
    if (!found) throw new Error(`no transcript of ${name}`);
    return { status: found.status, body: JSON.parse(found.body) as Record<string, string> };
  }

  it.each<[string, () => ReturnType<typeof call>]>([
    ["get", () => get()],
    ["set, right hash, first", () => set()],
    ["set, right hash, repeat", () => set().then(() => set())],
    ["set, address changed", () => set().then(() => set(HOST, "176.32.100.37"))],
    ["set, wrong secret", () => set(HOST, ADDRESS, tokenFor(ADDRESS, HOST, "wrong"))],
    ["set, hash too short", () => set(HOST, ADDRESS, "abc")],
    ["IPv6 source: get", () => get("2001:db8::1")],
  ])("%s", async (name, ask) => {
    const { status, body } = await ask();
    const theirs = sample(name);
    expect([status, body["return_status"]]).toEqual([theirs.status, theirs.body["return_status"]]);
    if (name.includes("get")) expect(body["return_message"]).toBe(theirs.body["return_message"]);
  });
});

describe("better than the sample", () => {
  it("an unknown host and a wrong secret read alike: 401", async () => {
    const unknown = await set("nobody.dyn.example.com");
    expect(unknown).toEqual(await set(HOST, ADDRESS, tokenFor(ADDRESS, HOST, "wrong")));
    expect(unknown.status).toBe(401);
    expect(aws.requests).toEqual([]);
  });

  it("an IPv6 caller updates AAAA", async () => {
    expect(await set(HOST, "2a00:1450::1")).toMatchObject({ status: 201 });
    expect(aws.records.get(`${HOST}. AAAA`)?.values).toEqual(["2a00:1450::1"]);
    expect(await set(HOST, "2a00:1450::1")).toMatchObject({ status: 200 });
  });

  it.each(["*.dyn.example.com", "Mixed.dyn.example.com"])("%s: 201, then 200", async (host) => {
    expect([(await set(host)).status, (await set(host)).status]).toEqual([201, 200]);
    expect(aws.requests).toHaveLength(1);
  });

  it.each([
    ["name exists as a CNAME", "cname.dyn.example.com", "CNAME"],
    ["name outside the zone", "outside.example.org", "not permitted in zone"],
  ])("%s: 500 without AWS's words, which are in the log", async (_name, host, fault) => {
    const { status, body } = await set(host);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(TABLE_NAME_AND_ZONES);
    expect(lines.at(-1)).toContain(fault);
    expect(lines.at(-1)).toContain(body["request_id"] ?? "?");
  });

  it("a zone that is not there: 500 without its id", async () => {
    await put(HOST, { route_53_zone_id: "ZNOSUCHZONE", route_53_record_ttl: 60, shared_secret: SECRET });
    const { status, body } = await set();
    expect({ status, leaks: /ZNO/.test(JSON.stringify(body)) }).toEqual({ status: 500, leaks: false });
    expect(lines.at(-1)).toContain("ZNOSUCHZONE");
  });

  it.each(["Throttling", "PriorRequestNotComplete"])(
    "%s: 503 with Retry-After, and the next call works",
    async (code) => {
      aws.next.push(code);
      expect(await set()).toMatchObject({ status: 503, headers: { "retry-after": "60" } });
      expect(lines.at(-1)).toContain(code);
      expect(await set()).toMatchObject({ status: 201 });
    },
  );

  it("an unreadable record: 500, and a line that names it and its fault", async () => {
    await put(HOST, "not json");
    const { status, body } = await set();
    expect(status).toBe(500);
    expect(body["return_message"]).not.toContain("JSON");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      host: HOST,
      fault: expect.stringContaining("not a JSON object"),
    });
  });

  it("the older form of a record works, under a name with a final dot", async () => {
    const host = "old.dyn.example.com.";
    const form = { aws_region: "us-west-2", route_53_record_type: "A", route_53_record_ttl: 60 };
    await put(host, { ...form, route_53_zone_id: "Z1234", shared_secret: SECRET });
    expect(await set(host)).toMatchObject({ status: 201 });
    expect([...aws.records.keys()]).toContain("old.dyn.example.com. A");
  });

  it("the sample's tool that writes the record anew costs one zone write", async () => {
    await set();
    await put(HOST, { route_53_zone_id: "Z1234", route_53_record_ttl: 60, shared_secret: SECRET });
    expect([(await set()).status, (await set()).status]).toEqual([201, 200]);
  });
});

describe("what it costs", () => {
  it.each([
    ["get", () => get(), 0, 0],
    ["a changed set", () => set(), 3, 1],
    ["an unchanged set", () => set().then(() => set()), 1, 0],
    ["a wrong token", () => set(HOST, ADDRESS, "0".repeat(64)), 1, 0],
    ["an unfit address", () => set(HOST, "203.0.113.1"), 0, 0],
  ])("%s", async (_name, ask, dynamodb, route53) => {
    await ask();
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      dynamodb_calls: dynamodb,
      route53_calls: route53,
    });
  });
});
