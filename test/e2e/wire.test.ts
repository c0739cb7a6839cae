// What goes wrong on the wire, through both fetchers: cut, empty, foreign and huge answers, lost connections, redirects; one clear line each. The shipped bundle in native qjs.
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { type Reply, startHttps } from "../stand-ins/https.ts";
import { answer, changed, logged, NAME, OWN, service, stateOf, useWorld } from "./world.ts";

const LINE = `home: ${NAME} IPv4: `;
const AGAIN = "; next try in T";
const WHOLE = `{"return_status":"success","return_message":"${NAME} has been updated to ${OWN}"}`;

/** Name, answer, kind of failure, and what is said through curl and through uclient-fetch. */
type Row = readonly [name: string, reply: Reply, kind: string, byCurl: RegExp, byUclient?: RegExp];

const reset = /Connection reset prematurely/;
const CUT = /the answer was cut after \d+ characters/;

const ROWS: readonly Row[] = [
  ["empty", { body: "" }, "broken", /the answer is not the service's \(HTTP 200\): empty/],
  [
    "HTML",
    { body: "<html>\n<h1>Log in</h1>" },
    "broken",
    /the answer is not the service's \(HTTP 200\): <html>\?<h1>Log in<\/h1>/,
  ],
  [
    "wrong types",
    { body: '{"return_status":1,"return_message":[]}' },
    "broken",
    /the answer is not the service's \(HTTP 200\): \{"return_status":1/,
  ],
  [
    "return_status fail with 200",
    { body: '{"return_status":"fail","return_message":"No."}' },
    "broken",
    /\(HTTP 200\): No\./,
  ],
  ["a list", { body: "[1,2]" }, "broken", /\(HTTP 200\): \[1,2\]/],
  ["binary", { body: Uint8Array.from([0, 255, 254, 1, 7, 128]) }, "broken", /\(HTTP 200\): \?/],
  ["JSON that ends early", { body: WHOLE.slice(0, 40) }, "unsure", CUT],
  [
    "cut inside its length",
    { body: WHOLE, ending: "cut" },
    "unsure",
    /transfer closed|end of response|bytes remaining/,
    reset,
  ],
  [
    "cut inside its chunk",
    { body: WHOLE, framing: "chunked", ending: "cut" },
    "unsure",
    /transfer closed|chunk|end of/i,
    CUT,
  ],
  ["closed without a byte", { raw: "", ending: "cut" }, "unsure", /Empty reply from server/, reset],
  ["reset", { ending: "reset" }, "unsure", /reset|Recv failure|unexpected eof/i, /Connection failed/],
  ["not HTTP", { raw: "hello, router\r\n\r\n", ending: "cut" }, "", /HTTP\/0\.9|not HTTP/, reset],
  ["204", { status: 204 }, "broken", /\(HTTP 204\): empty/, /\(HTTP 200\): empty/],
  ["another success status", { status: 202, body: WHOLE }, "broken", /\(HTTP 202\)/, /\(HTTP 202\)/],
];

for (const client of ["curl", "uclient-fetch"] as const) {
  describeWith(`the wire through ${client}`, ["qjs", "curl"], () => {
    const world = useWorld();
    it.each(ROWS.map((row) => ({ name: row[0], row })))("$name", async ({ row }) => {
      const [, reply, kind, byCurl, byUclient = byCurl] = row;
      const router = world.router({ http_client: client });
      world.server().script(reply);
      const result = await router.run(["update"]);
      const says = client === "curl" ? byCurl : byUclient;
      const [line = "", ...more] = logged(result);
      expect(more).toEqual([]);
      expect(line).toMatch(new RegExp(`^(error|warn): ${LINE}.*${AGAIN}$`));
      expect(line).toMatch(says);
      expect(result.code).toBe(1);
      const { lastFailure, published, inDoubt } = stateOf(router);
      if (kind !== "") expect(lastFailure?.kind).toBe(kind);
      // The service may have changed the record: nothing is taken for published.
      expect([published, inDoubt]).toEqual([null, true]);
    });
    it("a whole answer without a length is one", async () => {
      const router = world.router({ http_client: client });
      world.server().script({ body: WHOLE, framing: "close" });
      expect(await router.run(["update"])).toMatchObject({
        code: 0,
        stderr: `info: ${LINE}published ${OWN}\n`,
      });
    });
    it("a whole answer of HTTP/1.0, and one in chunks", async () => {
      for (const reply of [{ version: "1.0", framing: "close" }, { framing: "chunked" }] as const) {
        const router = world.router({ http_client: client });
        world.server().script({ body: WHOLE, ...reply });
        expect((await router.run(["update"])).code).toBe(0);
      }
    });
    it("nobody listens", async () => {
      const router = world.router({ http_client: client, url: "https://127.0.0.1:1/" });
      const result = await router.run(["update"]);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/^warn: .*(connection refused|Failed to connect|Couldn't connect)/);
      expect(stateOf(router)).toMatchObject({ inDoubt: false, lastFailure: { kind: "offline" } });
    });
    it("control characters reach neither log nor state file", async () => {
      const router = world.router({ http_client: client, ip_source: "web" });
      world.server().script(answer(200, "\x1b[2J\x07\u202e\nfake: line"));
      const result = await router.run(["update", "--trigger", "ifup"]);
      expect(logged(result)).toEqual([
        `error: ${LINE}the service was asked for our address and said: ?[2J????fake: line${AGAIN}`.replace(
          "????",
          "???",
        ),
      ]);
      expect(router.syslog()).toHaveLength(1);
      expect(stateOf(router).lastFailure?.detail).toMatch(/^[\x20-\x7e]*$/);
    });
    it("plain HTTP to this house works", async () => {
      const plain = await startHttps({ plain: true });
      try {
        plain.script(changed());
        const router = world.router({ http_client: client, url: plain.url("/", "127.0.0.1") });
        expect((await router.run(["update"])).code).toBe(0);
      } finally {
        await plain.close();
      }
    });
    it("an answer of 30 KB is still one", async () => {
      const router = world.router({ http_client: client });
      world.server().script(answer(201, "x".repeat(30_000)));
      expect((await router.run(["update"])).code).toBe(0);
    });
  });
}

const HOST = "abc.lambda-url.eu-west-1.on.aws";
const to = (status: number, location: string): Reply => ({ status, headers: { Location: location } });

describeWith("redirects", ["qjs", "curl"], () => {
  const world = useWorld();
  const router = (client: string) => {
    const made = world.router({}, { hosts: { [HOST]: world.server().port } });
    made.setConfig(service(`https://${HOST}/`, { cacert: made.caPath, http_client: client }));
    return made;
  };
  it.each([301, 302, 307, 308])("%s is followed by curl with method and body", async (status) => {
    const on = router("curl");
    world.server().script(to(status, `https://${HOST}/new`), changed());
    expect((await on.run(["update"])).code).toBe(0);
    expect(world.asked()).toEqual([`set ${OWN}`, `set ${OWN} at /new`]);
  });
  it("a path alone is followed too, and three at most", async () => {
    const on = router("curl");
    world.server().script(to(307, "/a"), to(308, "/b"), to(301, "/c"), to(302, "/d"));
    const result = await on.run(["update"]);
    expect(logged(result)).toEqual([`error: ${LINE}more than 3 redirects${AGAIN}`]);
    expect(world.asked()).toHaveLength(4);
  });
  it.each([
    ["http://h.example/", "without https on both sides"],
    ["https://192.168.1.1/", "to a private address"],
    ["https://127.1/", "to a private address"],
    ["https://[::1]/", "to a private address"],
    ["nonsense", "to something that is no URL"],
  ])("to %s is not followed", async (location, words) => {
    const on = router("curl");
    world.server().script(to(307, location));
    const result = await on.run(["update"]);
    const remedy = "a login page (captive portal) is in the way, or the URL is another site's";
    expect(logged(result)).toEqual([
      `error: ${LINE}the URL redirects (307) ${words}: ${location}; ${remedy}${AGAIN}`,
    ]);
    expect(world.asked()).toHaveLength(1);
  });
  it("by uclient-fetch arrive without the body: no token leaks, and curl is called for", async () => {
    const on = router("uclient-fetch");
    world.server().script(to(307, `https://${HOST}/new`), { status: 502 });
    const result = await on.run(["update"]);
    expect(result.stderr).toContain(
      "uclient-fetch does not take the body along; install curl or correct the URL",
    );
    expect(world.server().asked[1]?.body).toBe("");
  });
  it("make http_client auto turn to curl, for good", async () => {
    const on = router("auto");
    world.server().script(to(307, `https://${HOST}/new`), { status: 502 });
    world.server().script(to(307, `https://${HOST}/new`), changed());
    expect((await on.run(["update"])).code).toBe(0);
    expect(world.asked().slice(2)).toEqual([`set ${OWN}`, `set ${OWN} at /new`]);
    expect(stateOf(on).needsCurl).toBe(true);
  });
});
