// The quiet run: where everything is as the last look left it, one program is asked and nothing is read, decided or written; and everything that must end the quiet. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, STATE, section, service } from "../e2e/world.ts";
import type { Wan } from "../stand-ins/netifd-dump.ts";
import { CONFIG, FOLDER, type Home, makeHome, URL_ } from "./world.ts";

const WHOLE_WAY = ["uci", "ubus"];
const MEMO = `${FOLDER}/memo`;
const SIX = [{ address: "2a00:1450::5", preferred: 600, valid: 900 }];

/** A router after its first update, some minutes later. */
async function settled(config?: string, wan?: Wan): Promise<Home> {
  const home = makeHome({ ...(config ? { config } : {}), ...(wan ? { wan } : {}) });
  expect((await home.run("update", "--trigger", "ifup")).code).toBe(0);
  home.os.advance(600);
  return home;
}

const quietly = { code: 0, stdout: "", said: [], asked: [], ran: ["ubus"], syslog: [], touched: [] };

describe("a quiet run", () => {
  it.each([
    [["--trigger", "timer"]],
    [["--trigger", "ifup", "--interface", "wan"]],
    [["--trigger", "clock"]],
    [["--trigger", "boot"]],
    [["--trigger", "reload"]],
  ])("update %s asks ubus, and that is all", async (words) => {
    const home = await settled();
    expect(await home.run("update", ...words)).toEqual(quietly);
  });
  it("goes on for a day", async () => {
    const home = await settled();
    for (let look = 0; look < 20; look++) {
      expect(await home.run("update", "--trigger", "timer")).toEqual(quietly);
      home.os.advance(4000);
    }
  });
  it("does not mind uptimes and lifetimes, which run by themselves", async () => {
    const home = await settled(undefined, { ipv4: OWN, ipv6: SIX });
    home.setWan({ ipv4: OWN, ipv6: [{ address: "2a00:1450::5", preferred: 599, valid: 1200 }] });
    expect(await home.run("update", "--trigger", "timer")).toEqual(quietly);
  });
  it("is as quiet with several services", async () => {
    const two = service(URL_) + service(URL_, { hostname: "host2.dyn.example.com" }, "second");
    const home = await settled(two);
    expect(await home.run("update", "--trigger", "timer")).toEqual(quietly);
  });
});

/** What ends the quiet, and how. */
const ENDS: readonly (readonly [string, (home: Home) => void])[] = [
  ["the configuration was written anew", (home) => home.setConfig(service(URL_))],
  ["the configuration is gone", (home) => home.os.removeFile(CONFIG)],
  ["the state file was damaged", (home) => home.os.writeFile(`${FOLDER}/${STATE}`, "{")],
  ["the state file is gone", (home) => home.os.removeFile(`${FOLDER}/${STATE}`)],
  ["the memo is gone", (home) => home.os.removeFile(MEMO)],
  ["the memo was cut", (home) => home.os.writeFile(MEMO, home.os.readFile(MEMO)?.slice(0, 100) ?? "")],
  ["the memo is binary", (home) => home.os.writeFile(MEMO, Uint8Array.from([0, 1, 255]))],
  ["the memo is another JSON", (home) => home.os.writeFile(MEMO, "[1]")],
  ["the memo is null", (home) => home.os.writeFile(MEMO, "null")],
  [
    "the memo names no files",
    (home) => home.os.writeFile(MEMO, (home.os.readFile(MEMO) ?? "").replace('"files"', '"filez"')),
  ],
  [
    "the memo is of the future",
    (home) => home.os.writeFile(MEMO, (home.os.readFile(MEMO) ?? "").replace('"at":1000', '"at":99999')),
  ],
  ["the address changed", (home) => home.setWan({ ipv4: OTHER })],
  ["an IPv6 address came", (home) => home.setWan({ ipv4: OWN, ipv6: SIX })],
  ["the line went down", (home) => home.setWan({ up: false })],
  ["the device changed", (home) => home.setWan({ ipv4: OWN, device: "pppoe-wan" })],
  ["a day went by", (home) => home.os.advance(86_400)],
  ["the timer was moved", (home) => home.os.writeFile(`${FOLDER}/timer`, "60\n")],
];

describe("the quiet ends when", () => {
  it.each(ENDS)("%s", async (_, change) => {
    const home = await settled();
    expect(await home.run("update", "--trigger", "timer")).toEqual(quietly);
    change(home);
    const { ran } = await home.run("update", "--trigger", "timer");
    // The quiet way may have asked ubus before it gave up.
    expect(ran.filter((name, at) => !(at === 0 && name === "ubus")).slice(0, 2)).toEqual(WHOLE_WAY);
  });
  it.each([
    [["update"]],
    [["update", "--trigger", "manual"]],
    [["update", "--trigger", "timer", "--force"]],
    [["update", "--trigger", "timer", "--dry-run"]],
    [["update", "--trigger", "timer", "home"]],
    [["status"]],
  ])("a person may be watching: %s", async (words) => {
    const home = await settled();
    expect((await home.run(...words)).ran.slice(0, 2)).toEqual(WHOLE_WAY);
  });
  it("ubus fails: the whole way tells so", async () => {
    const home = await settled();
    home.os.install("ubus", () => ({ code: 4, stderr: "Command failed: Not found\n" }));
    const did = await home.run("update", "--trigger", "timer");
    expect(did).toMatchObject({ code: 1, ran: ["ubus", "uci", "ubus", "logger"] });
    expect(did.said).toEqual(["error: the WAN addresses are not known: ubus: Command failed: Not found"]);
  });
  it("a lifetime has run out: a deprecated address is no address to publish", async () => {
    const home = await settled(service(URL_, { family: "ipv6" }), { ipv6: SIX });
    expect(await home.run("update", "--trigger", "timer")).toEqual(quietly);
    home.setWan({ ipv6: [{ address: "2a00:1450::5", preferred: 0, valid: 300 }] });
    const { said, ran } = await home.run("update", "--trigger", "ifup");
    expect(ran).toContain("uci");
    expect(said).toEqual([
      `warn: home: ${NAME} IPv6: interface 'wan' has 2a00:1450::5 only (deprecated), which cannot be published`,
    ]);
  });
});

describe("there is no quiet where", () => {
  const never = async (config: string, wan: Wan, service?: Parameters<typeof makeHome>[0]): Promise<void> => {
    const home = makeHome({ config, wan, ...service });
    await home.run("update", "--trigger", "ifup");
    home.os.advance(60);
    expect((await home.run("update", "--trigger", "timer")).ran).toContain("uci");
  };
  it("debug lines are wanted", () =>
    never(section("lambda-ddns", "global", { log_level: "debug" }) + service(URL_), { ipv4: OWN }));
  it("the configuration has a problem", () =>
    never(service(URL_) + service("nonsense", {}, "bad"), { ipv4: OWN }));
  it("it has a warning only", () => never(service(URL_, { colour: "red" }), { ipv4: OWN }));
  it("the service has to be asked", () => never(service(URL_), { ipv4: "100.64.7.7" }));
  it("something failed", () => never(service(URL_), { ipv4: OWN }, { service: () => [500] }));
  it("the line is down", () => never(service(URL_), { up: false }));
  it("one of two has something to do", () =>
    never(service(URL_) + service(URL_, { family: "ipv6" }, "six"), { ipv4: OWN }));
});

it("what is due ends the quiet in time", async () => {
  const home = await settled(service(URL_, { force_interval: "3600" }));
  home.os.advance(2999);
  expect((await home.run("update", "--trigger", "timer")).ran).toEqual(["ubus"]);
  home.os.advance(2);
  expect((await home.run("update", "--trigger", "timer")).asked).toEqual([`set ${OWN}`]);
});
