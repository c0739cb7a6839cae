// The local service's change events and watch: the stream's stand-in, receivers that fail, and the table through the real SDK.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WATCHED_ATTRIBUTES, watchTable } from "../../src/server/aws/watch-table.ts";
import { callerAddress } from "../../src/server/decide.ts";
import type { BatchAnswer } from "../../src/server/deliver.ts";
import { sequenceOf } from "../../src/server/events.ts";
import { handle } from "../../src/server/handle.ts";
import { startNotices } from "../../src/server/local/notices.ts";
import { startPump } from "../../src/server/local/pump.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";
import { encodeRecord } from "../../src/server/record.ts";
import { DEFAULT_LIMITS } from "../../src/server/settings.ts";
import { encodeState } from "../../src/server/state.ts";
import { ADDRESS, HOST, OTHER_ADDRESS, SECRET, tokenFor } from "./world.ts";

const record = (sequence: number) => ({ dynamodb: { SequenceNumber: String(sequence) } });
const until = async (holds: () => boolean) => {
  for (let tries = 0; !holds() && tries < 200; tries++) await new Promise((done) => setTimeout(done, 20));
  expect(holds()).toBe(true);
};

describe("startPump", () => {
  /** A handler that takes what `refuses` does not name, and says where it stopped. */
  function makePump(refuses: (sequence: string, tries: number) => boolean) {
    const taken: string[] = [];
    const lines: string[] = [];
    const tries = new Map<string, number>();
    const handler = async ({ Records }: { Records: readonly unknown[] }): Promise<BatchAnswer> => {
      for (const sequence of Records.map(sequenceOf)) {
        tries.set(sequence, (tries.get(sequence) ?? 0) + 1);
        if (refuses(sequence, tries.get(sequence) ?? 0))
          return { batchItemFailures: [{ itemIdentifier: sequence }] };
        taken.push(sequence);
      }
      return { batchItemFailures: [] };
    };
    const pump = startPump({ handler, log: (line) => lines.push(line), pauseMs: 1 });
    return { pump, taken, lines, tries };
  }

  it("hands everything over in order, however often a record is refused at first", async () => {
    const { pump, taken } = makePump((sequence, tries) => sequence === "3" && tries < 5);
    for (let sequence = 1; sequence <= 5; sequence++) pump.push(record(sequence));
    await until(() => taken.length === 5);
    pump.push(record(6));
    await until(() => taken.length === 6);
    expect(taken).toEqual(["1", "2", "3", "4", "5", "6"]);
    await pump.close();
  });

  it("drops after five tries what is never taken, says so, and goes on", async () => {
    const { pump, taken, lines, tries } = makePump((sequence) => sequence === "2");
    for (let sequence = 1; sequence <= 3; sequence++) pump.push(record(sequence));
    await until(() => taken.length === 2);
    expect(taken).toEqual(["1", "3"]);
    expect(tries.get("2")).toBe(5);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "dead-letter", level: "error", sequence: "2" },
    ]);
    await pump.close();
  });

  it("says what it dropped when the service stops", async () => {
    const { pump, lines, tries } = makePump(() => true);
    pump.push(record(1));
    await until(() => tries.get("1") === 1);
    await pump.close();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: "dropped", sequence: "1" }]);
  });
});

describe("startNotices", () => {
  let dir: string;
  let table: LocalTable;
  let receiver: Server;
  let url: string;
  let received: Record<string, unknown>[];
  let statuses: number[];
  let lines: string[];
  const closers: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "ddns-notices-"));
    table = await startTable(dir);
    received = [];
    statuses = [];
    lines = [];
    receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += String(chunk);
      });
      request.on("end", () => {
        const status = statuses.shift() ?? 200;
        if (status === 200) received.push(JSON.parse(body) as Record<string, unknown>);
        response.writeHead(status, status === 429 ? { "retry-after": "0" } : {}).end();
      });
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    receiver.closeAllConnections();
    await new Promise((done) => receiver.close(done));
    await table.close();
    rmSync(dir, { recursive: true });
  });

  const put = async (attributes: Record<string, string>, hostname = HOST) => {
    const data = encodeRecord({ zoneId: "Z1", ttlSeconds: 60, secret: SECRET });
    const texts = { hostname, data, ...attributes };
    const Item = Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }]));
    await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
  };

  function start(changeTarget: string | undefined, firstSeconds = 1000) {
    const watch = { firstSeconds, everySeconds: 0.05 };
    const notices = startNotices(table.client, (line) => lines.push(line), { changeTarget, watch });
    closers.push(notices.close);
    let writes = 0;
    const ports = {
      records: notices.records,
      zone: { upsert: async () => ({ kind: "done" as const }) },
      now: Date.now,
      newWriteId: () => `00000000-0000-4000-8000-00000000000${++writes}`,
      limits: DEFAULT_LIMITS,
      historyLength: 16,
      queue: null,
    };
    return (address: string) => {
      const request = { mode: "set" as const, hostname: HOST, token: tokenFor(address) };
      return handle(ports, request, callerAddress(address) ?? expect.fail());
    };
  }

  it("tells a web address of each change, in order, through failures, and never of a refresh", async () => {
    await put({});
    statuses.push(429, 200);
    const set = start(url);
    await set(ADDRESS);
    await set(ADDRESS);
    await set(OTHER_ADDRESS);
    await until(() => received.length === 2);
    expect(received).toMatchObject([
      { type: "published", host: HOST, family: "ipv4", address: ADDRESS, was: null },
      { type: "published", address: OTHER_ADDRESS, was: ADDRESS },
    ]);
    const [first, second] = received.map(({ sequence }) => BigInt(String(sequence)));
    expect(first !== undefined && second !== undefined && first < second).toBe(true);
    expect(lines.join("\n")).toContain("the target answered 429");
    expect(JSON.stringify(received) + lines.join("\n")).not.toContain(SECRET);
  });

  it("writes changes into the log where no target is named", async () => {
    await put({});
    await start(undefined)(ADDRESS);
    await until(() => lines.length === 2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info", event: "change", address: ADDRESS });
  });

  it("runs the watch: one digest to the target, once", async () => {
    const atSeconds = Math.floor(Date.now() / 1000) - 5 * 86_400;
    const rest = { was: null, target: "Z1/60", writer: "w", minuteSeconds: atSeconds, changes: 1 };
    await put({ a_state: encodeState({ phase: "confirmed", address: ADDRESS, atSeconds, ...rest }) });
    statuses.push(503);
    start(url, 0);
    await until(() => received.length === 1);
    await new Promise((done) => setTimeout(done, 200));
    expect(received).toMatchObject([{ type: "digest", subject: "lambda-ddns: 1 late" }]);
    const Key = { hostname: { S: HOST } };
    const { Item } = await table.client.send(new GetItemCommand({ TableName: LOCAL_TABLE, Key }));
    expect(Item?.["told"]).toEqual({ S: '{"problems":{"ipv4":"late"}}' });
  });
});

describe("watchTable", () => {
  let dir: string;
  let table: LocalTable;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "ddns-watch-table-"));
    table = await startTable(dir);
  });
  afterEach(async () => {
    await table.close();
    rmSync(dir, { recursive: true });
  });
  const put = (hostname: string, texts: Record<string, string>) => {
    const all = Object.entries({ hostname, ...texts }).map(([name, S]) => [name, { S }]);
    return table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item: Object.fromEntries(all) }));
  };
  const hosts = async () => {
    const all = [];
    for await (const host of watchTable(table.client, LOCAL_TABLE).hosts()) all.push(host);
    return all;
  };

  it("reads the attributes that it names, and no secret", async () => {
    const secret = "shared_secret_1";
    await put(HOST, {
      data: secret,
      retired_secret: secret,
      enrol: secret,
      owner: "Ann",
      added: "7",
      disabled: "x",
    });
    expect(await hosts()).toEqual([
      {
        hostname: HOST,
        states: { ipv4: null, ipv6: null },
        told: null,
        owner: "Ann",
        addedSeconds: 7,
        isUnwatched: true,
      },
    ]);
    expect(WATCHED_ATTRIBUTES).not.toContain("data");
  });

  it("reads every page", async () => {
    // A page holds 1 MB.
    for (let index = 0; index < 4; index++)
      await put(`h${index}.dyn.example.com`, { data: "x".repeat(390_000), added: "never" });
    expect((await hosts()).map(({ hostname, addedSeconds }) => [hostname.length, addedSeconds])).toEqual(
      Array(4).fill([18, null]),
    );
  });

  it("changes what was told only from what was seen, and of no host that is gone", async () => {
    const { swapTold } = watchTable(table.client, LOCAL_TABLE);
    await put(HOST, {});
    expect(await swapTold(HOST, null, "one")).toEqual({ kind: "done" });
    expect(await swapTold(HOST, null, "two")).toEqual({ kind: "lost" });
    expect(await swapTold(HOST, "one", "two")).toEqual({ kind: "done" });
    expect(await swapTold(HOST, "two", null)).toEqual({ kind: "done" });
    expect(await hosts()).toMatchObject([{ told: null }]);
    expect(await swapTold("gone.dyn.example.com", null, "one")).toEqual({ kind: "lost" });
    expect(await hosts()).toHaveLength(1);
    expect(await watchTable(table.client, "none").swapTold(HOST, null, "x")).toMatchObject({
      kind: "failed",
    });
  });
});
