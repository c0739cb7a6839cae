// Where the client may be led: plain http only to this house, redirects only from https to https and never to an address
// of this house, however it is written.
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { configOf } from "../faults/packaged.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";
import { makeRouter, type Router } from "../stand-ins/router.ts";

const NAME = "router.dyn.example.com";
const HOST = "abc.lambda-url.eu-west-1.on.aws";
const OTHER = "def.lambda-url.eu-west-1.on.aws";
const DONE = { status: 201, body: '{"return_status":"success","return_message":"done"}' };

let [service, inside]: HttpsServer[] = [];
let router: Router;

beforeEach(async () => {
  service = await startHttps();
  // What an attacker would like to reach: something that listens on loopback.
  inside = await startHttps();
  inside.answerAlways(() => DONE);
  router = makeRouter({ ca: service.ca, hosts: { [HOST]: service.port, [OTHER]: inside.port } });
});

afterEach(async () => {
  await service?.close();
  await inside?.close();
  router.remove();
});

function configure(url: string, client = "curl"): void {
  const options = { url, hostname: NAME, secret: "a secret", cacert: router.caPath, http_client: client };
  router.setConfig(configOf(options));
}

/** Literals of this machine or house, in every spelling that a resolver or curl understands. */
const PRIVATE = [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "0",
  "0.0.0.0",
  "127.0.0.1.",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "router.localhost",
  "ROUTER.LOCALHOST",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "[fe80::1]",
  "[fd00::1]",
  "[64:ff9b::7f00:1]",
];

describeWith("a redirect", ["qjs", "curl"], () => {
  it.each(PRIVATE)("to %s is refused", async (host) => {
    configure(`https://${HOST}/`);
    service?.script({ status: 307, headers: { Location: `https://${host}:${inside?.port}/` } });
    const { code, stderr } = await router.run(["update", "--trigger", "ifup"]);
    expect(code).toBe(1);
    expect(inside?.asked).toEqual([]);
    expect(stderr).toMatch(/the URL redirects \(307\) to a private address/);
  });

  it.each([
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "//u:p@example.com/",
    "gopher://x/",
  ])("to %s is refused", async (location) => {
    configure(`https://${HOST}/`);
    service?.script({ status: 302, headers: { Location: location } });
    const { code, stderr } = await router.run(["update", "--trigger", "ifup"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the URL redirects \(302\) (without https on both sides|to something that is no URL)/,
    );
  });

  it("to https elsewhere is followed with the same body, three times at most", async () => {
    configure(`https://${HOST}/`);
    service?.script({ status: 308, headers: { Location: `https://${OTHER}/next` } });
    expect((await router.run(["update", "--trigger", "ifup"])).code).toBe(0);
    expect(inside?.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /next"]);
    expect(inside?.asked[0]?.body).toBe(service?.asked[0]?.body);

    router.setUptime(5000);
    router.setWan({ ipv4: "176.32.100.77" });
    service?.answerAlways(() => ({ status: 307, headers: { Location: `https://${HOST}/round` } }));
    const { code, stderr } = await router.run(["update", "--trigger", "ifup"]);
    expect(code).toBe(1);
    expect(stderr).toContain("more than 3 redirects");
    expect(service?.asked.length).toBe(1 + 4);
  });

  it("from plain http is not followed", async () => {
    const plain = await startHttps({ plain: true });
    try {
      configure(plain.url());
      plain.script({ status: 307, headers: { Location: `https://${OTHER}/` } });
      expect((await router.run(["update", "--trigger", "ifup"])).stderr).toContain(
        "without https on both sides",
      );
      expect(inside?.asked).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});

describeWith("a configured URL", ["qjs", "curl"], () => {
  it.each([
    "http://example.com/",
    "http://176.32.100.36/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "https://",
    "x",
  ])("%s is refused before anything runs", async (url) => {
    configure(url);
    router.record();
    const { code, stderr } = await router.run(["update", "--trigger", "ifup"]);
    expect(code).toBe(2);
    expect(stderr).toContain("section 'home', option 'url'");
    const programs = router.calls().map(({ argv }) => argv[0]?.split("/").at(-1));
    expect(programs).not.toContain("curl");
  });

  it.each(["curl", "uclient-fetch"])("in plain http to this machine is served by %s", async (client) => {
    const plain = await startHttps({ plain: true });
    try {
      plain.script(DONE);
      configure(plain.url("/", "127.0.0.1"), client);
      expect((await router.run(["update", "--trigger", "ifup"])).code).toBe(0);
    } finally {
      await plain.close();
    }
  });
});
