// Events to requests: what a function URL sends, and everything that it never should. No event gets a 5xx.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAnswer } from "../../src/protocol/messages.ts";
import { serve } from "../../src/server/service.ts";
import { functionUrlEvent } from "./events.ts";
import { ADDRESS, HOST, makeWorld, SECRET, tokenFor } from "./world.ts";

async function answer(event: unknown, world = makeWorld()) {
  const lines: string[] = [];
  const service = { ...world.ports, log: (line: string) => lines.push(line) };
  const result = await serve(service, event, "invocation-1");
  return { ...result, lines, message: decodeAnswer(result.body) };
}

const SET = JSON.stringify({
  execution_mode: "set",
  ddns_hostname: HOST,
  validation_hash: tokenFor(ADDRESS),
});
const GET = '{"execution_mode":"get"}';

describe("readEvent", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
  ])("takes JSON of content type %j", async (contentType) => {
    const event = functionUrlEvent({ body: GET, headers: { "content-type": contentType } });
    expect(await answer(event)).toMatchObject({ statusCode: 200, message: { message: ADDRESS } });
  });

  it("undoes base64", async () => {
    const body = Buffer.from(SET).toString("base64");
    expect(await answer(functionUrlEvent({ body, isBase64Encoded: true }))).toMatchObject({
      statusCode: 201,
    });
  });

  it("takes a token in upper case", async () => {
    const body = SET.replace(tokenFor(ADDRESS), tokenFor(ADDRESS).toUpperCase());
    expect(await answer(functionUrlEvent({ body }))).toMatchObject({ statusCode: 201 });
  });

  it.each<[string, number, object]>([
    ["GET", 405, { method: "GET" }],
    ["HEAD", 405, { method: "HEAD" }],
    ["PUT", 405, { method: "PUT", body: GET }],
    ["no body", 400, { body: undefined }],
    ["an empty body", 400, { body: "" }],
    ["not JSON", 400, { body: "execution_mode=get" }],
    ["JSON that is no object", 400, { body: "[1]" }],
    ["no mode", 400, { body: "{}" }],
    ["a bad mode", 400, { body: '{"execution_mode":"delete"}' }],
    [
      "set without a host",
      400,
      { body: `{"execution_mode":"set","validation_hash":"${tokenFor(ADDRESS)}"}` },
    ],
    ["set without a token", 400, { body: `{"execution_mode":"set","ddns_hostname":"${HOST}"}` }],
    ["a malformed token", 400, { body: SET.replace(/[0-9a-f]{64}/, "abc") }],
    ["a name too long to be one", 400, { body: SET.replace(HOST, "a".repeat(255)) }],
    ["a name in another script", 400, { body: SET.replace(HOST, "m\u00fcnchen.example.com") }],
    ["half a character in a name", 400, { body: SET.replace(HOST, "\\ud800.example.com") }],
    ["a control character in a name", 400, { body: SET.replace(HOST, "a\\u0000.example.com") }],
    ["a body without end", 413, { body: " ".repeat(8193) }],
    [
      "base64 that is not UTF-8",
      400,
      { body: Buffer.from([0xff, 0xfe]).toString("base64"), isBase64Encoded: true },
    ],
  ])("%s: %i, with a sentence and the request's id", async (_name, status, change) => {
    const { statusCode, message, lines, headers } = await answer(
      functionUrlEvent({ requestId: "request-7", ...change }),
    );
    expect(statusCode).toBe(status);
    expect(message).toMatchObject({
      status: "fail",
      message: expect.stringMatching(/^\S.* .*\.$/),
      requestId: "request-7",
    });
    expect(headers).toMatchObject({ "content-type": "application/json" });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      request_id: "request-7",
      status,
      verdict: "malformed",
    });
    expect(lines).toHaveLength(1);
  });
  it.each([undefined, "", `${ADDRESS}, 10.0.0.1`])(
    "a caller whose address is %j: 400, without a digit that the sample's client would take for an address",
    async (sourceIp) => {
      const event = functionUrlEvent({ requestId: "7b-7c", body: GET, sourceIp });
      const { statusCode, message, lines } = await answer(event);
      expect(statusCode).toBe(400);
      expect(JSON.stringify(message)).not.toMatch(/\d/);
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({
        request_id: "7b-7c",
        verdict: "no-caller",
        level: "warn",
      });
    },
  );
});

describe("malformed events", () => {
  const field = (good: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: good }, fc.anything());
  const token = fc.oneof(
    fc.constant(tokenFor(ADDRESS)),
    fc.stringMatching(/^[0-9a-fA-F]{60,66}$/),
    fc.string(),
  );
  const body = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({
        execution_mode: field(fc.constantFrom("get", "set")),
        ddns_hostname: field(fc.oneof(fc.constant(HOST), fc.string({ unit: "binary", maxLength: 300 }))),
        validation_hash: field(token),
      })
      .map((members) => JSON.stringify(members)),
  );
  const http = fc.record({
    method: field(fc.constantFrom("POST", "POST", "POST", "GET")),
    sourceIp: field(fc.oneof(fc.constant(ADDRESS), fc.ipV4(), fc.ipV6())),
  });
  const event = fc.record({
    requestContext: field(fc.record({ http: field(http), requestId: field(fc.string()) })),
    body: field(body),
    isBase64Encoded: field(fc.boolean()),
  });

  it("get an answer below 500 with a sentence, and one line of JSON without the secret", async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: event }, fc.anything()), async (one) => {
        const { statusCode, message, lines } = await answer(one);
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
        expect(statusCode).toBeLessThan(500);
        expect(message?.message).not.toBe("");
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(/[\n\r]/);
        expect(JSON.parse(lines[0] ?? "")).toMatchObject({ status: statusCode });
        expect(lines[0]).not.toContain(SECRET);
      }),
      { numRuns: 12_000 },
    );
    // The generator reaches every room: malformed, wrong token, unfit address, success.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 405]));
  });
});

describe("the log", () => {
  it("has one line a request, with what it cost and neither token nor secret", async () => {
    const { lines } = await answer(functionUrlEvent({ body: SET, requestId: "request-9" }));
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      timestamp: "2027-01-15T08:00:00.000Z",
      level: "info",
      request_id: "request-9",
      mode: "set",
      host: HOST,
      address: ADDRESS,
      status: 201,
      verdict: "first",
      duration_ms: 0,
      route53_calls: 1,
      dynamodb_calls: 3,
    });
    expect(lines[0]).not.toContain(tokenFor(ADDRESS));
  });

  it("turns a bug of ours into a 500 without details and a line with them", async () => {
    const world = makeWorld();
    world.before = () => Promise.reject(new Error("table-name-in-a-bug"));
    const { statusCode, body, lines } = await answer(functionUrlEvent({ body: SET }), world);
    expect(statusCode).toBe(500);
    expect(body).not.toContain("table-name-in-a-bug");
    expect(lines[0]).toContain("table-name-in-a-bug");
  });

  it("falls back to the invocation's id", async () => {
    expect((await answer(null)).body).toContain("invocation-1");
  });
});
