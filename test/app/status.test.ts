// `status`, `address`, help and misuse: what a person and a script are shown, in 80 columns or as JSON. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { NAME, OTHER, OWN, STATE, section, service } from "../e2e/world.ts";
import type { Wan } from "../stand-ins/netifd-dump.ts";
import { FOLDER, type Home, type HomeOptions, makeHome, NONE, type Service, URL_ } from "./world.ts";

const UP = ["update", "--trigger", "ifup"] as const;

async function later(options: HomeOptions, seconds = 60): Promise<Home> {
  const home = makeHome(options);
  await home.run(...UP);
  home.os.writeFile(`${FOLDER}/timer`, "600\n", 0o600);
  home.os.advance(seconds);
  return home;
}

interface Shown {
  id: string;
  state: string;
  next_look_in: number;
  last_error: { kind: string; detail: string; request_id: string | null } | null;
}

async function shown(home: Home): Promise<Shown[]> {
  const { code, stdout, said } = await home.run("status", "--json");
  expect([code, said]).toEqual([0, []]);
  return JSON.parse(stdout).services;
}

describe("status --json", () => {
  it("has the promised members, and one line", async () => {
    const home = await later({});
    const { stdout, ran, touched } = await home.run("status", "--json");
    expect(stdout.indexOf("\n")).toBe(stdout.length - 1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: manifest.version,
      uptime: 1060,
      services: [
        {
          id: STATE,
          section: "home",
          hostname: NAME,
          family: "ipv4",
          interface: "wan",
          published: OWN,
          published_at: 1000,
          state: "ok",
          last_error: null,
          next_look_in: 600,
          next_attempt_in: null,
          behind_nat: false,
          address: OWN,
          attempted_at: 1000,
          in_doubt: false,
        },
      ],
    });
    expect([ran, touched]).toEqual([["uci", "ubus"], []]);
  });
  const nat: Service = (request) => (request === "get" ? [200, OTHER] : [201]);
  it.each<[string, string, HomeOptions]>([
    ["ok", "published", {}],
    ["ok", "behind NAT", { wan: { ipv4: "10.0.0.2" }, service: nat }],
    ["waiting", "busy", { service: () => [503] }],
    ["waiting", "broken", { service: () => [500] }],
    ["refused", "refused", { service: () => [403] }],
    ["down", "down", { wan: { up: false } }],
    ["down", "missing", { wan: { name: "other" } }],
    ["unfit", "unfit", { wan: { ipv4: "192.0.2.1" } }],
  ])("%s: %s", async (state, _, options) => {
    expect(await shown(await later(options))).toMatchObject([{ state }]);
  });
  it("never: nothing was sent yet", async () => {
    expect(await shown(makeHome())).toMatchObject([{ state: "never", published: null, published_at: null }]);
  });
  it("tells the last trouble and when it looks again", async () => {
    const home = await later({ service: () => [503] }, 10);
    // As the init script leaves it.
    home.os.writeFile(`${FOLDER}/timer`, "60\n", 0o600);
    const [one] = await shown(home);
    expect(one).toMatchObject({
      last_error: { kind: "busy", detail: "the service asks to wait (503)", request_id: null },
    });
    expect(one?.next_look_in).toBeGreaterThanOrEqual(35);
    expect(one?.next_look_in).toBeLessThanOrEqual(65);
  });
  it.each<[string, HomeOptions, number, number | null, number | null]>([
    ["published", {}, 0, null, null],
    ["in the cooldown after a success", {}, -50, null, null],
    ["behind NAT, asked at each check", { wan: { ipv4: "10.0.0.2" }, service: nat }, 0, null, null],
    ["down", { wan: { up: false } }, 0, null, null],
    ["a wait that is longer than a check", { service: () => [403] }, 0, 2600, 4500],
    ["a wait", { service: () => [503] }, -50, 30, 75],
    ["in the cooldown, and the wait is longer", { service: () => [500] }, -50, 200, 375],
  ])("tells when the next attempt is: %s", async (_, options, seconds, least, most) => {
    const home = await later(options, 60 + seconds);
    // As the init script leaves it.
    home.os.writeFile(`${FOLDER}/timer`, `${Math.min(least ?? 600, 600)}\n`, 0o600);
    const { stdout } = await home.run("status", "--json");
    const attempt = JSON.parse(stdout).services[0].next_attempt_in;
    if (least === null || most === null) expect(attempt).toBeNull();
    else expect(attempt >= least && attempt <= most, `${attempt}`).toBe(true);
  });
  it("a name that was never sent is due at the next look", async () => {
    const { stdout } = await makeHome().run("status", "--json");
    expect(JSON.parse(stdout).services[0]).toMatchObject({ next_attempt_in: 0, attempted_at: null });
  });
  it("agrees with a timer that the run of the last attempt did not live to set", async () => {
    const home = makeHome({ config: service(URL_, { ip_source: "web" }) });
    home.os.writeFile(`${FOLDER}/timer`, "600\n", 0o600);
    await home.run(...UP);
    const path = `${FOLDER}/${STATE}`;
    const marked = { ...JSON.parse(home.os.readFile(path) ?? ""), published: null, inDoubt: true };
    home.os.writeFile(path, JSON.stringify(marked), 0o600);
    home.os.advance(2);
    expect(await shown(home)).toMatchObject([{ next_look_in: 598, next_attempt_in: 598 }]);
  });
  it("says that nothing looks by itself where the service was stopped, or never started", async () => {
    const home = await later({});
    const started = async () => JSON.parse((await home.run("status", "--json")).stdout).started;
    expect(await started()).toBe(true);
    home.os.removeFile(`${FOLDER}/timer`);
    expect(await started()).toBe(false);
    expect(await shown(home)).toMatchObject([{ state: "ok", next_look_in: 600 }]);
    expect((await home.run("status")).stdout).toMatch(
      /^ {2}next {4}not started: service lambda-ddns start$/m,
    );
    expect((await makeHome({ wan: { up: false } }).run("status")).stdout).toContain(
      "\n  next    not started: service lambda-ddns start; interface 'wan' is down\n",
    );
  });
  it("tells the configuration's problems, and what is switched off", async () => {
    const home = makeHome({
      config: section("lambda-ddns", "global", { enabled: "0" }) + service("", {}, "bad"),
    });
    expect(JSON.parse((await home.run("status", "--json")).stdout)).toMatchObject({
      enabled: false,
      services: [],
      problems: [{ section: "bad", option: "url" }],
    });
  });
  it("does not call a section that is skipped one that is not enabled", async () => {
    const { stdout } = await makeHome({ config: service("", {}, "bad") }).run("status");
    expect(stdout).toContain(`\n${NONE}\n`);
  });
  it("exits 2 where it cannot read", async () => {
    const home = makeHome({ programs: { uci: () => ({ code: 1, stderr: "uci: Entry not found\n" }) } });
    expect(await home.run("status", "--json")).toMatchObject({
      code: 2,
      stdout: "",
      said: ["error: /etc/config/lambda-ddns does not exist"],
    });
  });
});

describe("status for a person", () => {
  it("says what is published, since when, and when it looks again", async () => {
    const { stdout } = await (await later({})).run("status");
    expect(stdout).toBe(
      `lambda-ddns ${manifest.version}, router up 17 min\n\n${NAME} (IPv4, home)\n  ok      ${OWN}, sent 60 s ago\n  next    look in 10 min\n`,
    );
  });
  const long = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;
  const words =
    "An error occurred (NoSuchHostedZone) when calling the ListResourceRecordSets operation. ".repeat(5);
  it.each<[string, HomeOptions]>([
    ["a long name", { config: service(URL_, { hostname: long }) }],
    ["long words of trouble", { service: () => [400, words] }],
    [
      "an unfit IPv6 address",
      {
        config: service(URL_, { family: "ipv6" }),
        wan: { ipv6: "2001:db8:1234:5678:9abc:def0:1234:5678" } as Wan,
      },
    ],
    ["problems", { config: service("x".repeat(200)) + service(URL_, { colour: "red" }, "b") }],
    ["a missing interface", { config: service(URL_, { interface: "a-very-long-name-of-an-interface" }) }],
  ])("fits 80 columns with %s", async (_, options) => {
    const { stdout, code } = await (await later(options)).run("status");
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^[\x20-\x7e\n…]*$/);
  });
  it("tells trouble and the next try", async () => {
    const { stdout } = await (await later({ service: () => [403] })).run("status");
    expect(stdout).toMatch(/^ {2}refused nothing confirmed yet; DNS may still hold an earlier address$/m);
    expect(stdout).toMatch(/^ {2}trouble refused: the service does not know this host name/m);
    expect(stdout).toMatch(/^ {2}next {4}attempt in (\d+ min|1 h( \d+ min)?)$/m);
  });
  it.each<[number, string]>([
    [99, "router up 99 s"],
    [119, "router up 1 min"],
    [5999, "router up 99 min"],
    [7500, "router up 2 h 5 min"],
    [86_399, "router up 23 h 59 min"],
    [86_400 * 2 + 7300, "router up 2 d 2 h"],
    [86_400 * 3, "router up 3 d"],
  ])("an uptime of %s s is not rounded up: %s", async (uptime, words) => {
    const home = makeHome();
    home.os.advance(uptime - home.os.uptimeSeconds());
    expect((await home.run("status")).stdout).toMatch(new RegExp(`, ${words}\n`));
  });
  it("tells what is down", async () => {
    const { stdout } = await (await later({ wan: { up: false } })).run("status");
    expect(stdout).toMatch(/^ {2}next {4}look in 10 min; interface 'wan' is down$/m);
  });
});

describe("address", () => {
  const seen: Service = (request) => (request === "get" ? [200, OTHER] : [500]);
  it("prints what the service sees and nothing else", async () => {
    const home = makeHome({ service: seen });
    expect(await home.run("address")).toMatchObject({
      code: 0,
      stdout: `${OTHER}\n`,
      said: [],
      asked: ["get"],
      touched: [expect.any(String)],
    });
  });
  it("asks the service that is named", async () => {
    const other = "https://other.example/";
    const home = makeHome({ service: seen, config: service(URL_) + service(other, {}, "second") });
    expect((await home.run("address", "second")).asked).toEqual([`get at ${other}`]);
    expect(await home.run("address", "nosuch")).toMatchObject({
      code: 2,
      stdout: "",
      said: [
        "error: no enabled service is named 'nosuch' (by section, hostname or id); lambda-ddns check tells more",
      ],
    });
  });
  it.each<[Service, number, string]>([
    [() => [403], 3, "the URL refuses the call (403)"],
    [() => [500], 1, "the service failed (500)"],
    [() => [200, "x\x1b"], 1, "the service was asked for our address and said: x?"],
  ])("tells why not: %s", async (answers, code, words) => {
    const did = await makeHome({ service: answers }).run("address");
    expect(did).toMatchObject({ code, stdout: "", said: [expect.stringContaining(words)] });
  });
  it("has nobody to ask", async () => {
    const did = await makeHome({ config: service("") }).run("address");
    expect(did).toMatchObject({
      code: 2,
      said: [`error: ${NONE}; lambda-ddns check tells more`],
    });
    const off = section("lambda-ddns", "global", { enabled: "0" }) + service(URL_);
    expect((await makeHome({ config: off }).run("address")).said).toEqual([
      "error: switched off: option enabled '0' in section 'global'; lambda-ddns check tells more",
    ]);
  });
});

describe("help and misuse", () => {
  it.each([[["--help"]], [["-h"]], [[]]])("%j prints the help", async (words) => {
    const { code, stdout, ran } = await makeHome().run(...words);
    expect([code, ran]).toEqual([0, []]);
    for (const part of [
      "update",
      "status",
      "check",
      "address",
      "--trigger",
      "--force",
      "--dry-run",
      "--json",
    ])
      expect(stdout).toContain(part);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
  it("--version", async () => {
    expect(await makeHome().run("--version")).toMatchObject({
      code: 0,
      stdout: `lambda-ddns ${manifest.version}\n`,
      ran: [],
    });
  });
  it.each([
    [["frob"], "there is no command frob"],
    [["update", "--frob"], "update has no option --frob"],
    [["update", "--trigger"], "--trigger takes one of boot, reload, ifup, clock, timer, manual"],
    [["update", "--trigger", "whim"], "--trigger takes one of boot, reload, ifup, clock, timer, manual"],
    [["update", "--interface"], "--interface takes a logical interface such as wan"],
    [["status", "--frob"], "status has no option --frob"],
    [["status", "home"], "status takes no names"],
    [["check", "--json"], "check has no option --json"],
    [["address", "a", "b"], "address takes one service"],
  ])("%s: %s", async (words, sentence) => {
    const did = await makeHome().run(...words);
    expect(did).toEqual({
      code: 2,
      stdout: "",
      said: [`lambda-ddns: ${sentence}; see lambda-ddns --help`],
      asked: [],
      ran: [],
      syslog: [],
      touched: [],
    });
  });
});

describe("config", () => {
  it("prints every section for programs, and no secret", async () => {
    const options =
      "\toption secret 'geheim'\n\tlist hostname 'a.example.com'\n\tlist hostname 'b.example.com'\n\toption odd 'x'\n";
    const home = makeHome({
      config: `config service 'home'\n${options}\nconfig service\n\toption secret ''\n`,
    });
    const { code, stdout, said } = await home.run("config");
    expect([code, said]).toEqual([0, []]);
    expect(stdout).not.toContain("geheim");
    expect(JSON.parse(stdout)).toEqual({
      sections: [
        {
          type: "service",
          name: "home",
          options: { hostname: ["a.example.com", "b.example.com"], odd: ["x"] },
          hidden: ["secret"],
        },
        { type: "service", name: "@service[1]", options: {}, hidden: [] },
      ],
    });
  });
  it("takes no options", async () => {
    const { code, stdout, said } = await makeHome({}).run("config", "--json");
    expect([code, stdout, said]).toEqual([
      2,
      "",
      ["lambda-ddns: config has no option --json; see lambda-ddns --help"],
    ]);
  });
});
