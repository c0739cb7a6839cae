// What a run finds and leaves in its folder: damaged states, full disks, foreign folders, changed sections, restarts, and the timer it moves. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, SECRET, STATE, section, service } from "../e2e/world.ts";
import { FOLDER, type Home, type HomeOptions, makeHome, type Service, URL_ } from "./world.ts";

const UP = ["update", "--trigger", "ifup"] as const;
const TIMER = ["update", "--trigger", "timer"] as const;
const SECOND = "second:a.example.com:ipv4";
const TWO = service(URL_) + service(URL_, { hostname: "a.example.com" }, "second");
const LINE = `home: ${NAME} IPv4: `;
const ENOSPC = 28;
const path = (name: string): string => `${FOLDER}/${name}`;

async function settled(options: HomeOptions = {}): Promise<Home> {
  const home = makeHome(options);
  expect((await home.run(...UP)).code).toBe(0);
  home.os.advance(600);
  return home;
}

/** A whole state, changed. */
const changed = (home: Home, changes: object): string =>
  JSON.stringify({ ...JSON.parse(home.state()[STATE] ?? "{}"), ...changes });

describe("a damaged state of one of two services (law 9)", () => {
  it.each<[string, (home: Home) => string | Uint8Array]>([
    ["empty", () => ""],
    ["cut", (home) => (home.state()[STATE] ?? "").slice(0, 60)],
    ["binary", () => Uint8Array.from({ length: 300 }, (_, at) => at & 255)],
    ["another program's", () => "<html>"],
    ["of another version", (home) => changed(home, { version: 2 })],
    ["of the future", (home) => changed(home, { publishedAt: 99_999 })],
    ["mistyped", (home) => changed(home, { failures: "many" })],
    ["of an unknown kind", (home) => changed(home, { lastFailure: { kind: "odd", detail: "x" } })],
    ["huge", () => "x".repeat(2_000_000)],
    ["gone", () => ""],
  ])("%s: it is set once more, the other is left alone", async (name, damage) => {
    const home = await settled({ config: TWO });
    if (name === "gone") home.os.removeFile(path(STATE));
    else home.os.writeFile(path(STATE), damage(home));
    const other = home.state()[SECOND];
    expect(await home.run(...TIMER)).toMatchObject({
      code: 0,
      asked: [`set ${OWN}`],
      said: [`info: ${LINE}published ${OWN}`],
    });
    expect(home.state()[SECOND]).toBe(other);
    home.os.advance(60);
    expect((await home.run(...TIMER)).asked).toEqual([]);
  });
});

describe("the file system fails", () => {
  it("before the set: nothing is sent, the next service is served", async () => {
    const home = makeHome({ config: TWO });
    home.os.setFault((call, context) => (call === "write" && context.includes("home:") ? ENOSPC : 0));
    const did = await home.run(...UP);
    expect(did).toMatchObject({ code: 1, asked: [`set ${OWN} a.example.com`] });
    expect(did.said[0]).toMatch(new RegExp(`^error: ${LINE}cannot write ${path(STATE)}: `));
    home.os.setFault(() => 0);
    home.os.advance(60);
    expect((await home.run(...UP)).asked).toEqual([`set ${OWN}`]);
  });
  it("after the set: what was sent is in doubt, and sent again", async () => {
    const home = makeHome();
    let writes = 0;
    home.os.setFault((call, context) => {
      if (call !== "rename" || !context.includes("home:")) return 0;
      writes += 1;
      return writes === 2 ? ENOSPC : 0;
    });
    expect(await home.run(...UP)).toMatchObject({ code: 1, asked: [`set ${OWN}`] });
    expect(JSON.parse(home.state()[STATE] ?? "{}")).toMatchObject({
      inDoubt: true,
      published: null,
      sentAt: 1000,
    });
    home.os.setFault(() => 0);
    home.os.advance(10);
    expect((await home.run(...UP)).asked).toEqual([]);
    home.os.advance(20);
    expect((await home.run(...UP)).asked).toEqual([`set ${OWN}`]);
  });
  it("no process can be started: one line, exit 1", async () => {
    const home = makeHome();
    home.os.setFault((call) => (call === "exec" ? 11 : 0));
    expect(await home.run("update")).toMatchObject({
      code: 1,
      said: [expect.stringContaining("cannot start uci")],
    });
  });
  it("the folder is a link into somebody's files", async () => {
    const home = makeHome();
    home.os.makeFolder("/tmp/theirs");
    home.os.makeLink(FOLDER, "/tmp/theirs");
    const did = await home.run("update");
    expect(did).toMatchObject({ code: 1, asked: [] });
    expect(did.said[0]).toContain(`${FOLDER} is not a folder that belongs to us alone`);
  });
  it("a memo that cannot be written costs nothing", async () => {
    const home = makeHome();
    home.os.setFault((_, context) => (context.includes("memo") ? ENOSPC : 0));
    expect(await home.run(...UP)).toMatchObject({ code: 0, asked: [`set ${OWN}`] });
    expect(home.state()).not.toHaveProperty("memo");
  });
});

it("state files and their folder are the owner's alone, and nothing else is left", async () => {
  const home = await settled({ config: TWO });
  expect(Object.keys(home.state()).sort()).toEqual([STATE, "memo", SECOND].sort());
  for (const name of Object.keys(home.state())) expect(home.os.modeOf(path(name))).toBe(0o600);
  expect(home.os.modeOf(FOLDER)).toBe(0o700);
  expect(JSON.stringify(home.state())).not.toContain(SECRET);
});

it("a very long name keeps its state apart from its twin's", async () => {
  const label = "a".repeat(60);
  const hostname = ["b", "c"].map((one) => `${label}.${label}.${label}.${label}.${one}.example`);
  const home = makeHome({ config: service(URL_, { hostname }), service: () => [201] });
  await home.run(...UP);
  expect(Object.keys(home.state()).filter((name) => name.startsWith("home:"))).toHaveLength(2);
  for (const name of Object.keys(home.state())) expect(name.length).toBeLessThanOrEqual(255);
});

describe("a changed configuration", () => {
  const refusing: Service = () => [403];
  it("retries a refused service at once, the cooldown apart", async () => {
    const home = makeHome({ service: refusing });
    expect((await home.run(...UP)).code).toBe(3);
    home.setConfig(service(URL_, { interface: "wan6" }));
    expect((await home.run("update", "--trigger", "reload")).asked).toEqual([]);
    home.os.advance(40);
    expect((await home.run("update", "--trigger", "reload")).asked).toEqual([`set ${OWN}`]);
  });
  it("written anew with the same sections changes nothing", async () => {
    const home = makeHome({ service: refusing });
    await home.run(...UP);
    home.os.advance(60);
    home.setConfig(service(URL_));
    expect((await home.run("update", "--trigger", "reload")).asked).toEqual([]);
    home.setConfig(`${section("lambda-ddns", "global", { check_interval: "300" })}${service(URL_)}`);
    expect((await home.run("update", "--trigger", "reload")).asked).toEqual([]);
  });
  it("sends a published address again under a new secret, and only there", async () => {
    const home = await settled({ config: TWO });
    home.setConfig(service(URL_) + service(URL_, { hostname: "a.example.com", secret: "new" }, "second"));
    const { asked } = await home.run(...TIMER);
    expect(asked).toEqual([expect.stringMatching(/^set [0-9a-f]{64} a\.example\.com$/)]);
  });
});

describe("trouble and time", () => {
  it("a day's outage costs at most forty attempts, and ends with the address published", async () => {
    const home = makeHome({ service: () => [503] });
    let attempts = 0;
    for (let look = 0; look < 144; look++) {
      attempts += (await home.run(...TIMER)).asked.length;
      home.os.advance(600);
    }
    expect(attempts).toBeLessThanOrEqual(40);
    expect(attempts).toBeGreaterThan(15);
    home.setService(() => [201]);
    home.os.advance(4600);
    expect((await home.run(...TIMER)).said).toEqual([`info: ${LINE}published ${OWN}`]);
  });
  it("a new address ends the wait after a refusal", async () => {
    const home = makeHome({ service: () => [403] });
    await home.run(...UP);
    home.os.advance(60);
    expect((await home.run(...UP)).asked).toEqual([]);
    home.setWan({ ipv4: OTHER });
    expect((await home.run(...UP)).asked).toEqual([`set ${OTHER}`]);
  });
  it("the timer's runs repeat a standing complaint a few times a day only", async () => {
    const home = makeHome({ config: `${service(URL_)}${service("", {}, "bad")}` });
    expect((await home.run(...UP)).said).toHaveLength(2);
    let lines = 0;
    for (let look = 0; look < 144; look++) {
      home.os.advance(600);
      lines += (await home.run(...TIMER)).said.length;
    }
    expect(lines).toBeGreaterThanOrEqual(3);
    expect(lines).toBeLessThanOrEqual(5);
  });
});

describe("the timer", () => {
  const again = (home: Home): readonly string[][] =>
    home.os.runs.map(({ argv }) => [...argv]).filter(([program]) => program === "/etc/init.d/lambda-ddns");
  const withTimer = (seconds: string, status: number): Home => {
    const home = makeHome({ service: () => [status], programs: { "/etc/init.d/lambda-ddns": () => ({}) } });
    home.os.writeFile(path("timer"), seconds);
    return home;
  };
  it("is moved sooner after a failure, as the very last act", async () => {
    const home = withTimer("600\n", 503);
    const { ran } = await home.run(...UP);
    expect(again(home)).toEqual([
      ["/etc/init.d/lambda-ddns", "again", expect.stringMatching(/^(4[5-9]|[56]\d|7[0-5])$/)],
    ]);
    expect(ran.at(-1)).toBe("lambda-ddns");
  });
  it("is left alone after a success, by a dry run, and where it is due already", async () => {
    for (const [seconds, status, ...words] of [
      ["600\n", 201],
      ["600\n", 503, "--dry-run"],
      ["50\n", 503],
    ] as const) {
      const home = withTimer(seconds, status);
      await home.run(...UP, ...words);
      expect(again(home)).toEqual([]);
    }
  });
  it("is written anew where a full disk has emptied its file", async () => {
    for (const text of ["", "junk"]) {
      const home = withTimer(text, 201);
      await home.run(...UP);
      expect(again(home)).toEqual([["/etc/init.d/lambda-ddns", "again", "600"]]);
    }
  });
  it("is lengthened again by its own run only", async () => {
    const home = withTimer("60\n", 201);
    await home.run(...UP);
    expect(again(home)).toEqual([]);
    home.os.advance(60);
    await home.run(...TIMER);
    expect(again(home)).toEqual([["/etc/init.d/lambda-ddns", "again", "600"]]);
  });
  it("is nobody's business where the service is stopped", async () => {
    const home = makeHome({ service: () => [503], programs: { "/etc/init.d/lambda-ddns": () => ({}) } });
    await home.run(...UP);
    expect(again(home)).toEqual([]);
  });
});
