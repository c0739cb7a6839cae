// The worst that a service, netifd or a disk can hand to the client, within a fixed memory limit of the engine: an outcome
// each time, never an engine that gives up.
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith, requireQjs } from "../engine/native.ts";
import { configOf, expectSound, makePackagedRouter, NEEDS, type PackagedRouter } from "../faults/packaged.ts";
import { type HttpsServer, type Reply, startHttps } from "../stand-ins/https.ts";

/** What the engine's heap may take. A run with nothing to do takes a fifth of it. */
const LIMIT_BYTES = 4 << 20;
const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
/** A little less than what fits into the pipe that the client reads an answer from, whose pages are not all filled. */
const MOST = 56 * 1024;

let server: HttpsServer;
let router: PackagedRouter;

beforeEach(async () => {
  server = await startHttps();
  router = makePackagedRouter({ ca: server.ca });
  const qjs = `#!/bin/sh\nexec '${requireQjs()}' --memory-limit ${LIMIT_BYTES} "$@"\n`;
  router.put("bin/qjs", qjs, 0o755);
  const options = { url: server.url(), hostname: NAME, secret: "a secret", cacert: router.caPath };
  router.setConfig(configOf({ ...options, http_client: "curl" }));
});

afterEach(async () => {
  await server.close();
  router.remove();
});

/** Runs the installed program, so that the limit counts. */
async function look(): Promise<number> {
  const child = router.start(["update", "--trigger", "ifup"]);
  return await new Promise((done) => child.once("close", (code) => done(code ?? -1)));
}

const fill = (text: string, bytes = MOST): string => text.repeat(Math.floor(bytes / text.length));

const ANSWERS: readonly (readonly [string, Reply])[] = [
  ["nested arrays", { body: fill("[") }],
  ["nested objects", { body: fill('{"a":') }],
  ["empty arrays", { body: `[${fill("[],")}[]]` }],
  ["members", { body: `{${Array.from({ length: 6000 }, (_, n) => `"m${n}":0`).join(",")}}` }],
  ["a long message", { body: `{"return_status":"fail","return_message":"${fill("\\u001b", MOST - 100)}"}` }],
  ["what is not UTF-8", { body: Buffer.alloc(MOST, 0xff) }],
  ["two-byte characters", { body: fill("\u00e9", MOST / 2) }],
  ["numbers", { body: `[${fill("1e9,")}1]` }],
  ["one long header", { headers: { Location: fill("x") }, status: 307 }],
  ["many headers", { raw: `HTTP/1.1 200 OK\r\n${fill("A: b\r\n", MOST)}\r\n` }],
  ["interim answers", { raw: fill("HTTP/1.1 100 Continue\r\n\r\n", MOST) }],
  ["line feeds", { raw: fill("\n") }],
];

describeWith("the worst answer", NEEDS, () => {
  it.each(ANSWERS)("%s: has an outcome within the limit", async (_, reply) => {
    server.answerAlways(() => reply);
    expect(await look()).toBe(1);
    await expectSound(router, 1000);
    const text = router.state()[ID] ?? "";
    expect(text).toMatch(/"lastFailure":\{"kind":"(broken|unsure)"/);
    expect(text.length, "what is kept of it is short").toBeLessThan(2000);
  });

  it("a hundred interfaces with ten addresses each leave the limit alone", async () => {
    const entry = (n: number) => ({
      address: `2a00:1450::${n.toString(16)}`,
      preferred: n,
      valid: n,
      mask: 64,
    });
    const more = Array.from({ length: 100 }, (_, n) => ({
      interface: `lan${n}`,
      up: true,
      l3_device: `br-lan${n}`,
      "ipv6-address": Array.from({ length: 10 }, (_unused, k) => entry(k + 1)),
    }));
    server.script({ status: 201, body: '{"return_status":"success","return_message":"done"}' });
    router.setWan({ ipv4: "176.32.100.36", more });
    expect(await look()).toBe(0);
    expect(server.asked.length).toBe(1);
  });
});

describeWith("a memory limit that is far too small", NEEDS, () => {
  it("ends the run with a failure, and the test above would see it", async () => {
    router.put("bin/qjs", `#!/bin/sh\nexec '${requireQjs()}' --memory-limit 300000 "$@"\n`, 0o755);
    expect(await look()).not.toBe(0);
    expect(server.asked).toEqual([]);
  });
});
