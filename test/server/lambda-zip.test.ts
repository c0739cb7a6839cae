// The function's zip: small, the same every time, and it runs: unpacked, a get answers without any of the SDK.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
