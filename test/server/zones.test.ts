// The embedded zones in their file: what they refuse, how a record becomes another, and what a damaged file leads to.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localZoneId, openZones } from "../../src/server/local/zones.ts";
import { ADDRESS, HOST, OTHER_ADDRESS } from "./world.ts";

const ZONE = "dyn.example.com";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ddns-zones-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe("openZones", () => {
  const change = {
    zoneId: localZoneId(ZONE),
    name: HOST,
    type: "A",
    address: ADDRESS,
    ttlSeconds: 60,
  } as const;

  it("refuses what Route 53 refuses", async () => {
    const zones = openZones(dataDir, [ZONE]);
    for (const bad of [
      { zoneId: "Z1" },
      { name: "a.example.org" },
      { address: "2a00:1450::1" },
      { type: "AAAA" as const },
    ]) {
      expect(await zones.upsert({ ...change, ...bad })).toMatchObject({ kind: "failed" });
    }
    expect(zones.all()[0]).toMatchObject({ serial: 1, records: [] });
  });

  it("replaces a record, counts the serial up, and keeps zones that are no longer named", async () => {
    const zones = openZones(dataDir, [ZONE]);
    await zones.upsert(change);
    await zones.upsert({ ...change, address: OTHER_ADDRESS });
    await zones.upsert({ ...change, address: OTHER_ADDRESS });
    const again = openZones(dataDir, ["b.example.net"]).all();
    expect(again[0]).toMatchObject({ serial: 3, records: [{ address: OTHER_ADDRESS }] });
    expect(again[1]).toMatchObject({ name: "b.example.net", records: [] });
  });

  const record = { name: HOST, type: "A", ttlSeconds: 60, address: ADDRESS };
  it.each([
    "[{",
    "",
    "{}",
    "[1]",
    "[null]",
    '[{"id":"Z1"}]',
    JSON.stringify([{ id: "Z1", name: ZONE, serial: 1, records: [{ ...record, name: 3 }] }]),
    JSON.stringify([{ id: "Z1", name: ZONE, serial: 1, records: [{ ...record, address: "nonsense" }] }]),
    JSON.stringify([{ id: "Z1", name: ZONE, serial: 1, records: [null] }]),
  ])("says what to do about a damaged file: %s", (damaged) => {
    writeFileSync(join(dataDir, "zones.json"), damaged);
    expect(() => openZones(dataDir, [ZONE])).toThrow("zones.json is damaged; remove it");
  });
});
