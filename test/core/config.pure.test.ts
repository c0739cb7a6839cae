// The configuration: defaults, every option wrong in turn (one problem that names section and option, the others go on), and what is only warned of.
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/client/core/config.ts";
import type { Config } from "../../src/client/core/types.ts";
import { parseUci } from "../../src/client/core/uci.ts";
import { WRONG } from "./wrong.ts";

const CODE = "0123-4567-89AB-CDEF";

type Options = Readonly<Record<string, string | readonly string[] | undefined>>;

const GOOD: Options = {
  url: "https://abc.lambda-url.eu-west-1.on.aws/",
  hostname: "host1.dyn.example.com",
  secret: "shared_secret_1",
};

function section(type: string, name: string, options: Options): string {
  const lines = Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined) return [];
    return typeof value === "string"
      ? [`\toption ${option} '${value}'\n`]
      : value.map((one) => `\tlist ${option} '${one}'\n`);
  });
  return `config ${type} '${name}'\n${lines.join("")}\n`;
}

function read(...sections: string[]): Config {
  const parsed = parseUci(sections.join(""));
  if (!parsed) throw new Error("the test's own configuration is none");
  return readConfig(parsed);
}

const home = (options: Options = {}): Config => read(section("service", "home", { ...GOOD, ...options }));

describe("defaults", () => {
  it("of the global section", () => {
    expect(read()).toEqual({
      enabled: true,
      checkSeconds: 600,
      logLevel: "info",
      services: [],
      disabled: [],
      problems: [],
    });
  });
  it("of a service", () => {
    expect(home()).toMatchObject({
      problems: [],
      services: [
        {
          id: "home:host1.dyn.example.com:ipv4",
          section: "home",
          url: "https://abc.lambda-url.eu-west-1.on.aws/",
          hostname: "host1.dyn.example.com",
          secret: "shared_secret_1",
          family: "ipv4",
          interface: "wan",
          ipSource: "auto",
          forceSeconds: 259_200,
          cacert: "",
          httpClient: "auto",
        },
      ],
    });
  });
  it("give way to what is written", () => {
    const written = section("lambda-ddns", "global", {
      enabled: "0",
      check_interval: "60",
      log_level: "debug",
    });
    expect(read(written)).toMatchObject({
      enabled: false,
      checkSeconds: 60,
      logLevel: "debug",
      problems: [],
    });
    const options = {
      interface: "wanb",
      family: "ipv6",
      ip_source: "web",
      force_interval: "0",
      cacert: "/etc/ca.pem",
      http_client: "curl",
      interface6: "wan_6",
    };
    expect(home(options).services).toMatchObject([
      {
        interface: "wan_6",
        family: "ipv6",
        ipSource: "web",
        forceSeconds: 0,
        cacert: "/etc/ca.pem",
        httpClient: "curl",
      },
    ]);
  });
});

describe("several services", () => {
  it("come from a dual section with several names, IPv6 over its own line", () => {
    const { services, problems } = home({
      hostname: ["a.example.com", "b.example.com"],
      family: "dual",
      interface6: "wan6b",
    });
    expect(problems).toEqual([]);
    expect(services.map(({ id, interface: line }) => [id, line])).toEqual([
      ["home:a.example.com:ipv4", "wan"],
      ["home:a.example.com:ipv6", "wan6b"],
      ["home:b.example.com:ipv4", "wan"],
      ["home:b.example.com:ipv6", "wan6b"],
    ]);
  });
  it("may have several lines, in the order of the list, for each family", () => {
    const { services, problems } = home({
      family: "dual",
      interface: ["wan", "wanb"],
      interface6: ["wan6b", "wan6"],
    });
    expect(problems).toEqual([]);
    expect(services.map(({ interfaces, interface: line }) => [line, ...interfaces])).toEqual([
      ["wan", "wan", "wanb"],
      ["wan6b", "wan6b", "wan6"],
    ]);
    expect(home({ interface: ["wan", "w b"] }).problems[0]?.message).toContain("'w b' is not a logical");
  });
  it("of one name in two sections are refused, and pointed to the list of interfaces", () => {
    const { problems } = read(
      section("service", "home", { ...GOOD }),
      section("service", "other", { ...GOOD, interface: "wanb" }),
    );
    expect(problems.map(({ section: where, option, message }) => `${where} ${option} ${message}`)).toEqual([
      "other hostname 'host1.dyn.example.com' stands twice for ipv4, first in 'home'; a new secret goes into that section in place of the old one, and several lines go into its list of interfaces",
    ]);
  });
  it("have no part in a section that is switched off, whatever else is wrong there", () => {
    expect(home({ enabled: "0", url: "nonsense" })).toMatchObject({ services: [], problems: [] });
  });
  it.each(["1", "on", "true", "yes", "enabled"])("enabled '%s' is on", (enabled) => {
    expect(home({ enabled }).services).toHaveLength(1);
  });
  it.each(["0", "off", "false", "no", "disabled"])("enabled '%s' is off", (enabled) => {
    expect(home({ enabled }).services).toHaveLength(0);
  });
  it("may share a name where the URL or the family differs", () => {
    const other = section("service", "b", { ...GOOD, url: "https://other.example/" });
    const six = section("service", "c", { ...GOOD, family: "ipv6" });
    expect(read(section("service", "a", GOOD), other, six)).toMatchObject({
      problems: [],
      services: [{ section: "a" }, { section: "b" }, { section: "c" }],
    });
  });
});

describe("every option wrong in turn", () => {
  const before = section("service", "before", { ...GOOD, hostname: "before.example.com" });
  const after = section("service", "after", { ...GOOD, hostname: "after.example.com" });
  it.each(WRONG)("%s '%s'", (option, value, words) => {
    const bad = section("service", "bad", { ...GOOD, [option]: value });
    const { services, problems } = read(before, bad, after);
    expect(problems).toEqual([
      { severity: "error", section: "bad", option, message: expect.stringContaining(words) },
    ]);
    expect(services.map((one) => one.section)).toEqual(["before", "after"]);
  });
  it.each([
    ["enabled", "2", "neither 1 nor 0"],
    ["check_interval", "29", "seconds from 30 up"],
    ["check_interval", "0", "seconds from 30 up"],
    ["check_interval", "ten", "seconds from 30 up"],
    ["log_level", "loud", "not one of error, warn, info, debug"],
  ])("global %s '%s' leaves the services alone", (option, value, words) => {
    const { services, problems } = read(section("lambda-ddns", "global", { [option]: value }), before);
    expect(problems).toEqual([
      { severity: "error", section: "global", option, message: expect.stringContaining(words) },
    ]);
    expect(services).toHaveLength(1);
  });
  it("one name in two sections is the second one's problem", () => {
    const { services, problems } = read(section("service", "a", GOOD), section("service", "b", GOOD));
    expect(services.map((one) => one.section)).toEqual(["a"]);
    expect(problems).toMatchObject([
      { section: "b", option: "hostname", message: expect.stringContaining("'a'") },
    ]);
  });
  it("several problems of one section are all told", () => {
    const { problems } = home({ url: undefined, secret: undefined, family: "x" });
    expect(problems.map(({ option }) => option).sort()).toEqual(["family", "secret", "url"]);
  });
  it.each([
    [{ code: "0123-4567-89AB-CDE" }, "is none: 16 letters and digits, such as 0123-4567-89AB-CDEF"],
    [{ code: "0123-4567-89AB-CDEU" }, "is none: 16 letters and digits, such as 0123-4567-89AB-CDEF"],
    [{ code: CODE, hostname: ["a.example.com", "b.example.com"] }, "enrols one hostname"],
    [{ code: [CODE, CODE] }, "is a list"],
  ])("%j in place of a secret", (options, words) => {
    const { problems, services } = home({ secret: undefined, ...options });
    expect(problems.map(({ option }) => option)).toEqual(["code"]);
    expect(problems[0]?.message).toContain(words);
    expect(services).toEqual([]);
  });
  it("no problem shows a code", () => {
    const { problems } = home({ secret: undefined, code: "MIST-AKEN-C0DE" });
    expect(JSON.stringify(problems)).not.toContain("MIST");
  });
  it("no problem shows the secret", () => {
    const { problems } = home({ secret: ["first secret", "second secret"], url: "x" });
    expect(JSON.stringify(problems)).not.toContain("first secret");
  });
});

describe("a code", () => {
  it("is taken in place of a secret, however it is typed", () => {
    const { problems, services } = home({ secret: undefined, code: "o123 4567-89ab cdef", family: "dual" });
    expect(problems).toEqual([]);
    expect(services.map(({ code, secret }) => [code, secret])).toEqual([
      ["0123456789ABCDEF", ""],
      ["0123456789ABCDEF", ""],
    ]);
  });
  it("beside a secret counts for nothing, and that is said once", () => {
    const { problems, services } = home({ code: CODE, family: "dual" });
    expect(services[0]).toMatchObject({ secret: "shared_secret_1", code: "" });
    expect(problems).toEqual([
      {
        severity: "warning",
        section: "home",
        option: "code",
        message: "is ignored, since there is a secret; remove one of them",
      },
    ]);
  });
  it("in two sections enrols the first", () => {
    const { problems, services } = read(
      section("service", "a", { ...GOOD, secret: undefined, code: CODE, hostname: "a.example.com" }),
      section("service", "b", {
        ...GOOD,
        secret: undefined,
        code: CODE.toLowerCase(),
        hostname: "b.example.com",
      }),
    );
    expect(services.map((one) => one.section)).toEqual(["a"]);
    expect(problems).toMatchObject([
      { section: "b", option: "code", message: "stands in 'a' too; each host has its own" },
    ]);
  });
});

describe("a machine behind the router", () => {
  const machine = { family: "dual", host_id: "::1234", ip_source: "web", interface6: "wan6b" };
  it("has its IPv6 address, and the router keeps its own IPv4 address", () => {
    expect(home(machine)).toMatchObject({
      problems: [],
      services: [
        { family: "ipv4", interfaces: ["wan"], ipSource: "web" },
        { family: "ipv6", interfaces: ["lan"], ipSource: "network", hostId: "::1234" },
      ],
    });
    expect(home(machine).services[0]).not.toHaveProperty("hostId");
  });
  it.each([
    ["ipv4 alone", { family: "ipv4" }, "host_id", "is for IPv6 only"],
    ["a code", { secret: undefined, code: CODE }, "host_id", "needs a secret"],
    ["a host id that is none", { host_id: "nas" }, "host_id", "'nas' is neither"],
    ["an interface that is none", { host_interface: "@lan" }, "host_interface", "write 'lan'"],
  ])("refuses %s", (_, options, option, words) => {
    const { problems, services } = home({ ...machine, ...options });
    expect([problems.map((problem) => problem.option), services]).toEqual([[option], []]);
    expect(problems[0]?.message).toContain(words);
  });
});

describe("what is only warned of", () => {
  it.each([
    ["hostnam", "is unknown and ignored; is 'hostname' meant?"],
    ["Interface", "is unknown and ignored; is 'interface' meant?"],
    ["force-interval", "is unknown and ignored; is 'force_interval' meant?"],
    ["ip_sorce", "is unknown and ignored; is 'ip_source' meant?"],
    ["username", "is unknown and ignored"],
    // In a short word two letters make another one.
    ["ure", "is unknown and ignored; is 'url' meant?"],
    ["use", "is unknown and ignored"],
  ])("option '%s'", (option, message) => {
    expect(home({ [option]: "x" }).problems.map((problem) => problem.message)).toEqual([message]);
  });
  it.each([" secret", "secret ", "secret\n", "\tsecret", '"secret"'])("the secret %j", (secret) => {
    const { problems, services } = home({ secret });
    expect(problems).toMatchObject([{ severity: "warning", option: "secret" }]);
    expect(problems[0]?.message).toContain("begins or ends with a blank, a line end or a quote");
    expect(services).toMatchObject([{ secret }]);
  });
  it.each(['a"b', "a b", "it's"])("but not the secret %j", (secret) => {
    expect(home({ secret: secret.replaceAll("'", "'\\''") }).problems).toEqual([]);
  });
  it("an unknown option: the service goes on", () => {
    expect(home({ hostnam: "x" })).toMatchObject({
      services: [{ section: "home" }],
      problems: [{ severity: "warning", section: "home", option: "hostnam" }],
    });
  });
  it("an option whose name is part of a known one", () => {
    expect(home({ inter: "x", face: "y" }).problems).toHaveLength(2);
  });
  it("an unknown section type, and a second global section", () => {
    const { problems } = read(
      section("lambda-ddns", "global", {}),
      section("lambda-ddns", "more", {}),
      section("ddns", "myddns", {}),
    );
    expect(problems).toMatchObject([
      { severity: "warning", section: "more" },
      { severity: "warning", section: "myddns" },
    ]);
  });
});

describe("URLs that are taken", () => {
  it.each([
    "https://abc.lambda-url.eu-west-1.on.aws/",
    "https://abc.lambda-url.eu-west-1.on.aws",
    "https://host.example:8443/path?query=1&b='",
    "https://host.example?query",
    "https://176.32.100.36/",
    "https://[2a00:1450::1]:8443/",
    "http://localhost:8080/",
    "http://127.0.0.1/",
    "http://192.168.1.2/",
    "http://[::1]/",
    "http://[fd00::1]/",
  ])("%s", (url) => {
    expect(home({ url: url.replaceAll("'", "'\\''") }).problems).toEqual([]);
  });
  it("keeps what may be a password out of the sentence about a URL", () => {
    const { problems } = home({ url: "https://me:hunter2@abc.lambda-url.eu-west-1.on.aws/" });
    const problem = problems[0]?.message ?? "";
    expect(problem).toContain("'https://…@abc.lambda-url.eu-west-1.on.aws/' is not a URL");
    expect(problem).not.toContain("hunter2");
  });
});
