// `lambda-ddns-admin logs`: over the local service's file, and over CloudWatch's pages by the real SDK and an HTTP stand-in.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LogPorts, logs } from "../../src/server/admin/logs.ts";
import { admin } from "../../src/server/admin/main.ts";
import { logGroup, logsClient } from "../../src/server/aws/log-group.ts";
import { hideNodeWarning } from "../../src/server/aws/sdk.ts";
import { logInto } from "../../src/server/local/log-file.ts";
import { logLine } from "../../src/server/log.ts";

const NOW = Date.now();
const entry = { mode: "set", durationMs: 5, route53Calls: 1, dynamodbCalls: 3 };
const written = [
  logLine(
    { ...entry, requestId: "id-1", host: "a.example.com", status: 201, verdict: "changed" },
    NOW - 5000,
  ),
  logLine(
    { ...entry, requestId: "id-2", host: "b.example.com", status: 500, verdict: "bug", fault: "x" },
    NOW - 4000,
  ),
];

/** Runs the command and returns what it printed. */
async function printed(...args: string[]) {
  const said: string[] = [];
  const print = (text: string) => said.push(text) > 0;
  const result = await admin(["logs", ...args], { DATA_DIR: dataDir }, { print, colours: false });
  return { ...result, said };
}

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "logs-"));
  const log = logInto(dataDir, () => {});
  log(logLine({ ...entry, requestId: "id-0", status: 201, verdict: "changed" }, NOW - 7_200_000));
  for (const line of written) log(line);
});
afterAll(() => rmSync(dataDir, { recursive: true }));

describe("locally", () => {
  it("shows the last hour in words", async () => {
    const { said, exit } = await printed("--local");
    expect(exit).toBe(0);
    expect(said).toEqual([
      expect.stringMatching(
        /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d set a\.example\.com: 201 changed \(5 ms, id id-1\)\n$/,
      ),
      expect.stringMatching(/ error: set b\.example\.com: 500 bug: x \(5 ms, id id-2\)\n$/),
    ]);
  });
  it.each([
    [["--request", "id-1"], [written[0]]],
    [["--host", "b.example.com"], [written[1]]],
    [["--errors"], [written[1]]],
    [["--since", "3h", "--errors"], [written[1]]],
    [["--host", "c.example.com"], []],
  ])("%j --json gives the lines as they are", async (args, lines) => {
    const { said } = await printed("--local", "--json", ...args);
    expect(said).toEqual(lines.map((one) => `${one}\n`));
  });
  it("is for the owner's eyes", () => {
    expect(statSync(join(dataDir, "server.log")).mode & 0o777).toBe(0o600);
  });
  it.each([
    [["--since", "soon"], "--since soon is not a span of time such as 90m, 1h or 7d."],
    [["host.example.com"], "logs takes no host."],
  ])("refuses %j", async (args, words) => {
    expect(await printed("--local", ...args)).toMatchObject({ exit: 2, err: expect.stringContaining(words) });
  });
  it("needs to be told the log group on AWS", async () => {
    expect(await printed()).toMatchObject({ exit: 1, err: expect.stringContaining("--log-group") });
  });
});

describe("over CloudWatch's pages", () => {
  const asked: Record<string, unknown>[] = [];
  const event = (eventId: string, at: number, message: string) => ({
    eventId,
    timestamp: NOW - at,
    message: `${message}\n`,
  });
  const pages = [
    { events: [event("2", 4000, written[1] ?? "")], nextToken: "more" },
    { events: [event("1", 5000, written[0] ?? ""), event("2", 4000, written[1] ?? "")] },
  ];
  let throttled = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      if (throttled-- > 0) {
        response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
        response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
        return;
      }
      asked.push(JSON.parse(body));
      expect(request.headers["x-amz-target"]).toBe("Logs_20140328.FilterLogEvents");
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(pages[(asked.length - 1) % 2]));
    });
  });
  let client: CloudWatchLogsClient;
  beforeAll(async () => {
    hideNodeWarning();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    client = logsClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "eu-west-1",
      credentials: { accessKeyId: "x", secretAccessKey: "y" },
    });
  });
  afterAll(() => {
    client.destroy();
    server.close();
  });
  const ports = (more: Partial<LogPorts>): LogPorts => ({
    source: logGroup("group", client),
    print: () => true,
    now: () => NOW,
    sleep: async () => {},
    colours: false,
    ...more,
  });

  it("asks for every page, and shows each line once and in order", async () => {
    const said: string[] = [];
    await logs({ json: true, host: "a.example.com" }, ports({ print: (text) => said.push(text) > 0 }));
    expect(asked).toEqual([
      { logGroupName: "group", startTime: NOW - 3_600_000, filterPattern: '{ $.host = "a.example.com" }' },
      expect.objectContaining({ nextToken: "more" }),
    ]);
    expect(said).toEqual([`${written[0]}\n`]);
  });
  it("watches until nobody reads any more, and shows nothing twice", async () => {
    const said: string[] = [];
    let [clock, rounds] = [NOW, 0];
    const sleep = async (milliseconds: number) => {
      clock += milliseconds;
      rounds++;
      if (rounds === 4) throw new Error("enough");
    };
    await expect(
      logs(
        { json: true, watch: true },
        ports({ print: (text) => said.push(text) > 0, now: () => clock, sleep }),
      ),
    ).rejects.toThrow("enough");
    expect(said).toEqual(written.map((one) => `${one}\n`));
    await logs({ watch: true }, ports({ print: () => false, now: () => clock }));
  });
  it("passes over nothing when a round takes minutes", async () => {
    let [clock, rounds] = [NOW, 0];
    const sleep = async () => {
      if (++rounds === 2) throw new Error("enough");
    };
    const slow = () => {
      clock += 90_000;
      return true;
    };
    const watched = ports({ print: slow, now: () => clock, sleep });
    await expect(logs({ json: true, watch: true }, watched)).rejects.toThrow("enough");
    const starts = asked.map(({ startTime }) => startTime);
    expect(starts.slice(-2)).toEqual([NOW - 60_000, NOW - 60_000]);
  });
  it("waits its turn where CloudWatch is asked too much", async () => {
    throttled = 4;
    const said: string[] = [];
    await logs({ json: true }, ports({ print: (text) => said.push(text) > 0 }));
    expect(said).toEqual(written.map((one) => `${one}\n`));
  }, 30_000);
  it("is coloured on a terminal only", async () => {
    const said: string[] = [];
    await logs({ errors: true }, ports({ print: (text) => said.push(text) > 0, colours: true }));
    expect(said).toEqual([expect.stringMatching(/^\u001b\[31m.* 500 bug.*\u001b\[0m\n$/)]);
  });
});
