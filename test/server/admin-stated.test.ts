// lambda-ddns-admin and stated addresses: the permission in the table, as the service reads it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { admin } from "../../src/server/admin/main.ts";
import { dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { LOCAL_TABLE, openTable } from "../../src/server/local/table.ts";
import { openZones } from "../../src/server/local/zones.ts";

const HOST = "nas.dyn.example.com";
const ZONE = "dyn.example.com";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ddns-stated-"));
  openZones(dataDir, [ZONE]);
});
afterEach(() => rmSync(dataDir, { recursive: true }));
const local = (...args: string[]) => admin([...args, "--local"], { DATA_DIR: dataDir });

async function mayState(): Promise<boolean> {
  const table = await openTable(dataDir);
  const stored = await dynamodbRecords(table.client, LOCAL_TABLE).read(HOST);
  await table.close();
  return stored.kind === "found" ? stored.mayState : expect.fail(stored.kind);
}

it("no host may state an address until set --stated, and none after set --unstated", async () => {
  await local("add", HOST, "--zone", ZONE);
  expect(await mayState()).toBe(false);
  expect((await local("set", HOST, "--stated")).out).toContain("it may state its address");
  expect(await mayState()).toBe(true);
  expect((await local("set", HOST, "--unstated")).out).toContain("it may not state its address");
  expect(await mayState()).toBe(false);
});

it("add --stated allows it from the start", async () => {
  expect(await local("add", HOST, "--zone", ZONE, "--stated")).toMatchObject({ exit: 0 });
  expect(await mayState()).toBe(true);
});

it("show tells who may state one", async () => {
  await local("add", HOST, "--zone", ZONE, "--stated");
  expect((await local("show", HOST)).out).toContain("stated  allowed: it may name any public address\n");
  expect(JSON.parse((await local("show", HOST, "--json")).out)).toMatchObject({ stated: true });
  await local("set", HOST, "--unstated");
  expect((await local("show", HOST)).out).not.toContain("stated");
});

it("--stated with --unstated is refused, and so is --stated where it says nothing", async () => {
  expect((await local("set", HOST, "--stated", "--unstated")).err).toContain("exclude each other");
  expect((await local("rotate", HOST, "--stated")).err).toContain("rotate has no option --stated");
});
