// The embedded service over real HTTPS and DNS: the sample's documented client flow by curl, the caller's address,
// certificates, restarts, and what it says when it cannot start.
import { execFile, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { missingProgram } from "../../build/needs.ts";
import { addHost } from "../../src/server/admin/store.ts";
import {
  type LocalOptions,
  type LocalService,
  startLocalService,
  zoneNames,
} from "../../src/server/local/local-service.ts";
import { takeLock } from "../../src/server/local/lock.ts";
import { readOptions } from "../../src/server/local/main.ts";
import { LOCAL_TABLE, openTable } from "../../src/server/local/table.ts";
import { localZoneId, openZones } from "../../src/server/local/zones.ts";
import { ADDRESS, HOST, OTHER_ADDRESS, SECRET, tokenFor } from "./world.ts";

const run = promisify(execFile);
const ZONE = "dyn.example.com";

let dataDir: string;
let lines: string[];
const started: LocalService[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ddns-local-"));
  lines = [];
});
afterEach(async () => {
  for (const service of started.splice(0)) await service.close();
  rmSync(dataDir, { recursive: true });
});

async function start(change: Partial<LocalOptions> = {}): Promise<LocalService> {
  const options = { dataDir, port: 0, dnsPort: 0, zone: ZONE, sourceIpHeader: "X-Source-Ip" };
  const service = await startLocalService({ ...options, log: (line) => void lines.push(line), ...change });
  started.push(service);
  return service;
}

async function stop(service: LocalService): Promise<void> {
  started.splice(started.indexOf(service), 1);
  await service.close();
}

async function add(service: LocalService): Promise<void> {
  const record = { zoneId: localZoneId(ZONE), ttlSeconds: 60, secret: SECRET };
  expect(await addHost({ client: service.table, name: LOCAL_TABLE }, HOST, record)).toBe(true);
}

/** curl as a person uses it: status on the last line. The certificate is always checked. */
async function curl(service: LocalService, ...args: string[]): Promise<{ status: number; body: string }> {
  const common = ["-q", "-sS", "--cacert", service.caPath, "-w", "\n%{http_code}"];
  const { stdout } = await run("curl", [...common, ...args, service.url]);
  const at = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
}

const from = (address: string) => ["-H", `X-Source-Ip: ${address}`];
const json = (body: object) => ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];
const setBody = (address: string) => ({
  execution_mode: "set",
  ddns_hostname: HOST,
  validation_hash: tokenFor(address),
});

function resolver(service: LocalService): Resolver {
  const dns = new Resolver();
  dns.setServers([`127.0.0.1:${service.dnsPort}`]);
  return dns;
}

/** Why a part cannot run here; with CI=true it runs all the same, and fails. */
function unable(program: string): boolean {
  const reason = missingProgram(program);
  if (reason !== null) console.log(reason);
  return reason !== null && process.env["CI"] !== "true";
}

describe.skipIf(unable("dig"))("the DNS answers, to a resolver's own tool", () => {
  it("are read by dig over UDP and TCP, with and without EDNS", async () => {
    const service = await start();
    const zones = openZones(dataDir, []);
    await zones.upsert({
      zoneId: localZoneId(ZONE),
      name: HOST,
      type: "A",
      address: ADDRESS,
      ttlSeconds: 60,
    });
    await stop(service);
    const { dnsPort } = await start();
    const dig = async (...args: string[]) =>
      (await run("dig", ["@127.0.0.1", "-p", String(dnsPort), "+time=2", "+tries=1", ...args])).stdout;
    for (const how of ["+notcp", "+tcp", "+noedns", "+nocookie"]) {
      expect(await dig("+short", how, HOST)).toBe(`${ADDRESS}\n`);
    }
    expect(await dig(HOST)).toMatch(
      /status: NOERROR.*\n.*flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1/,
    );
    expect(await dig("nobody.dyn.example.com")).toMatch(
      /status: NXDOMAIN.*SOA\s+localhost\. hostmaster\.dyn\.example\.com\. 2 /s,
    );
    expect(await dig("example.org")).toContain("status: REFUSED");
    expect(await dig("+edns=1", "+noednsnegotiation", HOST)).toContain("status: BADVERS");
    expect(await dig("+opcode=UPDATE", HOST)).toContain("status: NOTIMP");
  });
});

describe.skipIf(unable("curl"))("startLocalService", () => {
  it("works with the sample's documented commands: get, hash, set; DNS follows the address", async () => {
    const service = await start();
    await add(service);
    const script = `
      call() { curl -q -s -X POST -H "X-Source-Ip: $address" -H 'content-type: application/json' -d "$1" "$url"; }
      ip=$(call '{"execution_mode":"get"}' | grep -Eo '[0-9.]+')
      hash=$(printf %s "$ip$host$secret" | sha256sum | awk '{print $1}')
      printf '%s ' "$ip"
      call '{"execution_mode":"set", "ddns_hostname":"'$host'", "validation_hash":"'$hash'"}'`;
    const more = { url: service.url, host: HOST, secret: SECRET, CURL_CA_BUNDLE: service.caPath };
    for (const address of [ADDRESS, OTHER_ADDRESS]) {
      const env = { ...process.env, ...more, address };
      const first = await run("sh", ["-c", script], { env });
      expect(first.stdout).toMatch(
        `${address} {"return_status":"success","return_message":"${HOST} has been updated to ${address}"`,
      );
      const again = await run("sh", ["-c", script], { env });
      expect(again.stdout).toMatch(
        `${address} {"return_status":"success","return_message":"${HOST} already points to`,
      );
      expect(await resolver(service).resolve4(HOST)).toEqual([address]);
    }
    expect(lines.join("\n")).not.toContain(SECRET);
  });

  it("takes a form's content type and a chunked body, refuses GET and a body without end", async () => {
    const service = await start();
    const body = ["-d", '{"execution_mode":"get"}'];
    expect(await curl(service, ...from(ADDRESS), ...body)).toMatchObject({ status: 200 });
    expect(await curl(service, ...from(ADDRESS), ...body, "-H", "Transfer-Encoding: chunked")).toMatchObject({
      status: 200,
    });
    expect(await curl(service, ...from(ADDRESS))).toMatchObject({ status: 405 });
    const large = join(dataDir, "large");
    writeFileSync(large, "x".repeat(70_000));
    expect(await curl(service, ...from(ADDRESS), "--data-binary", `@${large}`)).toMatchObject({
      status: 413,
    });
  });

  it("sends the request's id in header and body, and logs it", async () => {
    const service = await start();
    const { body } = await curl(service, "-i", ...from(ADDRESS), ...json(setBody(ADDRESS)));
    const id = /x-amzn-requestid: (\S+)/i.exec(body)?.[1] ?? "?";
    expect(body).toContain(`"request_id":"${id}"`);
    expect(lines.at(-1)).toContain(`"request_id":"${id}"`);
  });

  it("publishes nothing for loopback, and believes no header that it was not told to", async () => {
    const service = await start({ sourceIpHeader: undefined });
    await add(service);
    const got = await curl(service, ...from(ADDRESS), ...json({ execution_mode: "get" }));
    expect(got.body).toContain('"return_message":"127.0.0.1"');
    expect(await curl(service, ...json(setBody("127.0.0.1")))).toMatchObject({ status: 400 });
  });

  it.each([
    [[]],
    [["-H", "X-Source-Ip: 10.0.0.1, 11.12.13.14"]],
    [[...from(ADDRESS), ...from(ADDRESS)]],
    [from("home")],
  ])("answers 400 where the header is not exactly one address: %j", async (headers) => {
    const service = await start();
    expect(await curl(service, ...headers, ...json({ execution_mode: "get" }))).toMatchObject({
      status: 400,
    });
  });

  it("keeps records, DNS answers and its CA over a restart, and its secrets to itself", async () => {
    const first = await start();
    await add(first);
    await curl(first, ...from(ADDRESS), ...json(setBody(ADDRESS)));
    const ca = readFileSync(first.caPath, "utf8");
    await stop(first);
    expect(existsSync(join(dataDir, "table.sock"))).toBe(false);

    const second = await start();
    expect(readFileSync(second.caPath, "utf8")).toBe(ca);
    expect(await resolver(second).resolve4(HOST)).toEqual([ADDRESS]);
    expect(await curl(second, ...from(ADDRESS), ...json(setBody(ADDRESS)))).toMatchObject({ status: 200 });
    const mode = (name: string) => statSync(join(dataDir, name)).mode & 0o777;
    expect([mode("."), mode("ca.key"), mode("zones.json"), mode("table.sock")]).toEqual([
      0o700, 0o600, 0o600, 0o600,
    ]);
  });

  it("publishes again what the table holds when the zones' file is gone", async () => {
    const first = await start();
    await add(first);
    await curl(first, ...from(ADDRESS), ...json(setBody(ADDRESS)));
    await stop(first);
    rmSync(join(dataDir, "zones.json"));
    const second = await start();
    expect(await curl(second, ...from(ADDRESS), ...json(setBody(ADDRESS)))).toMatchObject({ status: 200 });
    expect(await resolver(second).resolve4(HOST)).toEqual([ADDRESS]);
  });

  it("makes a new CA when key and certificate do not belong together, and says so", async () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const first = await start();
    await stop(first);
    expect(said).not.toHaveBeenCalled();
    writeFileSync(join(dataDir, "ca.key"), "nonsense");
    const second = await start();
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`new one in ${second.caPath}`));
    said.mockRestore();
    expect(await curl(second, ...from(ADDRESS), ...json({ execution_mode: "get" }))).toMatchObject({
      status: 200,
    });
  });

  it("says which port is in use, or that the folder is, and leaves nothing open", async () => {
    const service = await start();
    await expect(start()).rejects.toThrow(`Another lambda-ddns server is using ${dataDir}`);
    const elsewhere = join(dataDir, "two");
    await expect(start({ dataDir: elsewhere, port: service.port })).rejects.toThrow(
      `PORT ${service.port} is in use`,
    );
    await expect(start({ dataDir: elsewhere, dnsPort: service.dnsPort })).rejects.toThrow(
      `DNS_PORT ${service.dnsPort} is in use`,
    );
    await start({ dataDir: elsewhere });
  });
});

describe("the data folder", () => {
  const tables = () => Promise.all([1, 2, 3].map(() => openTable(dataDir)));

  it("belongs to one at a time: admin commands wait for each other", async () => {
    const order: string[] = [];
    const work = async (name: string) => {
      const table = await openTable(dataDir);
      order.push(`${name} in`);
      await new Promise((done) => setTimeout(done, 50));
      order.push(`${name} out`);
      await table.close();
    };
    await Promise.all(["a", "b", "c"].map(work));
    expect(order.map((step) => step.split(" ")[1])).toEqual(["in", "out", "in", "out", "in", "out"]);
  });

  it("belongs to one even when several find what a killed process left", async () => {
    const path = join(dataDir, "lock.sock");
    // What close removes has another name by then: the socket stays, and nobody listens on it.
    const killed = createServer().listen(path);
    await once(killed, "listening");
    renameSync(path, `${path}.aside`);
    await new Promise((done) => killed.close(done));
    renameSync(`${path}.aside`, path);

    const locks = await Promise.all([1, 2, 3, 4].map(() => takeLock(path)));
    expect(locks.filter((lock) => lock !== null)).toHaveLength(1);
    for (const lock of locks) lock?.close();
  });

  it("is not blocked by one who died while clearing that away", async () => {
    const path = join(dataDir, "lock.sock");
    writeFileSync(path, "");
    mkdirSync(`${path}.clearing`);
    expect(await takeLock(path)).toBe(null);
    utimesSync(`${path}.clearing`, 0, 0);
    expect(await takeLock(path)).toBe(null);
    (await takeLock(path))?.close();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it("is shared through the running service", async () => {
    await start();
    for (const table of await tables()) await table.close();
  });

  it("is not blocked by what a killed process left", async () => {
    const script = `
      import { startTable } from ${JSON.stringify(new URL("../../src/server/local/table.ts", import.meta.url).href)};
      await startTable(${JSON.stringify(dataDir)});
      process.kill(process.pid, "SIGKILL");`;
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    await expect(run(process.execPath, args)).rejects.toMatchObject({ signal: "SIGKILL" });
    expect(existsSync(join(dataDir, "lock.sock"))).toBe(true);
    await start();
  });

  it("stays open when an admin command dies in the middle of a request", async () => {
    const service = await start();
    const dying = connect(join(dataDir, "table.sock"));
    dying.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", () => dying.destroy());
    await once(dying, "close");
    await add(service);
  });

  it("is named when it cannot be used", async () => {
    writeFileSync(join(dataDir, "file"), "");
    await expect(start({ dataDir: join(dataDir, "file") })).rejects.toThrow(
      `DATA_DIR ${dataDir}/file cannot be used`,
    );
    await expect(start({ dataDir: join(dataDir, "x".repeat(110)) })).rejects.toThrow("too long for a socket");
  });
});

describe("make server", () => {
  it("prints one line when it is ready and ends on SIGTERM", async () => {
    const main = fileURLToPath(new URL("../../src/server/local/main.ts", import.meta.url));
    const env = { ...process.env, PORT: "0", DNS_PORT: "0", DATA_DIR: dataDir };
    const child = spawn(process.execPath, ["--import", "tsx", main], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    await new Promise<void>((done) => {
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.includes("\n")) done();
      });
    });
    child.kill("SIGTERM");
    const code = await new Promise((done) => child.once("exit", done));
    expect(out).toMatch(/^ready https:\/\/127\.0\.0\.1:\d+\/ dns 127\.0\.0\.1:\d+ ca .*\/ca\.pem\n$/);
    expect(code).toBe(0);
  });

  it("says in one line that the table is damaged, and ends", async () => {
    await stop(await start());
    writeFileSync(join(dataDir, "table", "CURRENT"), "nonsense\n");
    const main = fileURLToPath(new URL("../../src/server/local/main.ts", import.meta.url));
    const env = { ...process.env, PORT: "0", DNS_PORT: "0", DATA_DIR: dataDir };
    const failed = run(process.execPath, ["--import", "tsx", main], { env });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^lambda-ddns server: The table in .*\/table cannot be opened: .*\n$/),
    });
  });

  it("has the defaults that the README names, and names a port or header that is none", () => {
    const defaults = { dataDir: ".local", port: 8443, dnsPort: 8053, zone: ZONE };
    const none = { sourceIpHeader: undefined, changeTarget: undefined };
    expect(readOptions({})).toEqual({ ...defaults, ...none, historyLength: 16 });
    for (const PORT of ["https", "-1", "65536", "1e3", " 1"]) {
      expect(() => readOptions({ PORT })).toThrow(`PORT ${PORT} is not a port`);
    }
    for (const CHANGE_TARGET of ["x", "http://example.com/", "arn:aws:sns:eu-west-1:123456789012:t"]) {
      expect(() => readOptions({ CHANGE_TARGET })).toThrow(`CHANGE_TARGET ${CHANGE_TARGET} is not a target`);
    }
    expect(() => readOptions({ HISTORY_LENGTH: "1e1" })).toThrow("HISTORY_LENGTH 1e1 is not a number");
    expect(() => readOptions({ SOURCE_IP_HEADER: "x-real-ip:" })).toThrow("not the name of a header");
  });

  it("takes several zones and names what is none", () => {
    expect(zoneNames("Dyn.Example.com., b.example.net")).toEqual([ZONE, "b.example.net"]);
    for (const zone of ["", " ,", "*.example.com", "a..b", "com"])
      expect(() => zoneNames(zone)).toThrow("ZONE");
  });
});
