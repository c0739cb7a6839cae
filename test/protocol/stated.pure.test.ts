// Token 2 against fixed vectors, in every engine, and the message that carries it.
import { describe, expect, it } from "vitest";
import { decodeRequest } from "../../src/protocol/messages.ts";
import { encodeStatedSet, makeStatedToken } from "../../src/protocol/stated.ts";
import vectors from "../vectors/stated.json" with { type: "json" };

const STATED = { address: "2a00:1450:1:2::1234", timeSeconds: 1_800_000_000 };
const TOKEN = "ab".repeat(32);

describe("the formula", () => {
  it.each(vectors)("$source", ({ hostname, address, timeSeconds, secret, token }) => {
    expect(makeStatedToken(hostname, { address, timeSeconds }, secret)).toBe(token);
  });
});

describe("the message", () => {
  it("is read as it was written", () => {
    expect(decodeRequest(encodeStatedSet("h.example.com", STATED, TOKEN))).toEqual({
      mode: "set",
      hostname: "h.example.com",
      token: TOKEN,
      stated: STATED,
    });
  });
  it.each([
    [{ ddns_time: undefined }, "ddns_time"],
    [{ ddns_address: undefined }, "ddns_address"],
    [{ ddns_address: 1 }, "ddns_address"],
    [{ ddns_time: "1800000000" }, "ddns_time"],
    [{ ddns_time: 1.5 }, "ddns_time"],
    [{ ddns_time: -1 }, "ddns_time"],
    [{ ddns_time: 1e300 }, "ddns_time"],
  ])("with %o names the member that is wrong", (change, member) => {
    const members: unknown = JSON.parse(encodeStatedSet("h.example.com", STATED, TOKEN));
    expect(decodeRequest(JSON.stringify({ ...(members as object), ...change }))).toContain(member);
  });
});
