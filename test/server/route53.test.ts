// The Route 53 adapter through the real SDK, against a stand-in that speaks the API's own XML and refusals.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { route53Client, route53Zone } from "../../src/server/aws/route53.ts";
import type { ZoneChange } from "../../src/server/ports.ts";
import { type StandIn, startRoute53 } from "./route53-stand-in.ts";

const CHANGE: ZoneChange = {
  zoneId: "Z1",
  name: "host1.dyn.example.com",
  type: "A",
  address: "176.32.100.36",
  ttlSeconds: 60,
};

let aws: StandIn;
beforeAll(async () => {
  aws = await startRoute53({ Z1: "dyn.example.com." });
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.records.clear();
  aws.requests.length = 0;
  aws.next.length = 0;
});

function upsert(change: Partial<ZoneChange> = {}) {
  return route53Zone(aws.client()).upsert({ ...CHANGE, ...change });
}

describe("route53Zone", () => {
  it("writes A and AAAA with their TTL in one call each, and lists nothing", async () => {
    expect(await upsert()).toEqual({ kind: "done" });
    expect(await upsert({ type: "AAAA", address: "2a00:1450::1", ttlSeconds: 300 })).toEqual({
      kind: "done",
    });
    expect([...aws.records]).toEqual([
      ["host1.dyn.example.com. A", { ttl: "60", values: ["176.32.100.36"] }],
      ["host1.dyn.example.com. AAAA", { ttl: "300", values: ["2a00:1450::1"] }],
    ]);
    expect(aws.requests).toEqual(Array(2).fill("POST /2013-04-01/hostedzone/Z1/rrset"));
  });

  it("writes a wildcard", async () => {
    expect(await upsert({ name: "*.dyn.example.com" })).toEqual({ kind: "done" });
    expect([...aws.records.keys()]).toEqual(["\\052.dyn.example.com. A"]);
  });

  it.each(["Throttling", "ThrottlingException", "PriorRequestNotComplete", "TooManyRequestsException"])(
    "%s: refused, the zone unchanged, not tried again",
    async (code) => {
      aws.next.push(code);
      expect(await upsert()).toMatchObject({ kind: "refused", detail: expect.stringContaining(code) });
      expect(aws.requests).toHaveLength(1);
    },
  );

  it.each<[string, Partial<ZoneChange>, string]>([
    ["a zone that is not there", { zoneId: "ZNONE" }, "NoSuchHostedZone"],
    ["a name outside the zone", { name: "outside.example.org" }, "InvalidChangeBatch"],
    ["an IPv6 address in an A record", { address: "2a00:1450::1" }, "InvalidChangeBatch"],
    ["a name that is a CNAME", { name: "cname.dyn.example.com" }, "InvalidChangeBatch"],
  ])("%s: failed, with the reason for the log", async (_name, change, code) => {
    aws.records.set("cname.dyn.example.com. CNAME", { ttl: "60", values: ["elsewhere.example.com."] });
    expect(await upsert(change)).toMatchObject({ kind: "failed", detail: expect.stringContaining(code) });
  });

  it("writes a batch in one call", async () => {
    const changes = [CHANGE, { ...CHANGE, name: "host2.dyn.example.com" }];
    expect(await route53Zone(aws.client()).upsertAll("Z1", changes)).toEqual({ kind: "done" });
    expect([...aws.records.keys()]).toEqual(["host1.dyn.example.com. A", "host2.dyn.example.com. A"]);
    expect(aws.requests).toHaveLength(1);
  });

  it.each<[string, string, Partial<ZoneChange>, string | null]>([
    ["invalid", "one bad name, and none is written", { name: "outside.example.org" }, null],
    ["invalid", "one name that the role may not write", {}, "AccessDenied"],
    ["refused", "no room", {}, "Throttling"],
    ["unsure", "a failure of Route 53", {}, "InternalFailure"],
  ])("a batch is %s: %s", async (kind, _why, change, code) => {
    if (code !== null) aws.next.push(code);
    const changes = [CHANGE, { ...CHANGE, name: "host2.dyn.example.com", ...change }];
    expect(await route53Zone(aws.client()).upsertAll("Z1", changes)).toMatchObject({ kind });
    expect(aws.records.size).toBe(0);
  });

  it("a batch for a zone that is not there: failed", async () => {
    expect(await route53Zone(aws.client()).upsertAll("ZNONE", [CHANGE])).toMatchObject({ kind: "failed" });
  });

  it("no connection, or the service's own failure: unsure", async () => {
    const gone = await startRoute53({});
    const client = gone.client();
    await gone.close();
    expect(await route53Zone(client).upsert(CHANGE)).toMatchObject({ kind: "unsure" });
    aws.next.push("InternalFailure");
    expect(await upsert()).toMatchObject({ kind: "unsure", detail: expect.stringContaining("(500)") });
    expect(aws.requests).toHaveLength(1);
  });

  it("no answer within the deadline: unsure", async () => {
    aws.next.push("hang");
    expect(await route53Zone(aws.client(), 100).upsert(CHANGE)).toMatchObject({ kind: "unsure" });
  });

  it("is made to be tried once", async () => {
    const client = route53Client();
    expect(await client.config.maxAttempts()).toBe(1);
    client.destroy();
  });
});
