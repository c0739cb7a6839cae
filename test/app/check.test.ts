// `check`: every finding by its own sentence and exit status, what cannot be told said so, and nothing changed. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, section, service } from "../e2e/world.ts";
import type { ProgramResult, Run } from "../stand-ins/fake-processes.ts";
import { CONFIG, FOLDER, type HomeOptions, makeHome, NONE, type Service, URL_ } from "./world.ts";

const HEADING = `home: ${NAME} IPv4`;
const HOST = "abc.lambda-url.eu-west-1.on.aws";
const EROFS = 30;
const FIXED = { wallClockSeconds: Date.UTC(2026, 10, 22, 2, 30) / 1000 };

/** The sample: knows the host, answers 400 to a malformed token. */
const sample: Service = (request) =>
  request === "get" ? [200, OWN] : [400, "You must pass a valid sha256 hash."];

const STARTED = { [`${FOLDER}/timer`]: "600\n" };

async function check(options: HomeOptions, ...names: string[]) {
  const home = makeHome({ service: sample, ...FIXED, files: STARTED, ...options });
  const did = await home.run("check", ...names);
  const said = did.said.filter((line) => line !== `asking ${HOST} …`);
  return { ...did, said, found: did.stdout.split("\n").slice(0, -1), home };
}

/** curl as it prints what `answers` says, head and all. */
function curlOf(answers: Service, headers = ""): (run: Run) => ProgramResult {
  return ({ stdin }) => {
    const request = stdin.includes('\\"get\\"') ? "get" : "set check";
    const [status, message = ""] = answers(request, "");
    const said = JSON.stringify({
      return_status: status < 300 ? "success" : "fail",
      return_message: message,
    });
    return { stdout: `HTTP/1.1 ${status} X\r\nx-amzn-requestid: id-1\r\n${headers}\r\n${said}` };
  };
}
const viaCurl = (answers: Service): HomeOptions => ({
  config: service(URL_, { http_client: "curl" }),
  programs: { curl: curlOf(answers) },
});

/** uclient-fetch that ends with these words and this exit status. */
const ending = (code: number, words: string): HomeOptions => ({
  programs: { "uclient-fetch": () => ({ code, stderr: `Downloading 'x'\n${words}\n` }) },
});

describe("all is well", () => {
  it("and all of it is said, with what only an update can tell", async () => {
    const { code, found, asked, said } = await check({});
    expect(found).toEqual([
      "ok   the clock says 2026-11-22 02:30 UTC",
      "",
      HEADING,
      `ok   interface 'wan' has ${OWN} on eth1`,
      `ok   the service answers and sees ${OWN}`,
      `note whether the service has a record of ${NAME} shows only with an update`,
      `note whether the secret is right shows only with an update: lambda-ddns update home`,
    ]);
    expect([code, said, asked]).toEqual([0, [], ["get", "set check"]]);
  });
  it("whoever is asked is named while it is asked", async () => {
    expect((await makeHome({ service: sample, ...FIXED }).run("check")).said).toEqual([`asking ${HOST} …`]);
  });
  it("at a terminal long lines are folded, and the words are the same", async () => {
    const home = makeHome({ service: sample, ...FIXED, files: STARTED, columns: 50 });
    const { stdout } = await home.run("check");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(50);
    const { found } = await check({});
    expect(
      stdout
        .replaceAll(/\n {5}/g, " ")
        .split("\n")
        .slice(0, -1),
    ).toEqual(found);
  });
  it("changes nothing, not even its own folder's content", async () => {
    const { touched, home } = await check({});
    expect(touched.filter((path) => path !== FOLDER)).toEqual([]);
    expect(home.state()).toEqual({ timer: "600\n" });
  });
  it("after an update the secret is known to be right, and no more is asked than which address is seen", async () => {
    const home = makeHome({ ...FIXED });
    await home.run("update");
    const { stdout, asked } = await home.run("check");
    expect(asked).toEqual(["get"]);
    expect(stdout).not.toContain("shows only with an update");
    expect(stdout).toContain(`ok   the secret was accepted with ${OWN}\n`);
  });
  it.each<[number, number, string]>([
    [401, 3, "FAIL"],
    [500, 0, "note"],
  ])("that the last update ended in %s is told, since a get does not meet it", async (status, code, mark) => {
    const home = makeHome({ ...FIXED, service: (request) => (request === "get" ? [200, OWN] : [status]) });
    await home.run("update");
    home.setService(sample);
    const did = await home.run("check");
    expect(did).toMatchObject({ code });
    expect(did.stdout).toContain(`${mark} the last update failed: the service `);
  });
  it("the sample tells through curl that it has the record", async () => {
    const { code, found } = await check(viaCurl(sample));
    expect(code).toBe(0);
    expect(found).toContain(`ok   the service has a record of ${NAME}`);
  });
  it("only the service that is named is checked", async () => {
    const config = service(URL_) + service("https://other.example/", {}, "second");
    const { asked } = await check({ config }, "second");
    expect(asked).toEqual(["get at https://other.example/", "set check at https://other.example/"]);
  });
});

/** What is wrong, the exit status, and the line that must be there. */
const FINDINGS: readonly (readonly [string, HomeOptions, number, string])[] = [
  [
    "no URL",
    { config: service("") },
    2,
    "FAIL configuration: section 'home', option 'url': is missing; give the function URL, https://<id>.lambda-url.<region>.on.aws/",
  ],
  [
    "a bad URL",
    { config: service("lambda") },
    2,
    "FAIL configuration: section 'home', option 'url': 'lambda' is not a URL such as https://<id>.lambda-url.<region>.on.aws/",
  ],
  [
    "no secret",
    { config: service(URL_, { secret: "" }) },
    2,
    "FAIL configuration: section 'home', option 'secret': is missing; it came with the section that the operator sent, and 'lambda-ddns-admin rotate' makes a new one",
  ],
  [
    "a warning",
    { config: service(URL_, { colour: "red" }) },
    0,
    "note configuration: section 'home', option 'colour': is unknown and ignored",
  ],
  [
    "no configuration",
    { programs: { uci: () => ({ code: 1, stderr: "uci: Entry not found\n" }) } },
    2,
    `FAIL ${CONFIG} does not exist`,
  ],
  ["no service", { config: "" }, 0, `note ${NONE}`],
  [
    "a fresh install",
    { config: service("", { enabled: "0" }) },
    0,
    `note ${NONE}; set option 'enabled' to 1 in section 'home' once it is filled in`,
  ],
  ["not root", { uid: 1000 }, 1, "FAIL this is not root, so no update is possible: run it as root"],
  [
    "CGNAT, and nobody may be asked",
    { wan: { ipv4: "100.64.7.7" }, config: service(URL_, { ip_source: "network" }) },
    2,
    "FAIL interface 'wan' has 100.64.7.7 (cgnat): the provider shares one public address among customers (CGNAT); nothing is published with ip_source 'network', which never asks the service; set it to 'auto'",
  ],
  [
    "switched off",
    { config: section("lambda-ddns", "global", { enabled: "0" }) + service(URL_) },
    0,
    "note switched off: option enabled '0' in section 'global'",
  ],
  ["not started", { files: {} }, 0, "note not started: service lambda-ddns start"],
  [
    "the clock is not set",
    { wallClockSeconds: 86_400 },
    1,
    "FAIL the clock is not set (1970-01-02 00:00 UTC), so no certificate can be verified; is NTP working?",
  ],
  [
    "no TLS",
    ending(1, "uclient-fetch: SSL support not available, please install one of the libustream-.* packages"),
    1,
    `FAIL ${HOST}: uclient-fetch has no TLS; install libustream-mbedtls, or curl`,
  ],
  [
    "an old uclient-fetch",
    ending(1, "uclient-fetch: unrecognized option '--header=x'"),
    1,
    `FAIL ${HOST}: this uclient-fetch has no --header (it came with OpenWrt 24.10); install curl`,
  ],
  [
    "a certificate that is not trusted",
    ending(5, "SSL verify error: certificate is self-signed or not signed by a trusted CA"),
    1,
    `FAIL ${HOST}: the certificate is not trusted: certificate is self-signed or not signed by a trusted CA; put the file of the CA that signed it into option cacert, or install ca-bundle`,
  ],
  [
    "a certificate for another name",
    ending(5, "Connection error: Server hostname does not match SSL certificate"),
    1,
    `FAIL ${HOST}: the certificate is not trusted: Server hostname does not match SSL certificate; it is another host's; is the URL right?`,
  ],
  [
    "nobody answers",
    ending(4, "Connection error: Connection timed out"),
    1,
    `FAIL ${HOST}: Connection timed out`,
  ],
  [
    "the CA file is missing",
    { config: service(URL_, { cacert: "/etc/none.pem" }) },
    2,
    `FAIL the CA file /etc/none.pem (option cacert) does not exist`,
  ],
  [
    "the chosen program is missing",
    { config: service(URL_, { http_client: "curl" }) },
    1,
    `FAIL curl: not installed (option http_client 'curl')`,
  ],
  [
    "a URL that forbids",
    viaCurlForbidden(),
    3,
    `FAIL ${HOST}: the URL refuses the call (403): is it right, and is the function public? (request id id-1)`,
  ],
  [
    "a record that is missing",
    viaCurl((request) => (request === "get" ? [200, OWN] : [403, "There was an issue"])),
    3,
    `FAIL the service has no record of '${NAME}' (or its table was too busy to read); letter case and final dot count`,
  ],
  [
    "a record that is missing, through uclient-fetch",
    { service: (request) => (request === "get" ? [200, OWN] : [403]) },
    3,
    `FAIL the service has no record of '${NAME}' (or its table was too busy to read); letter case and final dot count`,
  ],
  [
    "the record cannot be asked for",
    { service: (request) => (request === "get" ? [200, OWN] : [301]) },
    0,
    `note whether the service has a record of ${NAME} was not told: HTTP 301`,
  ],
  [
    "an unknown interface",
    { wan: { name: "other" } },
    2,
    `FAIL interface 'wan' does not exist; 'ubus list network.interface.*' shows what does`,
  ],
  [
    "a device in place of an interface",
    { config: service(URL_, { interface: "eth1" }) },
    2,
    "FAIL 'eth1' is the device of interface 'wan'; write option interface 'wan'",
  ],
  [
    "an interface in capitals",
    { config: service(URL_, { interface: "WAN" }) },
    2,
    "FAIL interface 'WAN' does not exist; write 'wan'",
  ],
  ["the interface is down", { wan: { up: false } }, 1, `FAIL interface 'wan' is down`],
  [
    "no address",
    { wan: {} },
    1,
    `FAIL interface 'wan' is up and has no ipv4 address; ip_source 'web' asks the service`,
  ],
  [
    "an unfit address",
    { wan: { ipv4: "192.0.2.1" } },
    1,
    `FAIL interface 'wan' has 192.0.2.1 only (documentation), which cannot be published`,
  ],
  [
    "netifd is silent",
    { programs: { ubus: () => ({ code: 4, stderr: "Command failed: Not found\n" }) } },
    1,
    "FAIL the WAN addresses are not known: ubus: Command failed: Not found",
  ],
  [
    "CGNAT",
    { wan: { ipv4: "100.64.7.7" } },
    0,
    `note interface 'wan' has 100.64.7.7 (cgnat): the provider shares one public address among customers (CGNAT); the service is asked for the public one`,
  ],
  [
    "a private address",
    { wan: { ipv4: "10.0.0.2" } },
    0,
    `note interface 'wan' has 10.0.0.2 (private): there is NAT in front of this router; the service is asked for the public one`,
  ],
  [
    "NAT in between",
    { service: (request) => (request === "get" ? [200, OTHER] : [400]) },
    0,
    `note the service sees ${OTHER}, not ${OWN}: NAT lies in between, and nothing reaches this router unasked`,
  ],
  [
    "an answer that is no address",
    { service: () => [200, "hello\x1b"] },
    1,
    `FAIL the service was asked for our address and said: hello?`,
  ],
  [
    "an address that is unfit",
    { service: () => [200, "10.9.8.7"] },
    1,
    `FAIL the service sees 10.9.8.7 (private), which cannot be published`,
  ],
  ["a service that fails", { service: () => [502] }, 1, `FAIL ${HOST}: the service failed (502)`],
];

function viaCurlForbidden(): HomeOptions {
  const stdout = 'HTTP/1.1 403 Forbidden\r\nx-amzn-requestid: id-1\r\n\r\n{"Message":null}';
  return { ...viaCurl(sample), programs: { curl: () => ({ stdout }) } };
}

describe("findings", () => {
  it.each(FINDINGS)("%s", async (_, options, status, line) => {
    const { code, found, said } = await check(options);
    expect(found).toContain(line);
    expect([code, said]).toEqual([status, []]);
  });
  const UNRESOLVED = `FAIL the name ${HOST} does not resolve; is the URL right, and does DNS work here?`;
  it.each<[ProgramResult, string]>([
    [{}, `FAIL ${HOST} resolves, and no connection comes about`],
    [{ code: 1 }, UNRESOLVED],
    [{ delaySeconds: Number.POSITIVE_INFINITY }, UNRESOLVED],
  ])("uclient-fetch cannot tell why; nslookup can: %j", async (answer, line) => {
    const { programs } = ending(4, "Failed to send request: Operation not permitted");
    const did = await check({ programs: { ...programs, nslookup: () => answer } });
    expect(did).toMatchObject({ code: 1, found: expect.arrayContaining([line]) });
  });
  it.each(["0644", "0640", "0660", "0755", "0400"])(
    "the configuration's mode %s is not 0600",
    async (octal) => {
      const home = makeHome({ service: sample, ...FIXED });
      home.os.writeFile(CONFIG, home.os.readFile(CONFIG) ?? "", Number.parseInt(octal, 8));
      const { stdout, code } = await home.run("check");
      expect(stdout).toContain(
        `FAIL ${CONFIG} has mode ${octal}, and it holds secrets: chmod 600 ${CONFIG}\n`,
      );
      expect(code).toBe(2);
    },
  );
  it.each(["uci", "ubus", "logger", "flock"])("%s is missing", async (program) => {
    const home = makeHome({ service: sample, ...FIXED });
    home.os.uninstall(program);
    const { stdout, code } = await home.run("check");
    expect(stdout).toContain(`FAIL the program ${program} is missing\n`);
    expect(code).toBe(program === "uci" ? 2 : 1);
  });
  it.each(["/var/run", "/var/lock"])("%s is not writable", async (folder) => {
    const home = makeHome({ service: sample, ...FIXED, files: STARTED });
    home.os.setFault((call, path) => (call === "open" && path.startsWith(`${folder}/.`) ? EROFS : 0));
    const { code, stdout } = await home.run("check");
    const words = `FAIL ${folder} is not writable, so no update is possible; is /var read-only or full?\n`;
    expect(stdout).toContain(words);
    expect(code).toBe(1);
  });
  it("everything that only looks works on a read-only /var", async () => {
    const home = makeHome({ service: sample, ...FIXED, files: STARTED });
    home.os.setFault((call, path) =>
      ["open", "mkdir", "remove", "rename"].includes(call) && path.startsWith("/var/") ? EROFS : 0,
    );
    expect((await home.run("status")).code).toBe(0);
    expect((await home.run("address")).stdout).toBe(`${OWN}\n`);
    expect((await home.run("check")).stdout).toContain(`ok   the service answers and sees ${OWN}\n`);
  });
  it("after many failures in a row an update is no passing trouble", async () => {
    const home = makeHome({
      ...FIXED,
      files: STARTED,
      service: (request) => (request === "get" ? [200, OWN] : [500]),
    });
    for (let count = 0; count < 10; count++) {
      await home.run("update");
      home.os.advance(7200);
    }
    const { code, stdout } = await home.run("check");
    expect(stdout).toContain("FAIL the last 10 updates failed: the service failed (500)");
    expect(code).toBe(1);
  });
  it("somebody who may not read the configuration is told who may", async () => {
    const uci = () => ({ code: 1, stderr: "uci: Permission denied\n" });
    const { found } = await check({ uid: 1000, programs: { uci } });
    expect(found[0]).toMatch(/^FAIL the configuration .* uci: Permission denied; run it as root$/);
  });
  it("an unknown name", async () => {
    const { code, found } = await check({}, "nosuch");
    expect(found).toContain("FAIL no enabled service is named 'nosuch' (by section, hostname or id)");
    expect(code).toBe(2);
  });
  it("several at once: all are told, and the worst one is the exit status", async () => {
    const config = service("", {}, "bad") + service(URL_);
    const { code, found } = await check({ config, service: () => [403] });
    expect(code).toBe(2);
    expect(found.filter((line) => line.startsWith("FAIL"))).toHaveLength(2);
  });
  it("no finding shows a secret", async () => {
    const { stdout } = await check({ config: service(URL_, { secret: ["first-secret", "second-secret"] }) });
    expect(stdout).not.toMatch(/first-secret|second-secret/);
  });
});
