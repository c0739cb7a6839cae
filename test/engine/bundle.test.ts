// The shipped bundle, whole: the same day of a router in QuickJS WASM and in native qjs, with the same requests, exit codes, log lines and state; refuses a stale bundle.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import type { Run } from "../stand-ins/fake-processes.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";
import { dumpOf, type Wan } from "../stand-ins/netifd-dump.ts";
import { makeRouter, type Router } from "../stand-ins/router.ts";
import { describeWith } from "./native.ts";
import { runBundleInWasm } from "./wasm.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));
const STATE = "var/run/lambda-ddns/home:host1.dyn.example.com:ipv4";

const config = (url: string, ca: string): string => `config service 'home'
	option url '${url}'
	list hostname 'host1.dyn.example.com'
	option secret 'shared_secret_1'
	option cacert '${ca}'
	option http_client 'uclient-fetch'
`;

/** One run of the day: what the router looks like, what the service answers, and what must come of it. */
interface Step {
  name: string;
  uptime: number;
  wan: Wan;
  trigger: string;
  /** Null: no request may be made. */
  status: number | null;
  code: number;
  log: RegExp;
}

const DAY: readonly Step[] = [
  {
    name: "first address",
    uptime: 1000,
    wan: { ipv4: "176.32.100.36" },
    trigger: "ifup",
    status: 201,
    code: 0,
    log: /176\.32\.100\.36/,
  },
  {
    name: "nothing changed",
    uptime: 1600,
    wan: { ipv4: "176.32.100.36" },
    trigger: "timer",
    status: null,
    code: 0,
    log: /^$/,
  },
  {
    name: "new address",
    uptime: 2000,
    wan: { ipv4: "176.32.100.37" },
    trigger: "ifup",
    status: 200,
    code: 0,
    log: /176\.32\.100\.37/,
  },
  {
    name: "line down",
    uptime: 2100,
    wan: { up: false },
    trigger: "timer",
    status: null,
    code: 0,
    log: /down|^$/,
  },
  {
    name: "server trouble",
    uptime: 2200,
    wan: { ipv4: "176.32.100.38" },
    trigger: "ifup",
    status: 500,
    code: 1,
    log: /500/,
  },
];

const TOKENS = ["a1771addefd8130757f890aa56b06da8eef1e51f445f92a65cabe7be3cf48a62"];

/** What a step came to, in the same shape for both engines. */
interface Came {
  code: number;
  stderr: string;
  requests: string[];
  published: unknown;
}

const published = (state: string | null): unknown => (state === null ? null : JSON.parse(state).published);

/** Waits carry jitter: their length is luck. */
function calm(came: Came): Came {
  return { ...came, stderr: came.stderr.replace(/next try in \d+ min/, "next try in a while") };
}

function check(step: Step, came: Came): void {
  expect(came.code, came.stderr).toBe(step.code);
  expect(came.stderr).toMatch(step.log);
  expect(came.requests).toHaveLength(step.status === null ? 0 : 1);
}

async function dayInWasm(): Promise<Came[]> {
  const os = makeFakeOs();
  const source = readFileSync(BUNDLE, "utf8");
  const said: Record<number, string> = { 200: '{"return_status":"success","return_message":"same"}' };
  const came: Came[] = [];
  for (const { uptime, wan, trigger, status } of DAY) {
    os.advance(uptime - os.uptimeSeconds());
    os.install("uci", () => ({
      stdout: `package lambda-ddns\n\n${config("https://localhost:1/", "/etc/ca.pem")}\n`,
    }));
    os.install("ubus", () => ({ stdout: JSON.stringify(dumpOf(wan)) }));
    os.install("logger", () => ({}));
    const ok = status === 200;
    const head = "Downloading 'x'\nConnecting to 127.0.0.1:1\n";
    os.install("uclient-fetch", () =>
      ok
        ? { stdout: said[200] ?? "", stderr: `${head}Writing to stdout\n` }
        : { code: 8, stderr: `${head}HTTP error ${status}\n` },
    );
    const before = os.runs.length;
    const { code, stderr } = await runBundleInWasm({
      source,
      host: os,
      args: ["update", "--trigger", trigger],
    });
    const fetches = os.runs.slice(before).filter((run: Run) => run.argv[0] === "uclient-fetch");
    came.push({
      code,
      stderr,
      requests: fetches.map(({ stdin }) => stdin),
      published: published(os.readFile(`/${STATE}`)),
    });
  }
  return came;
}

async function dayInQjs(router: Router, server: HttpsServer): Promise<Came[]> {
  const came: Came[] = [];
  for (const { uptime, wan, trigger, status } of DAY) {
    router.setUptime(uptime);
    router.setWan(wan);
    if (status !== null)
      server.script({ status, body: '{"return_status":"success","return_message":"same"}' });
    const { code, stderr } = await router.run(["update", "--trigger", trigger]);
    const requests = server.asked.map(({ body }) => body);
    came.push({ code, stderr, requests, published: published(router.read(STATE)) });
    server.verify();
  }
  return came;
}

describe("in WASM", () => {
  it("spends its day as it should", async () => {
    const came = await dayInWasm();
    for (const [index, step] of DAY.entries()) check(step, came[index] as Came);
    expect(came[0]?.requests[0]).toContain(TOKENS[0]);
  });
});

describeWith("in native qjs", ["qjs"], () => {
  let server: HttpsServer;
  let router: Router;
  beforeAll(async () => {
    server = await startHttps();
    router = makeRouter({ ca: server.ca, programs: ["uci", "ubus", "ip", "logger", "uclient-fetch"] });
    router.setConfig(config(server.url(), router.caPath));
  });
  afterAll(async () => {
    router.remove();
    await server.close();
  });
  it("spends the same day in the same way", async () => {
    const came = await dayInQjs(router, server);
    for (const [index, step] of DAY.entries()) check(step, came[index] as Came);
    expect(came.map(calm)).toEqual((await dayInWasm()).map(calm));
  });
});
