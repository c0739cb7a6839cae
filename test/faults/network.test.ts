// The shipped bundle against a real TLS server that fails in every way, by both fetchers: what is remembered, how long it
// waits, that nothing is taken for published without an acknowledged answer, and that all is well once the fault is gone.
import { expect, it } from "vitest";
import { POLICY } from "../../src/client/core/policy.ts";
import type { ErrorKind } from "../../src/client/core/types.ts";
import { describeWith } from "../engine/native.ts";
import type { CertificateKind } from "../stand-ins/certificates.ts";
import { type HttpsServer, type Scripted, startHttps } from "../stand-ins/https.ts";
import { makeRouter, type Router } from "../stand-ins/router.ts";
import { type Rudeness, startRude } from "./handshake.ts";
import { configOf, expectSound, statesOf } from "./packaged.ts";

const HOST = "abc.lambda-url.eu-west-1.on.aws";
const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
const CLIENTS = ["curl", "uclient-fetch"] as const;

const answer = (status: number, message: string, outcome = "success") => ({
  status,
  body: JSON.stringify({ return_status: outcome, return_message: message }),
});
const changed = answer(201, `${NAME} has been updated to 176.32.100.36`);
const same = answer(200, "Your IP address matches the current Route53 DNS record.");

interface Fault {
  name: string;
  certificate?: CertificateKind;
  handshake?: Rudeness;
  reply?: Scripted;
  kind: ErrorKind;
  /** What uclient-fetch makes of it, where that is less than curl. */
  hidden?: ErrorKind;
  /** What curl shows of Retry-After, in seconds. */
  retryAfter?: number;
  /** It may have reached the service: the set is repeated whatever the address is. */
  doubt: boolean;
}

const FAULTS: readonly Fault[] = [
  { name: "an expired certificate", certificate: "expired", kind: "untrusted", doubt: false },
  { name: "a certificate not valid yet", certificate: "not-yet-valid", kind: "untrusted", doubt: false },
  { name: "a certificate for another name", certificate: "wrong-name", kind: "untrusted", doubt: false },
  { name: "a certificate of another authority", certificate: "unknown-ca", kind: "untrusted", doubt: false },
  { name: "a certificate of its own making", certificate: "self-signed", kind: "untrusted", doubt: false },
  { name: "a reset in the handshake", handshake: "reset", kind: "offline", hidden: "unsure", doubt: false },
  { name: "an end in the handshake", handshake: "close", kind: "offline", hidden: "unsure", doubt: false },
  { name: "silence in the handshake", handshake: "silence", kind: "unsure", doubt: true },
  { name: "a reset instead of an answer", reply: { ending: "reset" }, kind: "unsure", doubt: true },
  { name: "no answer", reply: { ending: "hang" }, kind: "unsure", doubt: true },
  { name: "a cut answer", reply: { ...same, ending: "cut" }, kind: "unsure", doubt: true },
  {
    name: "a cut answer in chunks",
    reply: { ...same, framing: "chunked", ending: "cut" },
    kind: "unsure",
    doubt: true,
  },
  { name: "an answer that stalls", reply: { ...same, ending: "stall" }, kind: "unsure", doubt: true },
  { name: "one byte a second", reply: { ...same, ending: "drip" }, kind: "unsure", doubt: true },
  {
    name: "an answer without end",
    reply: { status: 200, body: "x".repeat(300_000) },
    kind: "broken",
    doubt: true,
  },
  {
    name: "what is not HTTP",
    reply: { raw: "SSH-2.0-OpenSSH_9.9\r\n" },
    kind: "broken",
    hidden: "unsure",
    doubt: true,
  },
  {
    name: "429 with Retry-After",
    reply: { status: 429, headers: { "Retry-After": "1000" }, body: '{"Reason":"x"}' },
    kind: "busy",
    retryAfter: 1000,
    doubt: true,
  },
  { name: "503", reply: { status: 503, body: "" }, kind: "busy", doubt: true },
  { name: "500", reply: answer(500, "An error occurred (Throttling)", "fail"), kind: "broken", doubt: true },
  {
    name: "a redirect to plain http",
    reply: { status: 307, headers: { Location: "http://example.com/" } },
    kind: "broken",
    doubt: true,
  },
  {
    name: "a captive portal",
    reply: { status: 200, body: "<html>Welcome</html>" },
    kind: "broken",
    doubt: true,
  },
  {
    name: "403 in HTTP/1.0",
    reply: { ...answer(403, "no such host", "fail"), version: "1.0", framing: "close" },
    kind: "refused",
    doubt: false,
  },
];

/** A server with the fault; what it was asked for, where it gets as far. */
async function startFaulty({ certificate = "good", handshake, reply = same }: Fault) {
  if (handshake !== undefined) return { ...(await startRude(handshake)), asked: [] as const };
  const server = await startHttps({ certificate });
  server.answerAlways((asked) => (typeof reply === "function" ? reply(asked) : reply));
  return server;
}

function config(client: string, cacert: string): string {
  const options = {
    url: `https://${HOST}/`,
    hostname: NAME,
    secret: "a secret",
    cacert,
    http_client: client,
  };
  return configOf(options);
}

type Asked = Awaited<ReturnType<typeof startFaulty>>["asked"];

/** The first attempt meets the fault: what is said, remembered and waited for. Returns when the wait is over. */
async function expectTrouble(router: Router, fault: Fault, client: string): Promise<number> {
  const kind = (client === "curl" ? undefined : fault.hidden) ?? fault.kind;
  const failed = await router.run(["update", "--trigger", "ifup"], { timeoutSeconds: 60 });
  expect(failed.code, failed.stderr).toBe(kind === "refused" ? 3 : 1);
  expect(failed.stderr).toMatch(new RegExp(`^(error|warn): home: ${NAME} IPv4: .*; next try in`));
  await expectSound(router, 1000);
  const state = statesOf(router, 1000)[ID];
  expect(state).toMatchObject({ published: null, failures: 1, lastFailure: { kind } });
  if (client === "curl") expect(state?.inDoubt).toBe(fault.doubt);
  const wait = (state?.notBefore ?? 0) - 1000;
  const least = client === "curl" && fault.retryAfter ? fault.retryAfter : 45 * (POLICY[kind].waits[0] ?? 0);
  expect(wait).toBeGreaterThanOrEqual(least);
  return Math.ceil(1000 + wait);
}

/** Before `until` nothing is asked. */
async function expectRest(router: Router, asked: Asked, until: number): Promise<void> {
  const before = asked.length;
  for (const uptime of [1020, until - 1]) {
    router.setUptime(uptime);
    expect(await router.run(["update", "--trigger", "timer"])).toMatchObject({ code: 0 });
  }
  expect(asked.length, "nothing is asked while it waits").toBe(before);
}

/** The name leads to a server that answers: the next look of the timer publishes. */
async function expectHealing(router: Router, good: HttpsServer, now: number): Promise<void> {
  router.setHosts({ [HOST]: good.port });
  good.script(changed);
  router.setUptime(now);
  const healed = await router.run(["update", "--trigger", "timer"]);
  expect(healed.code, healed.stderr).toBe(0);
  expect(statesOf(router, now)[ID]).toMatchObject({ published: "176.32.100.36", inDoubt: false });
  await expectSound(router, now);
  good.verify();
}

describeWith("a server that fails", ["qjs", "curl"], () => {
  for (const client of CLIENTS) {
    it.concurrent.each(FAULTS)(`by ${client}: $name`, { timeout: 90_000 }, async (fault) => {
      const bad = await startFaulty(fault);
      const good = await startHttps();
      const router = makeRouter({ uptimeSeconds: 1000, ca: good.ca, hosts: { [HOST]: bad.port } });
      try {
        router.setConfig(config(client, router.caPath));
        const until = await expectTrouble(router, fault, client);
        await expectRest(router, bad.asked, until);
        await expectHealing(router, good, until + 1);
      } finally {
        await bad.close();
        await good.close();
        router.remove();
      }
    });
  }
});
