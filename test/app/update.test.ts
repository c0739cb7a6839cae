// `update` whole: requests and programs per run, exit status, lines and priorities, whom it serves and when it rests. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, STATE, section, service } from "../e2e/world.ts";
import { dumpOf, type Wan } from "../stand-ins/netifd-dump.ts";
import { agreeable, CONFIG, FOLDER, type HomeOptions, makeHome, NONE, type Service, URL_ } from "./world.ts";

const LINE = `home: ${NAME} IPv4: `;
const UP = ["update", "--trigger", "ifup"] as const;
const CGNAT: Wan = { ipv4: "100.64.7.7" };
const NAMES = [NAME, "a.example.com", "b.example.com"];
/** The service sees another address than the router's. */
const behind: Service = (request) => {
  if (request === "get") return [200, OTHER];
  return request.startsWith(`set ${OTHER}`) ? [201] : [401, "Validation hashes do not match."];
};
const global = (options: Record<string, string>): string => section("lambda-ddns", "global", options);
const first = (options: HomeOptions, ...args: string[]) =>
  makeHome(options).run(...(args.length ? args : UP));

describe("requests", () => {
  it("one where the address is public; none when nothing changed", async () => {
    const home = makeHome();
    expect((await home.run(...UP)).asked).toEqual([`set ${OWN}`]);
    home.os.removeFile(`${FOLDER}/memo`);
    home.os.advance(60);
    expect((await home.run(...UP)).asked).toEqual([]);
  });
  it("two behind NAT, one a check after that, two when the address changes", async () => {
    const home = makeHome({ wan: CGNAT, service: behind });
    expect((await home.run(...UP)).asked).toEqual(["get", `set ${OTHER}`]);
    home.os.advance(60);
    expect((await home.run("update", "--trigger", "timer")).asked).toEqual([]);
    home.os.advance(600);
    expect((await home.run("update", "--trigger", "timer")).asked).toEqual(["get"]);
    home.setService(agreeable);
    home.os.advance(600);
    expect((await home.run("update", "--trigger", "timer")).asked).toEqual(["get", `set ${OWN}`]);
  });
  it("three the one time that NAT is found out, two after that", async () => {
    const home = makeHome({ service: behind });
    const did = await home.run(...UP);
    expect(did.asked).toEqual([`set ${OWN}`, "get", `set ${OTHER}`]);
    expect(did.said).toEqual([`info: ${LINE}published ${OTHER}, seen behind NAT`]);
    home.setWan({ ipv4: "11.12.13.14" });
    home.os.advance(60);
    home.setService((request) => (request === "get" ? [200, "2a00:1450::5"] : [500]));
    expect((await home.run(...UP)).asked).toEqual(["get"]);
  });
  it("never: the interface down, missing or without an address, or an address that is unfit", async () => {
    const cases: [Wan, string, string][] = [
      [{ up: false }, "interface 'wan' is down", "info"],
      [
        { name: "other", ipv4: OWN },
        "interface 'wan' does not exist; 'ubus list network.interface.*' shows what does",
        "warn",
      ],
      [{}, "interface 'wan' is up and has no ipv4 address; ip_source 'web' asks the service", "info"],
      [
        { ipv4: "192.0.2.1" },
        "interface 'wan' has 192.0.2.1 only (documentation), which cannot be published",
        "warn",
      ],
      [
        { ipv4: "169.254.3.4" },
        "interface 'wan' has 169.254.3.4 only (link-local), which cannot be published",
        "warn",
      ],
    ];
    for (const [wan, sentence, level] of cases) {
      const did = await first({ wan }, "update");
      expect(did).toMatchObject({ code: 0, asked: [], said: [`${level}: ${LINE}${sentence}`] });
    }
  });
});

describe("programs", () => {
  it("four for an event with one request: uci, ubus, uclient-fetch, logger", async () => {
    expect((await first({})).ran).toEqual(["uci", "ubus", "uclient-fetch", "logger"]);
  });
  it("no logger by hand", async () => {
    expect((await first({}, "update")).ran).toEqual(["uci", "ubus", "uclient-fetch"]);
  });
  it("one logger a priority, with all its lines", async () => {
    const config =
      service(URL_, { colour: "red" }) +
      service(URL_, { hostname: "a.example.com" }, "b") +
      service("", {}, "c");
    const status: Service = (request) => (request.includes("a.example.com") ? [403] : [201]);
    const did = await first({ config, service: status });
    expect(did.ran.filter((name) => name === "logger")).toHaveLength(3);
    expect(did.syslog.map((line) => line.slice(0, 50))).toEqual([
      "-t lambda-ddns -p daemon.warning configuration: se",
      "-t lambda-ddns -p daemon.err configuration: sectio",
      "-t lambda-ddns -p daemon.err b: a.example.com IPv4",
      `-t lambda-ddns -p daemon.info ${LINE}`.slice(0, 50),
    ]);
  });
  it("a logger that fails, hangs or is missing changes nothing", async () => {
    for (const end of [{ code: 1 }, { delaySeconds: Number.POSITIVE_INFINITY }, { code: 127 }])
      expect((await first({ programs: { logger: () => end } })).code).toBe(0);
  });
  it("are told what is missing of them", async () => {
    const cases: [string, object, number, string][] = [
      [
        "uci",
        { code: 127, stderr: "Error loading shared library libuci.so: No such file or directory\n" },
        2,
        "the configuration /etc/config/lambda-ddns cannot be read: uci: Error loading shared library libuci.so: No such file or directory",
      ],
      [
        "uci",
        { code: 1, stderr: "uci: Parse error (EOF with unterminated ') at line 3, byte 53\n" },
        2,
        "the configuration /etc/config/lambda-ddns cannot be read: uci: Parse error (EOF with unterminated ') at line 3, byte 53",
      ],
      ["uci", { code: 1, stderr: "uci: Entry not found\n" }, 2, "/etc/config/lambda-ddns does not exist"],
      ["uci", { stdout: "<html>" }, 2, "what 'uci export lambda-ddns' printed is no UCI configuration"],
      ["ubus", { code: 127 }, 1, "the WAN addresses are not known: ubus: exit status 127"],
      [
        "ubus",
        { code: 4, stderr: "Command failed: Not found\n" },
        1,
        "the WAN addresses are not known: ubus: Command failed: Not found",
      ],
      ["ubus", { code: 7 }, 1, "the WAN addresses are not known: ubus: exit status 7"],
      [
        "ubus",
        { stdout: "{" },
        1,
        "what 'ubus call network.interface dump' printed is no list of interfaces",
      ],
    ];
    for (const [program, end, code, sentence] of cases) {
      const did = await first({ programs: { [program]: () => end } });
      expect(did).toMatchObject({ code, asked: [], said: [`error: ${sentence}`] });
      expect(did.syslog).toEqual([`-t lambda-ddns -p daemon.err ${sentence}`]);
    }
  });
  it.each([
    ["uci", "the configuration /etc/config/lambda-ddns cannot be read: uci: the program is not installed"],
    ["ubus", "the WAN addresses are not known: ubus: the program is not installed"],
  ])("%s is not there", async (program, sentence) => {
    const home = makeHome();
    home.os.uninstall(program);
    expect(await home.run(...UP)).toMatchObject({ asked: [], said: [`error: ${sentence}`] });
  });
  // Behind NAT no memo is written; with a public address there is one.
  it.each([
    ["uci", "10.0.0.2", "the configuration /etc/config/lambda-ddns cannot be read: uci: exit status 1"],
    ["ubus", "10.0.0.2", "the WAN addresses are not known: ubus: exit status 1"],
    ["ubus", OWN, "the WAN addresses are not known: ubus: exit status 1"],
  ])("%s fails on and on at %s: said once, until it works again", async (program, ipv4, sentence) => {
    const works = {
      uci: () => ({ stdout: `package lambda-ddns\n\n${service(URL_)}` }),
      ubus: () => ({ stdout: `${JSON.stringify(dumpOf({ ipv4 }))}\n` }),
    };
    const home = makeHome({ programs: works });
    const errors = async (...words: string[]): Promise<string[]> => {
      home.os.advance(600);
      return (await home.run(...words)).syslog.filter((line) => line.includes("daemon.err"));
    };
    const timer = ["update", "--trigger", "timer"];
    const said = [`-t lambda-ddns -p daemon.err ${sentence}`];
    for (const time of ["first", "second"]) {
      home.os.install(program, works[program === "uci" ? "uci" : "ubus"]);
      expect(await errors(...timer), time).toEqual([]);
      home.os.install(program, () => ({ code: 1 }));
      await home.run("update", "--dry-run");
      expect(await errors(...timer), time).toEqual(said);
      expect(await errors(...timer), time).toEqual([]);
      expect(await errors(...UP), time).toEqual(said);
    }
  });
  it("ip_source web needs no ubus to answer, once it is known by which device the requests leave", async () => {
    const home = makeHome({ config: service(URL_, { ip_source: "web" }) });
    const ubus = () => ({ stdout: `${JSON.stringify(dumpOf({ ipv4: OWN }))}\n` });
    home.os.install("ubus", () => ({ code: 4 }));
    expect(await home.run(...UP)).toMatchObject({ asked: [], code: 1 });
    home.os.install("ubus", ubus);
    expect(await home.run(...UP)).toMatchObject({ asked: ["get", `set ${OWN}`], code: 0 });
    home.os.install("ubus", () => ({ code: 4 }));
    home.os.advance(700);
    home.setService((request) => (request === "get" ? [200, OTHER] : [201]));
    expect(await home.run(...UP)).toMatchObject({ asked: ["get", `set ${OTHER}`], code: 1 });
  });
});

describe("exit status", () => {
  const three = NAMES.map((hostname, at) => service(URL_, { hostname }, `s${at}`)).join("");
  const answers =
    (...statuses: number[]): Service =>
    (request) => [
      statuses[
        NAMES.findIndex((name, at) => (at === 0 ? !request.includes("example.com") : request.includes(name)))
      ] ?? 0,
    ];
  it.each([
    [0, [201, 200, 201]],
    [1, [201, 500, 201]],
    [1, [503, 201, 201]],
    [3, [201, 403, 201]],
    [3, [500, 403, 503]],
  ])("%s after %s", async (code, statuses) => {
    const did = await first({ config: three, service: answers(...statuses) });
    expect(did).toMatchObject({ code });
    expect(did.said).toHaveLength(3);
  });
  it("2 where the configuration has an error, before anything else; the others are served", async () => {
    const did = await first({ config: service("", {}, "bad") + three, service: answers(201, 403, 500) });
    expect(did.code).toBe(2);
    expect(did.asked).toHaveLength(3);
    expect(did.said[0]).toBe(
      "error: configuration: section 'bad', option 'url': is missing; give the function URL, https://<id>.lambda-url.<region>.on.aws/",
    );
  });
  it("0 for a rest after a failure, and for a warning", async () => {
    const home = makeHome({ service: () => [503] });
    expect((await home.run(...UP)).code).toBe(1);
    home.os.advance(40);
    expect(await home.run(...UP)).toMatchObject({ code: 0, asked: [] });
    expect((await first({ config: service(URL_, { colour: "red" }) })).code).toBe(0);
  });
});

describe("what a person asks for", () => {
  it("and hands over is told to syslog, where nobody watches", async () => {
    const { said, syslog } = await first({}, "update", "--detached");
    expect(said).toEqual([`info: ${LINE}published ${OWN}`]);
    expect(syslog).toEqual([`-t lambda-ddns -p daemon.info ${LINE}published ${OWN}`]);
  });
  it("a second update rests, and says so", async () => {
    const home = makeHome();
    await home.run("update");
    expect(await home.run("update")).toMatchObject({
      code: 0,
      asked: [],
      said: [`info: ${LINE}nothing to do, ${OWN} is published`],
    });
    home.os.advance(10);
    expect((await home.run("update", "--force")).said).toEqual([
      `info: ${LINE}the last attempt was a moment ago; nothing is sent for 20 s`,
    ]);
    home.os.advance(30);
    expect(await home.run("update", "--force")).toMatchObject({
      asked: [`set ${OWN}`],
      said: [`info: ${LINE}${OWN} confirmed`],
    });
  });
  it("--dry-run prints what would be done, and does nothing", async () => {
    const home = makeHome({
      config: service(URL_) + service(URL_, { ip_source: "web", hostname: "a.example.com" }, "web"),
    });
    expect(await home.run("update", "--dry-run")).toMatchObject({
      code: 0,
      stdout: `${STATE}: send ${OWN} (first)\nweb:a.example.com:ipv4: ask (web), and send\n`,
      said: [],
      asked: [],
      touched: [FOLDER],
    });
    await home.run("update");
    home.os.advance(60);
    const { stdout, touched } = await home.run("update", "--dry-run");
    expect(stdout).toBe(
      `${STATE}: rest (unchanged): nothing to do, ${OWN} is published\nweb:a.example.com:ipv4: ask (web), and send unless it is ${OWN}\n`,
    );
    expect(touched).toEqual([]);
  });
  it.each([
    ["home", [`set ${OWN}`]],
    [NAME, [`set ${OWN}`]],
    [STATE, [`set ${OWN}`]],
    ["second", [`set ${OWN} a.example.com`]],
  ])("update %s serves that one", async (name, asked) => {
    const config = service(URL_) + service(URL_, { hostname: "a.example.com" }, "second");
    expect(await first({ config }, "update", name)).toMatchObject({ code: 0, asked });
  });
  it("an unknown name is named, and the known one served", async () => {
    const did = await first({}, "update", "nosuch", "home");
    expect(did).toMatchObject({ code: 2, asked: [`set ${OWN}`] });
    expect(did.said[0]).toBe("error: no enabled service is named 'nosuch' (by section, hostname or id)");
  });
  it("--interface by hand serves that line only, wan6 counting as wan; for an event it is a remark", async () => {
    const config =
      service(URL_) +
      service(URL_, { hostname: "a.example.com", interface: "lan", ip_source: "web" }, "second");
    const one = [`set ${OWN}`];
    expect((await first({ config }, "update", "--interface", "wan")).asked).toEqual(one);
    expect((await first({ config }, "update", "--interface", "wan6")).asked).toEqual(one);
    expect((await first({ config }, "update", "--interface", "nosuch")).asked).toEqual([]);
    const both = (await first({ config }, ...UP, "--interface", "wan")).said;
    expect(both.map((line) => line.split(":")[1])).toEqual([" home", " second"]);
  });
  it("a service that is switched off is said to be", async () => {
    const off = await first({ config: global({ enabled: "0" }) + service(URL_) }, "update");
    expect(off).toMatchObject({
      code: 0,
      asked: [],
      said: ["warn: switched off: option enabled '0' in section 'global'"],
    });
    const none = await first({ config: service(URL_, { enabled: "0" }) }, "update");
    expect(none).toMatchObject({
      code: 0,
      said: [`warn: ${NONE}; set option 'enabled' to 1 in section 'home' once it is filled in`],
    });
    expect(none.ran).toEqual(["uci"]);
  });
});

describe("at a terminal", () => {
  it("lines are folded, and no service is named twice in a row", async () => {
    const home = makeHome({ columns: 40, service: () => [403] });
    const { said } = await home.run("update");
    for (const line of said) expect(line.length).toBeLessThanOrEqual(40);
    expect(said.length).toBeGreaterThan(4);
    expect(said.slice(1).every((line) => line.startsWith("  "))).toBe(true);
    expect(
      said
        .map((line) => line.trim())
        .join(" ")
        .split(`home: ${NAME} IPv4: `),
    ).toHaveLength(2);
  });
});

describe("log_level", () => {
  it.each([
    ["error", []],
    ["warn", []],
    ["info", [`info: ${LINE}published ${OWN}`]],
    ["debug", [`info: ${LINE}published ${OWN}`]],
  ])("%s, after a good update: %s", async (level, said) => {
    expect((await first({ config: global({ log_level: level }) + service(URL_) })).said).toEqual(said);
  });
  it.each(["error", "warn"])("%s is for the log: a person is told how it ended", async (level) => {
    const config = global({ log_level: level }) + service(URL_);
    const did = await first({ config, service: () => [503] }, "update");
    expect(did).toMatchObject({ code: 1, said: [expect.stringContaining("the service asks to wait (503)")] });
    expect((await first({ config }, "update")).said).toEqual([`info: ${LINE}published ${OWN}`]);
  });
  it("debug also says that nothing is to be done", async () => {
    const home = makeHome({ config: global({ log_level: "debug" }) + service(URL_) });
    await home.run(...UP);
    expect((await home.run(...UP)).syslog).toEqual([
      `-t lambda-ddns -p daemon.debug ${LINE}nothing to do, ${OWN} is published`,
    ]);
  });
  it.each([
    [503, "warning"],
    [500, "err"],
    [403, "err"],
    [201, "info"],
  ])("%s is %s in syslog", async (status, priority) => {
    expect((await first({ service: () => [status] })).syslog[0]).toMatch(`-p daemon.${priority} ${LINE}`);
  });
  it("plain http to a public host is refused by its section", async () => {
    const did = await first({ config: service("http://host.example/") });
    expect(did).toMatchObject({ code: 2, asked: [] });
    expect(did.said).toEqual([
      "error: configuration: section 'home', option 'url': 'http://host.example/' is plain http, which anyone on the way can read and change; use https",
    ]);
  });
});

it("the configuration is asked for where it lies", async () => {
  const home = makeHome();
  await home.run("update");
  expect(home.os.runs[0]?.argv).toEqual(["uci", "export", "lambda-ddns"]);
  expect(home.os.runs[1]?.argv).toEqual(["ubus", "call", "network.interface", "dump"]);
  expect(home.os.readFile(CONFIG)).toContain("option secret");
});
