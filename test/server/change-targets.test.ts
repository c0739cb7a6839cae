// The targets of change events over real HTTP: receivers that take, refuse, throttle and hang, SNS and EventBridge by the SDK.
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventBridgeTarget } from "../../src/server/aws/eventbridge.ts";
import { publishDigest, snsTarget } from "../../src/server/aws/sns.ts";
import { readTarget } from "../../src/server/change-target.ts";
import type { ChangeMessage } from "../../src/server/events.ts";
import { httpsTarget } from "../../src/server/https-target.ts";

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:changes";
const BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/changes";

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

let server: Server;
let url: string;
let asked: { headers: IncomingHttpHeaders; body: string }[];
/** The next answers; "hang" for none; 200 when there are no more. */
let replies: (Reply | "hang")[];
beforeEach(async () => {
  asked = [];
  replies = [];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push({ headers: request.headers, body });
      const reply = replies.shift() ?? { status: 200 };
      if (reply === "hang") return;
      response.writeHead(reply.status, { "x-amzn-RequestId": "r-1", ...reply.headers });
      response.end(reply.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const message = (change: Partial<ChangeMessage> = {}): ChangeMessage => ({
  id: "3f2b8c1e-0000-4000-8000-000000000001",
  type: "published",
  host: "host1.dyn.example.com",
  family: "ipv4",
  address: "176.32.100.36",
  was: "11.12.13.14",
  at: "2027-01-15T08:00:00Z",
  sequence: "100",
  ...change,
});

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const sdk = () => ({ endpoint: url, region: "eu-west-1", credentials, maxAttempts: 1 });

describe("a web address", () => {
  it("gets one POST of JSON, with the id as its key", async () => {
    expect(await httpsTarget(`${url}/hook?a=b`).send([message()])).toEqual({
      taken: 1,
      delivery: { kind: "done" },
    });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual(message());
    expect(asked[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "idempotency-key": message().id,
    });
  });

  it.each<[string, Reply | "hang", string, number]>([
    ["fails", { status: 500 }, "the target answered 500", 10],
    ["throttles, and says how long", { status: 429, headers: { "retry-after": "120" } }, "answered 429", 120],
    ["throttles", { status: 429 }, "answered 429", 10],
    [
      "is down for a while",
      { status: 503, headers: { "retry-after": "Fri, 15 Jan 2027" } },
      "answered 503",
      10,
    ],
    ["refuses", { status: 404 }, "answered 404", 0],
    ["sends elsewhere", { status: 302, headers: { location: "https://example.net/" } }, "answered 302", 10],
    ["hangs", "hang", "did not answer: no answer in time", 10],
  ])("%s: failed, with its wait", async (_name, reply, detail, retryAfterSeconds) => {
    replies.push(reply);
    const { taken, delivery } = await httpsTarget(url, 300).send([message()]);
    expect(taken).toBe(0);
    expect(delivery).toEqual({ kind: "failed", detail: expect.stringContaining(detail), retryAfterSeconds });
    expect(asked).toHaveLength(1);
  });

  it("is not there: failed, and its address is not in the log", async () => {
    const port = (server.address() as AddressInfo).port;
    await new Promise((done) => server.close(done));
    const { delivery } = await httpsTarget(`http://127.0.0.1:${port}/hook?token=secret`, 300).send([
      message(),
    ]);
    expect(delivery).toEqual({
      kind: "failed",
      detail: "the target did not answer: ECONNREFUSED",
      retryAfterSeconds: 10,
    });
    server.listen(0, "127.0.0.1");
  });
});

describe("an SNS topic", () => {
  const target = () => snsTarget(new SNSClient(sdk()), TOPIC);
  const published = (body: string) => Object.fromEntries(new URLSearchParams(body));
  const xml = (content: string) => `<?xml version="1.0"?>${content}`;
  const done: Reply = {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: xml(
      '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>',
    ),
  };
  const refusal = (code: string, status: number): Reply => ({
    status,
    headers: { "content-type": "text/xml" },
    body: xml(
      `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
    ),
  });

  it("gets a sentence for mail and the JSON for everybody else", async () => {
    replies.push(done);
    expect(await target().send([message()])).toEqual({ taken: 1, delivery: { kind: "done" } });
    const form = published(asked[0]?.body ?? "");
    expect(form).toMatchObject({ Action: "Publish", TopicArn: TOPIC, MessageStructure: "json" });
    const { default: json, email } = JSON.parse(form["Message"] ?? "") as Record<string, string>;
    expect(JSON.parse(json ?? "")).toEqual(message());
    expect(email).toBe(
      "host1.dyn.example.com has the IPv4 address 176.32.100.36 since 2027-01-15T08:00:00Z (before that 11.12.13.14).",
    );
  });

  it("gets a subject that it takes, however long the name", async () => {
    replies.push(done);
    await target().send([message({ host: `${"a".repeat(60)}.${"b".repeat(60)}.example.com`, was: null })]);
    const form = published(asked[0]?.body ?? "");
    expect(form["Subject"]?.length).toBeLessThan(100);
    expect(form["Message"]).toContain("its first address");
  });

  it.each<[string, number, number]>([
    ["Throttled", 429, 10],
    ["InternalError", 500, 10],
    ["AuthorizationError", 403, 0],
    ["NotFound", 404, 0],
  ])("%s: failed", async (code, status, retryAfterSeconds) => {
    replies.push(refusal(code, status));
    const { taken, delivery } = await target().send([message()]);
    expect(taken).toBe(0);
    expect(delivery).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("SNS: "),
      retryAfterSeconds,
    });
  });

  it("takes the digest, or says what went wrong", async () => {
    const client = new SNSClient(sdk());
    const digest = { subject: "lambda-ddns: 1 late", text: "Late\n  a\n" };
    replies.push(done, refusal("InternalError", 500), refusal("AuthorizationError", 403));
    expect(await publishDigest(client, TOPIC, digest)).toEqual({ kind: "done" });
    expect(published(asked[0]?.body ?? "")).toMatchObject({ Subject: digest.subject, Message: digest.text });
    expect(await publishDigest(client, TOPIC, digest)).toMatchObject({ kind: "busy" });
    expect(await publishDigest(client, TOPIC, digest)).toMatchObject({ kind: "failed" });
  });
});

describe("an EventBridge bus", () => {
  const target = () => eventBridgeTarget(new EventBridgeClient(sdk()), BUS);
  const json = (body: object, status = 200): Reply => ({
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(body),
  });

  it("gets up to ten changes a call", async () => {
    replies.push(json({ FailedEntryCount: 0, Entries: [{ EventId: "1" }, { EventId: "2" }] }));
    const both = [message(), message({ sequence: "101" })];
    expect(await target().send(both)).toEqual({ taken: 2, delivery: { kind: "done" } });
    expect(target().atOnce).toBe(10);
    expect(asked[0]?.headers["x-amz-target"]).toBe("AWSEvents.PutEvents");
    const { Entries } = JSON.parse(asked[0]?.body ?? "") as { Entries: Record<string, string>[] };
    expect(Entries[1]).toMatchObject({ EventBusName: BUS, Source: "lambda-ddns", DetailType: "published" });
    expect(JSON.parse(Entries[1]?.["Detail"] ?? "")).toEqual(both[1]);
  });

  it("takes a part: failed from the first entry that it did not take", async () => {
    const Entries = [{ EventId: "1" }, { ErrorCode: "InternalFailure", ErrorMessage: "x" }, { EventId: "3" }];
    replies.push(json({ FailedEntryCount: 1, Entries }));
    expect(await target().send([message(), message(), message()])).toMatchObject({
      taken: 1,
      delivery: { kind: "failed", detail: "EventBridge: InternalFailure: x", retryAfterSeconds: 10 },
    });
  });

  it.each<[string, number, number]>([
    ["ThrottlingException", 400, 10],
    ["InternalException", 500, 10],
    ["AccessDeniedException", 400, 0],
  ])("%s: failed", async (__type, status, retryAfterSeconds) => {
    replies.push(json({ __type, message: "no" }, status));
    const { taken, delivery } = await target().send([message()]);
    expect(taken).toBe(0);
    expect(delivery).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining(__type),
      retryAfterSeconds,
    });
  });
});

describe("readTarget", () => {
  it.each<[string, string]>([
    ["https://ntfy.example.com/routers", "https"],
    ["http://127.0.0.1:8000/hook", "https"],
    ["http://[::1]:8000/hook", "https"],
    [TOPIC, "sns"],
    ["arn:aws-cn:sns:cn-north-1:123456789012:t", "sns"],
    [BUS, "eventbridge"],
  ])("takes %s", (text, kind) => expect(readTarget(text)).toMatchObject({ kind }));
  it.each([
    "",
    "http://example.com/hook",
    "https://user:pass@example.com/",
    "ftp://example.com/",
    "example.com",
    "arn:aws:sqs:eu-west-1:123456789012:q",
    "arn:aws:sns:eu-west-1:123456789012:topic:subscription",
    "arn:aws:events:eu-west-1:123456789012:rule/r",
  ])("refuses %j and says what it takes", (text) => expect(readTarget(text)).toContain("give an https URL"));
});
