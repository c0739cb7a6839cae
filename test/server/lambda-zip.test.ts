// The function's zip: small, the same every time, and it runs: unpacked, a get answers without any of the SDK.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunction, zip } from "../../build/lambda.ts";
import { functionUrlEvent } from "./events.ts";
import { ADDRESS } from "./world.ts";

let files: Record<string, Uint8Array>;
let dir: string;
beforeAll(async () => {
  files = await buildFunction();
  dir = mkdtempSync(join(tmpdir(), "ddns-zip-"));
  for (const [name, bytes] of Object.entries(unzipSync(zip(files)))) writeFileSync(join(dir, name), bytes);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Calls the handler in a process of its own, with no network to speak of; returns its answer and its output. */
function invoke(event: object, env: Record<string, string>) {
  const script = `
    import { handler } from "./index.mjs";
    const answer = await handler(${JSON.stringify(event)}, { awsRequestId: "invocation" });
    console.log(JSON.stringify(answer));
  `;
  writeFileSync(join(dir, "call.mjs"), script);
  const run = spawnSync(process.execPath, ["call.mjs"], {
    cwd: dir,
    encoding: "utf8",
    env: { PATH: "", ...env },
  });
  const [log = "", result = ""] = run.stdout.trim().split("\n");
  return { stderr: run.stderr, log, answer: JSON.parse(result) as { statusCode: number; body: string } };
}

/** Calls the handler of another function of the zip; unlike invoke it lets this process serve meanwhile. */
function call(name: string, event: object, env: Record<string, string>) {
  const script = `
    import { handler } from "./${name}.mjs";
    console.log(JSON.stringify(await handler(${JSON.stringify(event)})));
  `;
  writeFileSync(join(dir, `call-${name}.mjs`), script);
  return promisify(execFile)(process.execPath, [`call-${name}.mjs`], { cwd: dir, env: { PATH: "", ...env } });
}

/** Files that `name` imports when it is loaded, with theirs. */
function loadedWith(name: string, seen = new Set<string>()): Set<string> {
  seen.add(name);
  const text = Buffer.from(files[name] ?? []).toString();
  for (const [, next = ""] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    if (!seen.has(next)) loadedWith(next, seen);
  }
  return seen;
}

describe("dist/lambda.zip", () => {
  it("is below 1 MB and the same every time", async () => {
    const once = zip(files);
    expect(once.length).toBeLessThan(1_000_000);
    expect(Buffer.compare(zip(await buildFunction()), once)).toBe(0);
  });

  it("loads nothing of the SDK until a request needs it", () => {
    const bytes = [...loadedWith("index.mjs")].reduce((sum, name) => sum + (files[name]?.length ?? 0), 0);
    expect(bytes).toBeLessThan(32_000);
    const names = Object.keys(files);
    expect(names.some((name) => name.startsWith("dynamodb"))).toBe(true);
    expect(names.some((name) => name.startsWith("route53"))).toBe(true);
  });

  it("keeps what the other functions need apart from what routers wait for", () => {
    const parts = Object.keys(files).filter((name) => /^(index|dynamodb|route53)/.test(name));
    const loaded = parts.flatMap((name) => [...loadedWith(name)]);
    expect(loaded.length).toBeGreaterThan(10);
    expect(loaded.filter((name) => name.startsWith("jobs-"))).toEqual([]);
    expect(
      [...loadedWith("events.mjs")].reduce((sum, name) => sum + (files[name]?.length ?? 0), 0),
    ).toBeLessThan(16_000);
  });

  it("delivers change events to a web address, from the stream's own record", async () => {
    const received: string[] = [];
    const receiver = createServer((request, response) => {
      request.on("data", (chunk) => received.push(String(chunk)));
      request.on("end", () => response.end());
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const state = {
      phase: "confirmed",
      address: ADDRESS,
      target: "Z1/60",
      at: 1_800_000_000,
      minute: 1,
      changes: 1,
    };
    const a_state = { S: JSON.stringify({ ...state, writer: "3f2b8c1e-0000-4000-8000-000000000001" }) };
    const dynamodb = {
      Keys: { hostname: { S: "h.example.com" } },
      NewImage: { a_state },
      SequenceNumber: "7",
    };
    const { stdout } = await call("events", { Records: [{ dynamodb }] }, { change_target: url });
    receiver.close();
    expect(JSON.parse(received.join(""))).toMatchObject({
      host: "h.example.com",
      address: ADDRESS,
      sequence: "7",
    });
    expect(stdout.trim().split("\n").at(-1)).toBe('{"batchItemFailures":[]}');
  });

  it.each([
    ["events", "the change target is none: give an https URL"],
    ["watch", "ddns_config_table is not set"],
  ])("%s names the setting that it lacks", async (name, sentence) => {
    await expect(call(name, {}, {})).rejects.toMatchObject({ stderr: expect.stringContaining(sentence) });
  });

  it("answers a get", () => {
    const event = functionUrlEvent({ body: '{"execution_mode":"get"}' });
    const { answer, log, stderr } = invoke(event, { ddns_config_table: "t" });
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining(ADDRESS) });
    expect(JSON.parse(log)).toMatchObject({ verdict: "address", route53_calls: 0, dynamodb_calls: 0 });
    expect(stderr).toBe("");
  });

  const set = { execution_mode: "set", ddns_hostname: "h.example.com", validation_hash: "0".repeat(64) };

  it("says in the log, not to the caller, that its table is not named", () => {
    const { answer, log } = invoke(functionUrlEvent({ body: JSON.stringify(set) }), {});
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("ddns_config_table");
    expect(log).toContain("ddns_config_table is not set");
  });

  it("answers 503 where the table cannot be reached", () => {
    const credentials = { AWS_REGION: "x", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const env = { ...credentials, ddns_config_table: "t", AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
    const { answer, log } = invoke(functionUrlEvent({ body: JSON.stringify(set) }), env);
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(log)).toMatchObject({
      verdict: "busy-table",
      fault: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
