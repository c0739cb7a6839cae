// Programs and servers that never end: each is killed at its deadline, leaves no process behind, and is told as what it is. All cases wait side by side; the shipped bundle in native qjs.
import { existsSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { type HttpsServer, type Reply, startHttps } from "../stand-ins/https.ts";
import { type ClientResult, makeRouter, type Router } from "../stand-ins/router.ts";
import { changed, logged, NAME, service, stateOf } from "./world.ts";

const AGAIN = "; next try in T";
const WITHIN = "no whole answer within 20 seconds";

interface Case {
  name: string;
  client: string;
  reply?: Reply;
  /** What hangs instead of the server. */
  hangs?: string;
  log: RegExp;
  kind: string | null;
  code: number;
}

const flood = `{"return_status":"success","return_message":"${"x".repeat(300_000)}"}`;

const CASES: readonly Case[] = [
  {
    name: "uclient-fetch hangs",
    client: "uclient-fetch",
    hangs: "uclient-fetch",
    log: new RegExp(WITHIN),
    kind: "unsure",
    code: 1,
  },
  {
    name: "uclient-fetch: no answer",
    client: "uclient-fetch",
    reply: { ending: "hang" },
    log: /Connection timed out/,
    kind: "unsure",
    code: 1,
  },
  {
    name: "curl: no answer",
    client: "curl",
    reply: { ending: "hang" },
    log: /timed out/i,
    kind: "unsure",
    code: 1,
  },
  {
    name: "uclient-fetch: a byte a second",
    client: "uclient-fetch",
    reply: { ...changed(), ending: "drip" },
    log: new RegExp(WITHIN),
    kind: "unsure",
    code: 1,
  },
  {
    name: "curl: a byte a second",
    client: "curl",
    reply: { ...changed(), ending: "drip" },
    log: /timed out/i,
    kind: "unsure",
    code: 1,
  },
  {
    name: "curl: half an answer",
    client: "curl",
    reply: { ...changed(), ending: "stall" },
    log: /timed out/i,
    kind: "unsure",
    code: 1,
  },
  {
    name: "uclient-fetch: 300 KB in chunks",
    client: "uclient-fetch",
    reply: { body: flood, framing: "chunked" },
    log: /longer than 64 KiB/,
    kind: "broken",
    code: 1,
  },
  {
    name: "curl: 300 KB in chunks",
    client: "curl",
    reply: { body: flood, framing: "chunked" },
    log: /64 KiB|maximum/i,
    kind: "broken",
    code: 1,
  },
  {
    // curl limits bodies only.
    name: "curl: 200 KB of headers",
    client: "curl",
    reply: { raw: `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(33_000)}\r\n` },
    log: /longer than 64 KiB/,
    kind: "broken",
    code: 1,
  },
  {
    name: "curl: 300 KB by length",
    client: "curl",
    reply: { body: flood },
    log: /maximum/i,
    kind: "broken",
    code: 1,
  },
  {
    name: "uci hangs",
    client: "curl",
    hangs: "uci",
    log: /cannot be read: uci: no answer within 10 seconds/,
    kind: null,
    code: 2,
  },
  {
    name: "ubus hangs",
    client: "curl",
    hangs: "ubus",
    log: /the WAN addresses are not known: ubus: no answer within 10 seconds/,
    kind: null,
    code: 1,
  },
];

/** Process numbers of every program that the router started. */
function started(router: Router): number[] {
  const folder = router.path("tmp/stand-ins/calls");
  return existsSync(folder) ? readdirSync(folder).map(Number) : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** One case's own server and router, and the run, which has begun. */
interface Running {
  server: HttpsServer;
  router: Router;
  result: Promise<ClientResult>;
}

async function start({ client, reply, hangs }: Case): Promise<Running> {
  const server = await startHttps();
  const router = makeRouter({ ca: server.ca });
  router.setConfig(service(server.url(), { cacert: router.caPath, http_client: client }));
  if (reply) server.script(reply);
  if (hangs) router.control(hangs, hangs === "uclient-fetch" ? '{"hang":true}' : "hang");
  router.record();
  return { server, router, result: router.run(["update"], { timeoutSeconds: 50 }) };
}

describeWith("deadlines", ["qjs", "curl"], () => {
  const running = new Map<string, Running>();
  beforeAll(async () => {
    // All at once: they do nothing but wait.
    for (const one of CASES) running.set(one.name, await start(one));
  });
  afterAll(async () => {
    for (const { router, server, result } of running.values()) {
      await result;
      router.remove();
      await server.close();
    }
  });
  it.each(CASES)(
    "$name: ends in time, and nothing is left running",
    async ({ name, log, kind, code }) => {
      const { router, result } = running.get(name) as Running;
      const came = await result;
      expect(came.stderr).toMatch(log);
      expect(came.code).toBe(code);
      if (kind !== null) {
        expect(logged(came)).toEqual([expect.stringMatching(new RegExp(`home: ${NAME} IPv4: .*${AGAIN}$`))]);
        expect(stateOf(router)).toMatchObject({ lastFailure: { kind }, inDoubt: true });
      }
      expect(started(router).length).toBeGreaterThan(0);
      expect(started(router).filter(isAlive)).toEqual([]);
    },
    60_000,
  );
});
