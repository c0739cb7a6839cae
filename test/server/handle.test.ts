// The handler on ports in memory: every answer of the protocol, what it costs, and what it keeps to itself.
import { describe, expect, it } from "vitest";
import { callerAddress, LEASE_SECONDS } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import { decodeHistory } from "../../src/server/history.ts";
import { encodeRecord, encodeRetired } from "../../src/server/record.ts";
import {
  ADDRESS,
  HOST,
  IPV6,
  makeWorld,
  OTHER_ADDRESS,
  SECRET,
  storedHost,
  tableAndZone,
  tokenFor,
  type World,
  ZONE_ID,
} from "./world.ts";

function get(world: World, address: string) {
  return handle(world.ports, { mode: "get" }, callerAddress(address) ?? expect.fail());
}

function set(world: World, address = ADDRESS, { host = HOST, token = tokenFor(address, host) } = {}) {
  return handle(world.ports, { mode: "set", hostname: host, token }, callerAddress(address) ?? expect.fail());
}

describe("get", () => {
  it.each([ADDRESS, IPV6, "127.0.0.1", "2001:db8::1"])("answers %s and asks no port", async (address) => {
    const world = makeWorld();
    expect(await get(world, address)).toMatchObject({ status: 200, message: address });
    expect(world.calls).toEqual([]);
  });
});

describe("set", () => {
  it("publishes the first address: 201, one zone call between two conditional writes", async () => {
    const world = makeWorld();
    expect(await set(world)).toMatchObject({ status: 201, message: expect.stringContaining(ADDRESS) });
    expect(world.calls).toEqual(["read", "swap", "upsert", "swap"]);
    expect(tableAndZone(world)).toEqual({ phase: "confirmed", table: ADDRESS, zone: ADDRESS });
  });

  it("answers an unchanged address from one read: 200", async () => {
    const world = makeWorld();
    await set(world);
    world.calls.length = 0;
    expect(await set(world)).toMatchObject({ status: 200, verdict: "same" });
    expect(world.calls).toEqual(["read"]);
  });

  it("follows a changed address: 201", async () => {
    const world = makeWorld();
    await set(world);
    expect(await set(world, OTHER_ADDRESS)).toMatchObject({ status: 201, verdict: "changed" });
    expect(tableAndZone(world)).toEqual({ phase: "confirmed", table: OTHER_ADDRESS, zone: OTHER_ADDRESS });
  });

  it("keeps the addresses of a family in its history, in the write that confirms", async () => {
    const world = makeWorld();
    const swaps: (string | null | undefined)[] = [];
    const { swap } = world.ports.records;
    world.ports.records.swap = (...change) => {
      swaps.push(change[4]);
      return swap(...change);
    };
    const historyOf = () => decodeHistory(world.items.get(HOST)?.histories.ipv4 ?? null);
    await set(world);
    world.clock.ms += 3_600_000;
    await set(world, OTHER_ADDRESS);
    expect(historyOf()).toEqual([
      { address: OTHER_ADDRESS, sinceSeconds: 1_800_003_600 },
      { address: ADDRESS, sinceSeconds: 1_800_000_000 },
    ]);
    expect(swaps.map((history) => history !== undefined)).toEqual([false, true, false, true]);
    world.clock.ms += 86_400_000;
    expect(await set(world, OTHER_ADDRESS)).toMatchObject({ verdict: "refresh" });
    expect(swaps.slice(4)).toEqual([undefined, undefined]);
    world.ports.historyLength = 0;
    await set(world);
    expect(world.items.get(HOST)?.histories).toEqual({ ipv4: null, ipv6: null });
  });

  it("publishes a changed TTL at the next set, though the address is the same", async () => {
    const world = makeWorld();
    await set(world);
    const item = world.items.get(HOST) ?? expect.fail();
    world.items.set(HOST, {
      ...item,
      data: encodeRecord({ zoneId: ZONE_ID, ttlSeconds: 300, secret: SECRET }),
    });
    expect(await set(world)).toMatchObject({ status: 201, verdict: "changed" });
    expect(await set(world)).toMatchObject({ status: 200, verdict: "same" });
  });

  it("tells of a disabled host only to whoever knows its secret: 403, with the reason", async () => {
    const world = makeWorld();
    const item = world.items.get(HOST) ?? expect.fail();
    world.items.set(HOST, { ...item, disabled: "moved\nout" });
    expect(await set(world)).toEqual({
      status: 403,
      message: `${HOST} is disabled: moved?out`,
      verdict: "disabled",
    });
    expect(world.calls).toEqual(["read"]);
    const token = tokenFor(ADDRESS, HOST, "another secret");
    const caller = callerAddress(ADDRESS) ?? expect.fail();
    expect(await handle(world.ports, { mode: "set", hostname: HOST, token }, caller)).toMatchObject({
      status: 401,
      verdict: "wrong-token",
    });
  });

  it("keeps A and AAAA apart", async () => {
    const world = makeWorld();
    await set(world);
    expect(await set(world, IPV6)).toMatchObject({ status: 201, verdict: "first" });
    expect([...world.dns]).toEqual([
      [`${HOST}/A`, ADDRESS],
      [`${HOST}/AAAA`, IPV6],
    ]);
    expect(await set(world)).toMatchObject({ status: 200 });
  });

  it("writes the zone again when the last time is refresh_seconds ago: 200", async () => {
    const world = makeWorld({ refreshSeconds: 100 });
    await set(world);
    world.dns.clear();
    world.clock.ms += 99_000;
    expect(await set(world)).toMatchObject({ verdict: "same" });
    world.clock.ms += 1_000;
    expect(await set(world)).toMatchObject({ status: 200, verdict: "refresh" });
    expect(world.dns.get(`${HOST}/A`)).toBe(ADDRESS);
    expect(await set(world)).toMatchObject({ verdict: "same" });
  });

  it.each(["deleted", "edited"])(
    "writes a record that was %s by hand when the router asks for a refresh",
    async (how) => {
      const world = makeWorld();
      await set(world);
      world.dns.clear();
      if (how === "edited") world.dns.set(`${HOST}/A`, OTHER_ADDRESS);
      expect(await set(world)).toMatchObject({ verdict: "same" });
      const refreshed = { mode: "set", hostname: HOST, token: tokenFor(ADDRESS), refresh: true } as const;
      const caller = callerAddress(ADDRESS) ?? expect.fail();
      expect(await handle(world.ports, refreshed, caller)).toMatchObject({ status: 200, verdict: "refresh" });
      expect(world.dns.get(`${HOST}/A`)).toBe(ADDRESS);
    },
  );

  it("publishes at once under another zone or TTL when the operator changed the record", async () => {
    const world = makeWorld();
    await set(world);
    const item = world.items.get(HOST) ?? expect.fail();
    world.items.set(HOST, { ...item, data: item.data?.replace(":60,", ":30,") ?? null });
    expect(await set(world)).toMatchObject({ verdict: "changed" });
  });

  it("takes a name with a final dot or upper case as it is stored, and writes the zone's spelling", async () => {
    const world = makeWorld();
    for (const host of ["Two.dyn.example.com.", "*.dyn.example.com"]) {
      world.items.set(host, storedHost());
      expect(await set(world, ADDRESS, { host })).toMatchObject({ status: 201 });
      expect(await set(world, ADDRESS, { host })).toMatchObject({ status: 200 });
    }
    expect([...world.dns.keys()]).toEqual(["two.dyn.example.com/A", "*.dyn.example.com/A"]);
  });

  it.each([10, 100])(
    "stops at the limit of changes with 429 and goes on a minute later (%s)",
    async (step) => {
      const world = makeWorld({ changesPerMinute: 2 });
      const results = [];
      for (const address of [ADDRESS, OTHER_ADDRESS, ADDRESS, OTHER_ADDRESS]) {
        results.push(await set(world, address));
        world.clock.ms += step;
      }
      expect(results.map(({ status }) => status)).toEqual([201, 201, 429, 200]);
      expect(results[2]).toMatchObject({ retryAfterSeconds: 60 });
      world.clock.ms += 60_000;
      expect(await set(world)).toMatchObject({ status: 201 });
    },
  );
});

describe("who may not", () => {
  it.each([
    ["a wrong secret", HOST, tokenFor(ADDRESS, HOST, "another")],
    ["a token for another address", HOST, tokenFor(OTHER_ADDRESS)],
    ["an unknown host", "nobody.dyn.example.com", tokenFor(ADDRESS, "nobody.dyn.example.com")],
    ["another letter case", HOST.toUpperCase(), tokenFor(ADDRESS, HOST.toUpperCase())],
    ["a final dot too much", `${HOST}.`, tokenFor(ADDRESS, `${HOST}.`)],
  ])("%s: 401, alike to the caller and in its cost", async (_name, host, token) => {
    const world = makeWorld();
    const { status, message } = await set(world, ADDRESS, { host, token });
    expect({ status, message }).toEqual({
      status: 401,
      message: "The host name or the validation hash is wrong.",
    });
    expect(world.calls).toEqual(["read"]);
  });

  it("does not know an unknown host by the secret that stands in for one", async () => {
    const host = "nobody.dyn.example.com";
    const world = makeWorld();
    expect(await set(world, ADDRESS, { host, token: tokenFor(ADDRESS, host, "-".repeat(32)) })).toMatchObject(
      { status: 401 },
    );
    expect(await set(world, ADDRESS, { token: tokenFor(ADDRESS, HOST, "-".repeat(32)) })).toMatchObject({
      status: 401,
    });
  });

  it("refuses to publish an unfit address before it asks the table", async () => {
    const world = makeWorld();
    for (const address of ["10.1.2.3", "203.0.113.7", "fd00::1"]) {
      expect(await set(world, address)).toMatchObject({
        status: 400,
        message: expect.stringContaining(address),
      });
    }
    expect(world.calls).toEqual([]);
  });

  it("takes a retired secret until its time is over", async () => {
    const world = makeWorld();
    const untilSeconds = world.clock.ms / 1000 + 100;
    const retired = encodeRetired({ secret: "old", untilSeconds });
    world.items.set(HOST, { ...storedHost(), retired });
    const old = { token: tokenFor(ADDRESS, HOST, "old") };
    expect(await set(world, ADDRESS, old)).toMatchObject({ status: 201 });
    expect(await set(world)).toMatchObject({ status: 200 });
    world.clock.ms += 100_000;
    expect(await set(world, ADDRESS, old)).toMatchObject({ status: 401 });
    expect(await set(world)).toMatchObject({ status: 200 });
  });
});

describe("trouble", () => {
  const detail = "AccessDenied: arn:aws:dynamodb:eu-west-1:123456789012:table/ddns Z0123456789ABCDEFGHIJ";
  const cases: [
    string,
    number,
    Parameters<typeof breakStep>[1],
    "busy" | "failed" | "refused" | "unsure",
    number,
  ][] = [
    ["the table is throttled", 503, "read", "busy", 1],
    ["the table is not there", 500, "read", "failed", 1],
    ["the mark is throttled", 503, "swap", "busy", 1],
    ["the mark is forbidden", 500, "swap", "failed", 1],
    ["the zone is throttled", 503, "upsert", "refused", 1],
    ["the zone is not there", 500, "upsert", "failed", 1],
    ["the zone did not answer", 503, "upsert", "unsure", 1],
    ["the confirmation is throttled", 503, "swap", "busy", 2],
  ];

  function breakStep(world: World, step: "read" | "swap" | "upsert", kind: string, nth: number) {
    let seen = 0;
    world.before = async (now) => (now === step && ++seen === nth ? ({ kind, detail } as never) : undefined);
  }

  it.each(cases)(
    "%s: %i, nothing of it for the caller, all of it for the log",
    async (_name, status, step, kind, nth) => {
      const world = makeWorld();
      breakStep(world, step, kind, nth);
      const outcome = await set(world);
      expect(outcome.status).toBe(status);
      expect(outcome.retryAfterSeconds !== undefined).toBe(status === 503);
      expect(outcome.fault).toContain(detail);
      expect(outcome.message).not.toMatch(/aws|arn|dynamo|route|table|zone|Z0/i);
      expect(JSON.stringify(outcome)).not.toContain(SECRET);
    },
  );

  it.each(cases)("%s: the next call after the lease heals it", async (_name, _status, step, kind, nth) => {
    const world = makeWorld();
    breakStep(world, step, kind, nth);
    await set(world);
    world.clock.ms += LEASE_SECONDS * 1000;
    expect((await set(world)).status).toBe(201);
    expect(tableAndZone(world)).toEqual({ phase: "confirmed", table: ADDRESS, zone: ADDRESS });
  });

  it("lets the next call try at once when the zone is certainly unchanged", async () => {
    const world = makeWorld();
    breakStep(world, "upsert", "refused", 1);
    await set(world);
    expect(await set(world)).toMatchObject({ status: 201, verdict: "redo" });
  });

  it.each(["refused", "failed"] as const)(
    "counts no write that Route 53 %s as a change of the host",
    async (what) => {
      const world = makeWorld();
      const limit = world.ports.limits.changesPerMinute;
      for (let count = 0; count <= limit; count++) {
        breakStep(world, "upsert", what, 1);
        expect((await set(world)).status).not.toBe(429);
      }
      expect(await set(world)).toMatchObject({ status: 201 });
    },
  );

  it("looks once more after a lost race: whoever won may have published the same", async () => {
    const world = makeWorld();
    let raced = false;
    world.after = async (step) => {
      if (step !== "read" || raced) return;
      raced = true;
      await set(world);
    };
    expect(await set(world)).toMatchObject({ status: 200, verdict: "same" });
    expect(world.calls.filter((step) => step === "upsert")).toHaveLength(1);
  });

  it("gives up after the second lost race: 503", async () => {
    const world = makeWorld();
    world.after = async (step) => {
      const item = world.items.get(HOST) ?? expect.fail();
      if (step === "read")
        world.items.set(HOST, { ...item, states: { ipv4: `{"n":${world.calls.length}}`, ipv6: null } });
    };
    expect(await set(world)).toMatchObject({
      status: 503,
      verdict: "held",
      retryAfterSeconds: LEASE_SECONDS,
    });
    expect(world.calls).toEqual(["read", "swap", "read", "swap"]);
  });

  it("does not touch the zone under a mark that took too long", async () => {
    const world = makeWorld();
    world.after = async (step) => {
      if (step === "swap") world.clock.ms += 11_000;
    };
    expect(await set(world)).toMatchObject({ status: 503, verdict: "held" });
    expect(world.dns.size).toBe(0);
  });

  it.each([
    [null, "data"],
    ["not json", "data"],
    [`{"route_53_zone_id":"Z1","shared_secret":"${SECRET}"}`, "route_53_record_ttl"],
  ])("a record with data %s: 500, and a line that names record and fault", async (data, fault) => {
    const world = makeWorld();
    world.items.set(HOST, { ...storedHost(), data });
    const outcome = await set(world);
    expect(outcome).toMatchObject({ status: 500, fault: expect.stringContaining(HOST) });
    expect(outcome.fault).toContain(fault);
    expect(outcome.message).not.toContain(fault);
  });

  it("writes over a state that cannot be read", async () => {
    const world = makeWorld();
    world.items.set(HOST, { ...storedHost(), states: { ipv4: "{damaged", ipv6: null } });
    expect(await set(world)).toMatchObject({ status: 201, verdict: "first" });
    expect(await set(world)).toMatchObject({ status: 200 });
  });
});
