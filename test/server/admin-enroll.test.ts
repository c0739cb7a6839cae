// lambda-ddns-admin's codes, from add to revoke, with a running service that routers enrol at.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { normalizeCode } from "../../src/protocol/code.ts";
import { deriveSecret, makeProof } from "../../src/protocol/enroll.ts";
import { encodeEnroll, encodeSet } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { admin } from "../../src/server/admin/main.ts";
import { type LocalService, startLocalService } from "../../src/server/local/local-service.ts";
import { ADDRESS } from "./world.ts";

const HOST = "host1.dyn.example.com";
const ADD = ["add", HOST, "--zone", "dyn.example.com"];
const NONCE = "00112233445566778899aabbccddeeff";
const CODE = /option code '((?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4})'/;

let dataDir: string;
let service: LocalService;
const lines: string[] = [];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "ddns-codes-"));
  const log = (line: string) => void lines.push(line);
  const options = { dataDir, port: 0, dnsPort: 0, zone: "dyn.example.com", sourceIpHeader: "x-from", log };
  service = await startLocalService(options);
});
afterEach(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true });
});

const local = (...args: string[]) => admin([...args, "--local"], { DATA_DIR: dataDir });

async function out(...args: string[]): Promise<string> {
  const { out: text, err, exit } = await local(...args);
  expect({ err, exit }).toEqual({ err: "", exit: 0 });
  return text;
}

const codeIn = (text: string) => CODE.exec(text)?.[1] ?? expect.fail(text);

/** The status that a router at ADDRESS gets. */
function post(body: string): Promise<number> {
  return new Promise((done, fail) => {
    const headers = { "content-type": "application/json", "x-from": ADDRESS };
    request(service.url, { method: "POST", headers, rejectUnauthorized: false }, (answer) => {
      answer.resume().on("end", () => done(answer.statusCode ?? 0));
    })
      .on("error", fail)
      .end(body);
  });
}

const enroll = (spelled: string, nonce = NONCE) =>
  post(encodeEnroll(HOST, nonce, makeProof(ADDRESS, HOST, nonce, normalizeCode(spelled) ?? "")));
const set = (secret: string) => post(encodeSet(HOST, makeToken(ADDRESS, HOST, secret)));
const derived = (spelled: string) => deriveSecret(NONCE, normalizeCode(spelled) ?? "", HOST);

describe("a code", () => {
  it("of a new host is printed once; it enrols a router, which then publishes", async () => {
    const added = await out(...ADD, "--code", "--owner", "Dana, 4th floor");
    const code = codeIn(added);
    expect(added).toMatch(/^# The code works once, until 20\d\d-\d\d-\d\d \d\d:\d\d UTC\.\nconfig service/);
    expect(added).not.toContain("option secret");
    const shown = await out("show", HOST);
    expect(shown).toMatch(/^code +waits for its router until 20/m);
    expect(shown).toMatch(/^owner +Dana, 4th floor$/m);
    expect(await out("list")).toMatch(/^ {2}code waits for its router until 20/m);
    expect(await out("list", "--problems")).toContain("No problems");

    expect(await enroll(code)).toBe(201);
    expect(await enroll(code)).toBe(200);
    expect(await enroll(code, "f".repeat(32))).toBe(401);
    expect(await out("show", HOST)).toMatch(/^code +used; the router has not updated/m);
    expect(await set(derived(code))).toBe(201);
    expect(await out("show", HOST)).not.toMatch(/^code/m);
    expect(JSON.parse(await out("show", HOST, "--json"))).toMatchObject({ code: null, state: "ok" });
    for (const text of [...lines, shown, await out("list"), await out("show", HOST, "--json")])
      for (const secret of [code, normalizeCode(code) ?? "", derived(code)])
        expect(text).not.toContain(secret);
  });

  it("lasts 14 days or as long as it is told to", async () => {
    const until = async () => Date.parse(JSON.parse(await out("show", HOST, "--json")).code.until as string);
    await out(...ADD, "--code");
    expect((await until()) - Date.now()).toBeGreaterThan(13.9 * 86_400_000);
    await out("rotate", HOST, "--code", "--days", "1");
    expect((await until()) - Date.now()).toBeLessThan(1.01 * 86_400_000);
  });

  it("of a rotation leaves the secret alone until it is used, and both for a while", async () => {
    const secret = /option secret '([^']+)'/.exec(await out(...ADD))?.[1] ?? expect.fail();
    const rotated = await out("rotate", HOST, "--code");
    expect(rotated).toContain("# The present secret is valid until the code is used, and 24 hours longer.\n");
    expect(await set(secret)).toBe(201);
    const code = codeIn(rotated);
    expect(await enroll(code)).toBe(201);
    expect(await set(secret)).toBe(200);
    expect(await set(derived(code))).toBe(200);
    expect(await out("show", HOST)).toMatch(/^secret +the former one is valid until/m);
    const last = codeIn(await out("rotate", HOST, "--code", "--keep-hours", "0"));
    expect(await enroll(last)).toBe(201);
    expect(await set(derived(code))).toBe(401);
  });

  it("ends where the secret is rotated by hand", async () => {
    const code = codeIn(await out(...ADD, "--code"));
    await out("rotate", HOST);
    expect(await enroll(code)).toBe(401);
  });
});

describe("revoke", () => {
  it("ends code and secrets at once, and lets a router in again by a new code", async () => {
    const secret = /option secret '([^']+)'/.exec(await out(...ADD))?.[1] ?? expect.fail();
    const newer = /option secret '([^']+)'/.exec(await out("rotate", HOST))?.[1] ?? expect.fail();
    const code = codeIn(await out("rotate", HOST, "--code"));
    expect(await out("revoke", HOST)).toContain(`${HOST} has no valid code or secret any more.`);
    expect([await set(secret), await set(newer), await enroll(code)]).toEqual([401, 401, 401]);
    const again = codeIn(await out("rotate", HOST, "--code", "--keep-hours", "0"));
    expect(await enroll(again)).toBe(201);
    expect(await set(derived(again))).toBe(201);
  });

  it("--code takes back the code alone", async () => {
    const secret = /option secret '([^']+)'/.exec(await out(...ADD))?.[1] ?? expect.fail();
    const code = codeIn(await out("rotate", HOST, "--code"));
    expect(await out("revoke", HOST, "--code")).toContain("its secret is as it was");
    expect([await enroll(code), await set(secret)]).toEqual([401, 201]);
    expect((await local("revoke", "nobody.dyn.example.com")).err).toContain("There is no host");
  });
});

it("add --from --code makes a code for each, as sections or as CSV", async () => {
  const file = join(dataDir, "hosts.csv");
  writeFileSync(file, "hostname,owner\na.dyn.example.com,Dana\nb.dyn.example.com,\n");
  const csv = await out(
    "add",
    "--from",
    file,
    "--zone",
    "dyn.example.com",
    "--code",
    "--csv",
    "--days",
    "30",
  );
  const [head, ...rows] = csv.trim().split("\n");
  expect(head).toBe("hostname,code,expires");
  expect(rows).toHaveLength(2);
  const [host, code = "", expires = ""] = rows[0]?.split(",") ?? [];
  expect(host).toBe("a.dyn.example.com");
  expect(normalizeCode(code)).not.toBeNull();
  expect(Date.parse(expires) - Date.now()).toBeGreaterThan(29 * 86_400_000);
  await out("remove", "a.dyn.example.com");
  writeFileSync(file, "hostname\nc.dyn.example.com\nd.dyn.example.com\n");
  const sections = await out("add", "--from", file, "--zone", "dyn.example.com", "--code");
  expect(sections.match(new RegExp(CODE, "g"))).toHaveLength(2);
  expect(sections).not.toContain("secret");
});

it.each([
  [[...ADD, "--days", "3"], "--days is for --code."],
  [[...ADD, "--code", "--days", "0"], "--days 0 makes a code that nobody can use"],
  [[...ADD, "--code", "--days", "366"], "--days 366 is not a whole number from 0 to 365."],
  [[...ADD, "--code", "--secret-file", "f"], "--code and --secret-file exclude each other."],
  [["rotate", HOST, "--code", "--keep-hours", "25"], "at most 24 hours after the code was used."],
  [["revoke"], "revoke needs a host."],
  [["list", "--code"], "list has no option --code."],
])("%j: %s", async (args, words) => {
  expect(await local(...args)).toMatchObject({ exit: 2, err: expect.stringContaining(words) });
});
