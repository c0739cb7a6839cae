// Enrolment on the server: used once by whoever comes first in whichever order, repeated for the same router, refused alike.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveSecret, makeProof } from "../../src/protocol/enroll.ts";
import { encodeEnroll } from "../../src/protocol/messages.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { decodeEnrolment, encodeEnrolment } from "../../src/server/enroll.ts";
import { handle } from "../../src/server/handle.ts";
import { decodeRecord, decodeRetired, encodeRetired } from "../../src/server/record.ts";
import { serve } from "../../src/server/service.ts";
import { functionUrlEvent } from "./events.ts";
import {
  ADDRESS,
  HOST,
  makeWorld,
  OTHER_ADDRESS,
  SECRET,
  storedHost,
  tokenFor,
  type World,
} from "./world.ts";

const CODE = "0123456789ABCDEF";
const NONCE = "00112233445566778899aabbccddeeff";
const THIEF = "ffffffffffffffffffffffffffffffff";
const NOW = 1_800_000_000;
const DAY = 86_400;

/** A world whose host waits for a router with CODE; `keepSeconds`: its old secret goes on after the enrolment. */
function waiting(keepSeconds = 0, untilSeconds = NOW + 14 * DAY): World {
  const world = makeWorld();
  const enrolment = encodeEnrolment({ code: CODE, untilSeconds, keepSeconds, nonce: null });
  world.items.set(HOST, { ...storedHost(), enrolment });
  return world;
}

interface Try {
  nonce?: string;
  code?: string;
  host?: string;
  from?: string;
  /** The address that the proof is made for, where it is another than the caller's. */
  for?: string;
}

function enroll(world: World, tried: Try = {}) {
  const { nonce = NONCE, code = CODE, host = HOST, from = ADDRESS } = tried;
  const caller = callerAddress(from) ?? expect.fail();
  const token = makeProof(tried.for ?? from, host, nonce, code);
  return handle(world.ports, { mode: "enroll", hostname: host, nonce, token }, caller);
}

function set(world: World, secret: string, from = ADDRESS) {
  const caller = callerAddress(from) ?? expect.fail();
  return handle(world.ports, { mode: "set", hostname: HOST, token: tokenFor(from, HOST, secret) }, caller);
}

const item = (world: World) => world.items.get(HOST) ?? expect.fail();
const derived = (nonce = NONCE) => deriveSecret(nonce, CODE, HOST);

describe("a right code", () => {
  it("201, the record has the derived secret, and a set with it erases the code", async () => {
    const world = waiting();
    expect(await enroll(world)).toEqual({
      status: 201,
      message: `${HOST} is enrolled`,
      verdict: "enrolled",
    });
    expect(decodeRecord(item(world).data)).toMatchObject({ secret: derived(), ttlSeconds: 60 });
    expect(decodeEnrolment(item(world).enrolment)?.nonce).toBe(NONCE);
    expect(await set(world, derived())).toMatchObject({ status: 201, verdict: "first" });
    expect(item(world).enrolment).toBeNull();
    expect(world.calls).toEqual(["read", "enroll", "read", "erase", "swap", "upsert", "swap"]);
  });

  it("200 and no write when the same router asks again, though the code has expired since", async () => {
    const world = waiting();
    await enroll(world);
    world.clock.ms += 30 * DAY * 1000;
    const before = { ...item(world) };
    expect(await enroll(world, { from: OTHER_ADDRESS })).toMatchObject({ status: 200 });
    expect(item(world)).toEqual(before);
    await set(world, derived());
    expect(await enroll(world)).toMatchObject({ status: 401, verdict: "no-code" });
  });

  it("ends the old secret of a new host at once: nobody ever had it", async () => {
    const world = waiting();
    world.items.set(HOST, {
      ...item(world),
      retired: encodeRetired({ secret: "x", untilSeconds: NOW + DAY }),
    });
    await enroll(world);
    expect(item(world).retired).toBeNull();
    expect(await set(world, SECRET)).toMatchObject({ status: 401 });
  });

  it("lets a rotated host's old secret work until it is used, and a day longer; a set with it erases no code", async () => {
    const world = waiting(DAY);
    expect(await set(world, SECRET)).toMatchObject({ status: 201 });
    expect(item(world).enrolment).not.toBeNull();
    await enroll(world);
    expect(decodeRetired(item(world).retired)).toEqual({ secret: SECRET, untilSeconds: NOW + DAY });
    expect(await set(world, SECRET)).toMatchObject({ status: 200 });
    expect(item(world).enrolment).not.toBeNull();
    world.clock.ms += DAY * 1000;
    expect(await set(world, SECRET)).toMatchObject({ status: 401 });
    expect(await set(world, derived())).toMatchObject({ status: 200 });
    expect(item(world).enrolment).toBeNull();
  });

  it("of a disabled host: 403 with the reason, and the code is not used up", async () => {
    const world = waiting();
    world.items.set(HOST, { ...item(world), disabled: "unpaid" });
    expect(await enroll(world)).toMatchObject({ status: 403, message: expect.stringContaining("unpaid") });
    expect(decodeEnrolment(item(world).enrolment)?.nonce).toBeNull();
  });
});

describe("refusals", () => {
  const used = async () => {
    const world = waiting();
    await enroll(world, { nonce: THIEF });
    return world;
  };
  const cases: [string, string, () => World | Promise<World>, Try][] = [
    ["an unknown host", "unknown-host", waiting, { host: "nobody.dyn.example.com" }],
    ["a host without a code", "no-code", makeWorld, {}],
    ["a wrong code", "wrong-code", waiting, { code: "0123456789ABCDEG" }],
    ["a used code", "used-code", used, {}],
    ["an expired code", "expired-code", () => waiting(0, NOW), {}],
    ["a request replayed from another address", "wrong-code", waiting, { for: OTHER_ADDRESS }],
    ["a host written otherwise", "unknown-host", waiting, { host: HOST.toUpperCase() }],
  ];

  it.each(cases)(
    "%s: 401 in one sentence, one read, nothing written; the log says %s",
    async (_, verdict, make, tried) => {
      const world = await make();
      const before = { ...item(world) };
      world.calls.length = 0;
      const message = "The host name or the code is wrong, or the code was used or has expired.";
      expect(await enroll(world, tried)).toEqual({ status: 401, message, verdict });
      expect(world.calls).toEqual(["read"]);
      expect(item(world)).toEqual(before);
    },
  );

  it.each(cases)("%s: the answer's bytes differ in nothing", async (_, __, make, tried) => {
    const world = await make();
    const service = { ...world.ports, log: () => {} };
    const { nonce = NONCE, code = CODE, host = HOST, from = ADDRESS } = tried;
    const body = encodeEnroll(host, nonce, makeProof(tried.for ?? from, host, nonce, code));
    const answer = await serve(service, functionUrlEvent({ body, sourceIp: from }), "id");
    expect(answer).toMatchObject({ statusCode: 401 });
    expect(Object.keys(answer.headers)).toEqual(["content-type", "cache-control"]);
  });
});

describe("a code is used once", () => {
  it("by one of two routers, in every order of their steps; the other one is refused and has nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, thrice) => {
        const world = waiting();
        world.before = () => scheduler.schedule(Promise.resolve(undefined));
        world.after = () => scheduler.schedule(Promise.resolve());
        const nonces = [NONCE, THIEF, ...(thrice ? [NONCE] : [])];
        const all = Promise.all(nonces.map((nonce) => enroll(world, { nonce })));
        await scheduler.waitFor(all);
        const outcomes = await all;
        const winner = decodeEnrolment(item(world).enrolment)?.nonce ?? expect.fail();
        expect(decodeRecord(item(world).data)).toMatchObject({ secret: derived(winner) });
        for (const [index, { status }] of outcomes.entries())
          expect(nonces[index] === winner ? [200, 201] : [401]).toContain(status);
        expect(outcomes.filter(({ status }) => status === 201)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it("by a router that dies before or after any step and asks again: enrolled once, with one secret", async () => {
    for (const when of ["before", "after"] as const) {
      for (let at = 0; at < 2; at++) {
        const world = waiting();
        let left = at;
        world[when] = async () => {
          if (left-- === 0) throw new Error("died");
          return undefined;
        };
        await expect(enroll(world)).rejects.toThrow("died");
        world[when] = async () => undefined;
        expect((await enroll(world)).status).toBeLessThan(300);
        expect(decodeRecord(item(world).data)).toMatchObject({ secret: derived() });
        expect(await enroll(world, { nonce: THIEF })).toMatchObject({ status: 401 });
      }
    }
  });

  it.each([
    ["read", "busy", 503],
    ["read", "failed", 500],
    ["enroll", "busy", 503],
    ["enroll", "failed", 500],
  ] as const)("trouble at %s (%s): %i, nothing of it for the caller", async (step, kind, status) => {
    const world = waiting();
    world.before = async (now) => (now === step ? { kind, detail: "table ddns" } : undefined);
    const outcome = await enroll(world);
    expect(outcome.status).toBe(status);
    expect(outcome.message).not.toMatch(/table|ddns/);
    expect(decodeEnrolment(item(world).enrolment)?.nonce).toBeNull();
  });

  it("a set goes on although the erasing fails, and the next one erases", async () => {
    const world = waiting();
    await enroll(world);
    world.before = async (step) => (step === "erase" ? { kind: "busy", detail: "slow" } : undefined);
    expect(await set(world, derived())).toMatchObject({ status: 201 });
    world.before = async () => undefined;
    expect(await set(world, derived())).toMatchObject({ status: 200 });
    expect(item(world).enrolment).toBeNull();
  });
});

it("writes no code, nonce, proof or secret into the log, whatever happens", async () => {
  const lines: string[] = [];
  for (const broken of [null, "read", "enroll"]) {
    const world = waiting();
    world.before = async (step) => (step === broken ? { kind: "busy", detail: "slow" } : undefined);
    const service = { ...world.ports, log: (line: string) => void lines.push(line) };
    for (const code of [CODE, "0123456789ABCDEG"]) {
      const proof = makeProof(ADDRESS, HOST, NONCE, code);
      const body = encodeEnroll(HOST, NONCE, proof);
      const { body: answer } = await serve(service, functionUrlEvent({ body, sourceIp: ADDRESS }), "id");
      for (const text of [...lines, answer])
        for (const secret of [CODE, code, NONCE, proof, derived(), SECRET])
          expect(text).not.toContain(secret);
    }
  }
  expect(lines.map((line) => JSON.parse(line) as object)).toHaveLength(6);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ mode: "enroll", host: HOST, verdict: "enrolled" });
});
