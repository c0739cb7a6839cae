// verify: the table against what the zone holds and the name servers answer, on Route 53's wire and on the local service.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArgs } from "../../src/server/admin/args.ts";
import { run } from "../../src/server/admin/commands.ts";
import { admin } from "../../src/server/admin/main.ts";
import { zoneFinder } from "../../src/server/admin/zone-lookup.ts";
import { route53View } from "../../src/server/admin/zone-view.ts";
import { dynamodbRecords } from "../../src/server/aws/dynamodb.ts";
import { route53Zone } from "../../src/server/aws/route53.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import { type DnsServer, startDns } from "../../src/server/local/dns-server.ts";
import { startLocalService } from "../../src/server/local/local-service.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "../../src/server/local/table.ts";
import { localZoneId, openZones } from "../../src/server/local/zones.ts";
import { encodeRecord } from "../../src/server/record.ts";
import { DEFAULT_LIMITS } from "../../src/server/settings.ts";
import { type StandIn, startRoute53 } from "./route53-stand-in.ts";
import { ADDRESS, IPV6, OTHER_ADDRESS, SECRET, tokenFor } from "./world.ts";

const ZONE = "dyn.example.com";
const names = ["a", "b", "c", "d", "*"].map((name) => `${name}.${ZONE}`);

let dir: string;
let table: LocalTable;
let aws: StandIn;
let dns: DnsServer;
let writes = 0;
/** How long after the last set verify looks. */
let laterSeconds: number;
beforeEach(async () => {
  laterSeconds = 120;
  dir = mkdtempSync(join(tmpdir(), "ddns-verify-"));
  table = await startTable(dir);
  aws = await startRoute53({ Z1: `${ZONE}.` });
  // The zone's name server: it answers from what the stand-in of Route 53 holds.
  dns = await startDns(0, () => [
    { id: "Z1", name: ZONE, serial: 1, records: [...aws.records].map(localRecord) },
  ]);
});
afterEach(async () => {
  await dns.close();
  await aws.close();
  await table.close();
  rmSync(dir, { recursive: true });
});

function localRecord([key, { ttl, values }]: [string, { ttl: string; values: string[] }]) {
  const [name = "", type] = key.split(" ");
  const plain = name.replace(/\.$/, "").replaceAll("\\052", "*");
  return { name: plain, type: type as "A" | "AAAA", ttlSeconds: Number(ttl), address: values[0] ?? "" };
}

async function add(hostname: string) {
  const data = encodeRecord({ zoneId: "Z1", ttlSeconds: 60, secret: SECRET });
  const Item = { hostname: { S: hostname }, data: { S: data } };
  await table.client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item }));
}

/** A set as the function handles it. */
async function set(hostname: string, address = ADDRESS) {
  const ports = {
    records: dynamodbRecords(table.client, LOCAL_TABLE),
    zone: route53Zone(aws.client()),
    now: Date.now,
    newWriteId: () => `w${++writes}`,
    limits: DEFAULT_LIMITS,
    historyLength: 16,
    queue: null,
  };
  const request = { mode: "set" as const, hostname, token: tokenFor(address, hostname) };
  return await handle(ports, request, callerAddress(address) ?? expect.fail());
}

async function verify(...args: string[]): Promise<{ out: string; exit: number }> {
  const command = readArgs(["verify", ...args]);
  if (command === "help") return expect.fail();
  const result = await run(
    { ...command, name: "verify" },
    {
      table: { client: table.client, name: LOCAL_TABLE },
      zone: zoneFinder(aws.client()),
      zoneView: route53View(aws.client(), dns.port),
      url: "",
      log: () => expect.fail("no log is asked for"),
      nowSeconds: Math.floor(Date.now() / 1000) + laterSeconds,
    },
  );
  return typeof result === "string" ? { out: result, exit: 0 } : result;
}

describe("verify on Route 53", () => {
  beforeEach(async () => {
    for (const name of names) {
      await add(name);
      await set(name);
    }
    await set(names[0] ?? "", IPV6);
  });

  it("finds everything right, page by page or name by name", async () => {
    expect(await verify()).toEqual({ out: "6 names: 6 right, 0 wrong.\n", exit: 0 });
    expect(await verify(names[0] ?? "", names[4] ?? "")).toEqual({
      out: "3 names: 3 right, 0 wrong.\n",
      exit: 0,
    });
    await expect(verify("nobody.example.com")).rejects.toThrow("There is no host nobody.example.com");
  });

  it("names what was edited by hand, and with --fix has the next set write it again", async () => {
    aws.records.set(`a.${ZONE}. A`, { ttl: "60", values: [OTHER_ADDRESS] });
    aws.records.set(`b.${ZONE}. A`, { ttl: "300", values: [ADDRESS] });
    aws.records.delete(`c.${ZONE}. A`);
    // The wildcard answers for a name that the zone does not have.
    const problems = [
      `a.${ZONE} A: the table has ${ADDRESS}, the zone ${OTHER_ADDRESS}\n`,
      `b.${ZONE} A: the table has a TTL of 60 s, the zone of 300 s\n`,
      `c.${ZONE} A: the table has ${ADDRESS}, the zone no record; the name servers answer ${ADDRESS}\n`,
    ].join("");
    expect(await verify()).toEqual({ out: `${problems}6 names: 3 right, 3 wrong.\n`, exit: 1 });
    expect(await set(`a.${ZONE}`)).toMatchObject({ verdict: "same" });

    expect((await verify("--fix")).out).toContain("3 will be written again at the next update");
    expect((await verify()).out).toContain(`a.${ZONE} A: not confirmed; its next update writes it again\n`);
    for (const name of names) await set(name);
    expect(await verify()).toMatchObject({ out: "6 names: 6 right, 0 wrong.\n", exit: 0 });
    expect((await verify("--fix")).out).toContain("Nothing to fix");
  });

  it("tells what the name servers answer where the zone says something else", async () => {
    await dns.close();
    const other = { name: `a.${ZONE}`, type: "A" as const, ttlSeconds: 60, address: OTHER_ADDRESS };
    dns = await startDns(0, () => [{ id: "Z1", name: ZONE, serial: 1, records: [other] }]);
    const { out, exit } = await verify(`a.${ZONE}`, `b.${ZONE}`);
    expect(exit).toBe(1);
    expect(out).toContain(`a.${ZONE} A: the name servers answer ${OTHER_ADDRESS}\n`);
    expect(out).toContain(`b.${ZONE} A: the name servers answer nothing\n`);
    expect((await verify("--fix", `a.${ZONE}`)).out).toContain("Nothing to fix");
    expect(JSON.parse((await verify("--json", `b.${ZONE}`)).out)).toEqual([
      {
        hostname: `b.${ZONE}`,
        family: "ipv4",
        address: ADDRESS,
        ttl: 60,
        right: false,
        problems: ["the name servers answer nothing"],
      },
    ]);
    laterSeconds = 60;
    expect(await verify(`b.${ZONE}`)).toMatchObject({ exit: 0 });
  });

  it("says that no name server answers", async () => {
    const { port } = dns;
    await dns.close();
    expect(await verify(`b.${ZONE}`)).toEqual({
      out: expect.stringMatching(
        /^No name server of the zone could be asked.*\n1 name: 1 right, 0 wrong\.\n$/,
      ),
      exit: 0,
    });
    dns = await startDns(port, () => []);
  });
});

describe("verify --local", () => {
  it("compares the service's table, its zones and its DNS", async () => {
    const dataDir = join(dir, "service");
    const options = { dataDir, port: 0, dnsPort: 0, zone: ZONE, log: () => {} };
    const service = await startLocalService(options);
    const local = (...args: string[]) => admin([...args, "--local"], { DATA_DIR: dataDir });
    await local("add", `a.${ZONE}`, "--zone", ZONE);
    const state = {
      phase: "confirmed",
      address: ADDRESS,
      target: `${localZoneId(ZONE)}/60`,
      at: 1,
      writer: "w",
      minute: 1,
      changes: 1,
    };
    await dynamodbRecords(service.table, LOCAL_TABLE).swap(`a.${ZONE}`, "ipv4", null, JSON.stringify(state));
    expect(await local("verify")).toMatchObject({
      exit: 1,
      out: expect.stringContaining("the zone no record"),
    });
    await service.close();
    const change = {
      zoneId: localZoneId(ZONE),
      name: `a.${ZONE}`,
      type: "A" as const,
      address: ADDRESS,
      ttlSeconds: 60,
    };
    await openZones(dataDir, []).upsert(change);
    const again = await startLocalService(options);
    expect(await local("verify")).toEqual({ exit: 0, err: "", out: "1 name: 1 right, 0 wrong.\n" });
    await again.close();
  });
});
