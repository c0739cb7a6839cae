// The queue on an embedded DynamoDB, with the local service's pump in place of the stream: repeats, failures and a restart.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { addHost } from "../../src/server/admin/store.ts";
import { dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { drain } from "../../src/server/drain.ts";
import { handle } from "../../src/server/handle.ts";
import { reportSwaps, startPump } from "../../src/server/local/pump.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";
import { DEFAULT_LIMITS } from "../../src/server/settings.ts";
import { decodeState } from "../../src/server/state.ts";
import { ADDRESS, tokenFor, ZONE_ID } from "../server/world.ts";

let dir: string;
let table: LocalTable;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "ddns-queue-"));
  table = await startTable(dir);
});
afterEach(async () => {
  await table.close();
  rmSync(dir, { recursive: true });
});

const hosts = Array.from({ length: 12 }, (_, n) => `r${n}.dyn.example.com`);

it("publishes every queued host once, and the table says so", async () => {
  const dns = new Map<string, string>();
  const pushed: object[] = [];
  let room = 0;
  let calls = 0;
  let pump: ReturnType<typeof startPump> | null = null;
  const records = reportSwaps(dynamodbRecords(table.client, LOCAL_TABLE), (record) => {
    pushed.push(record);
    pump?.push(record);
  });
  const zone = { upsert: async () => ({ kind: "refused" as const, detail: "Throttling" }) };
  const zones = {
    async upsertAll(_zoneId: string, changes: readonly { name: string; address: string }[]) {
      calls++;
      if (room < changes.length) return { kind: "refused" as const, detail: "Throttling" };
      for (const { name, address } of changes) dns.set(name, address);
      return { kind: "done" as const };
    },
  };
  // Waits are cut to nothing: a drainer that is throttled gives up when its ten seconds have passed on this clock.
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const wait = async (seconds: number) => {
    offsetMs += seconds * 1000;
  };
  const common = { records, now, newWriteId: randomUUID, historyLength: 16 };
  const ports = { ...common, zone, limits: DEFAULT_LIMITS, queue: { untilMs: 0 } };
  const handler = (event: object) => drain({ ...common, zones, wait, log: () => {} }, event);

  for (const host of hosts) {
    const record = { zoneId: ZONE_ID, ttlSeconds: 60, secret: "shared_secret_1" };
    await addHost({ client: table.client, name: LOCAL_TABLE }, host, record);
    const request = { mode: "set" as const, hostname: host, token: tokenFor(ADDRESS, host) };
    const caller = callerAddress(ADDRESS) ?? expect.fail();
    expect(await handle(ports, request, caller)).toMatchObject({ status: 503, verdict: "queued" });
  }
  const states = () =>
    Promise.all(
      hosts.map(async (host) => {
        const stored = await records.read(host);
        return stored.kind === "found" ? decodeState(stored.states.ipv4)?.phase : null;
      }),
    );

  // The first pump finds no room and is stopped in the middle of it; the second is handed everything, twice.
  pump = startPump({ handler, log: () => {}, pauseMs: 1 });
  for (const record of [...pushed]) pump.push(record);
  await vi.waitFor(() => expect(calls).toBeGreaterThan(12), 10_000);
  await pump.close();
  pump = null;
  expect(dns.size).toBe(0);
  room = 100;
  calls = 0;
  offsetMs += 20_000;
  pump = startPump({ handler, log: () => {}, pauseMs: 1 });
  for (const record of [...pushed, ...pushed]) pump.push(record);
  await vi.waitFor(async () => expect(new Set(await states())).toEqual(new Set(["confirmed"])), 10_000);
  await pump.close();
  expect([...dns.values()]).toEqual(hosts.map(() => ADDRESS));
  expect(calls).toBe(1);
}, 30_000);
