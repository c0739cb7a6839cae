// The client on a real file system with real processes: what it leaves, what it refuses, and what it survives. The shipped bundle in native qjs.
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { makeToken } from "../../src/protocol/token.ts";
import { describeWith } from "../engine/native.ts";
import { changed, logged, NAME, OTHER, OWN, STATE, section, service, stateOf, useWorld } from "./world.ts";

const LINE = `home: ${NAME} IPv4: `;
const FOLDER = "var/run/lambda-ddns";
const UP = ["update", "--trigger", "ifup"];

describeWith("files", ["qjs"], () => {
  const world = useWorld();
  it("one state a service and the memo, 0600 in a 0700 folder, and nothing beside them", async () => {
    const router = world.router();
    world.server().script(changed());
    await router.run(UP);
    expect(readdirSync(router.path(FOLDER)).sort()).toEqual([STATE, "memo"].sort());
    expect(statSync(router.path(FOLDER)).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(router.path(FOLDER)))
      expect(statSync(router.path(`${FOLDER}/${name}`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(router.path("var/lock"))).toEqual([]);
  });
  it("an unchanged run touches none of them and starts ubus alone", async () => {
    const router = world.router();
    world.server().script(changed());
    await router.run(UP);
    const times = (): number[] =>
      ["", "/memo", `/${STATE}`].map((name) => statSync(router.path(FOLDER + name)).ino);
    const before = times();
    router.setUptime(1600);
    router.record();
    expect(await router.run(["update", "--trigger", "timer"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(times()).toEqual(before);
    expect(router.calls().map(({ argv }) => argv[0])).toEqual([router.path("bin/ubus")]);
  });
  it.each<[string, (path: string) => void]>([
    ["a link", (path) => symlinkSync("/tmp", path)],
    [
      "open to all",
      (path) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
      },
    ],
  ])("a folder that is %s is refused, and nothing is sent", async (_, make) => {
    const router = world.router();
    make(router.path(FOLDER));
    const result = await router.run(["update"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("is not a folder that belongs to us alone; remove it");
    expect(world.asked()).toEqual([]);
  });
  it("what a killed run left half written is no hindrance", async () => {
    const router = world.router();
    mkdirSync(router.path(FOLDER), { mode: 0o700 });
    router.put(`${FOLDER}/${STATE}.new`, "{", 0o600);
    world.server().script(changed());
    expect((await router.run(UP)).code).toBe(0);
    expect(existsSync(router.path(`${FOLDER}/${STATE}.new`))).toBe(false);
  });
  it.each([
    ["missing", null],
    ["empty", ""],
    ["zero", "0.00 0.00\n"],
    ["words", "soon\n"],
  ])("an uptime that is %s: one line, nothing sent", async (_, text) => {
    const router = world.router();
    if (text === null) router.uninstall("../proc/uptime");
    else router.put("proc/uptime", text);
    const result = await router.run(["update"]);
    expect(result.code).toBe(1);
    expect(logged(result)).toEqual([
      expect.stringMatching(/^error: .*\/proc\/uptime tells no time since boot$/),
    ]);
  });
});

describeWith("a run that is killed", ["qjs"], () => {
  const world = useWorld();
  it("while the service may be at work leaves doubt: the cooldown holds, then the address is sent again", async () => {
    const router = world.router();
    world.server().script({ ending: "hang" });
    expect((await router.run(UP, { timeoutSeconds: 3 })).code).toBe(-1);
    expect(stateOf(router)).toMatchObject({ sentAt: 1000, inDoubt: true, published: null });
    router.setUptime(1020);
    expect(await router.run(UP)).toMatchObject({ code: 0, stderr: "" });
    router.setUptime(1031);
    world.server().script(changed());
    expect(logged(await router.run(UP))).toEqual([`info: ${LINE}published ${OWN}`]);
  });
});

describeWith("sizes and letters", ["qjs"], () => {
  const world = useWorld();
  it("a secret of quotes, blanks and other scripts is hashed as written", async () => {
    const router = world.router();
    const secret = `it'\\''s "quoted" \\back $x \`y\` µ€ü 😀  two`;
    router.setConfig(service(world.server().url(), { cacert: router.caPath, secret }));
    world.server().script(changed());
    expect((await router.run(["update"])).code).toBe(0);
    const sent = JSON.parse(world.server().asked[0]?.body ?? "{}").validation_hash;
    expect(sent).toBe(makeToken(OWN, NAME, secret.replace("'\\''", "'")));
  });
  it("a configuration and a dump of more than a pipe holds are read whole", async () => {
    const router = world.router();
    const more = Array.from({ length: 150 }, (_, at) => ({
      interface: `vlan${at}`,
      up: true,
      l3_device: `eth0.${at}`,
      "ipv4-address": [{ address: `10.0.${at}.1`, mask: 24 }],
      data: { note: "x".repeat(500) },
    }));
    router.setWan({ ipv4: OTHER, more });
    const hostname = Array.from(
      { length: 400 },
      (_, at) => `${"a".repeat(50)}.${"b".repeat(50)}.${"c".repeat(50)}.host${at}.example.com`,
    );
    const off = section("service", "off", { enabled: "0", url: world.server().url(), secret: "x", hostname });
    router.setConfig(off + service(world.server().url(), { cacert: router.caPath }));
    expect(router.read("etc/config/lambda-ddns")?.length).toBeGreaterThan(70_000);
    expect(router.read("tmp/ubus/network.interface.dump.json")?.length).toBeGreaterThan(70_000);
    world.server().script(changed(OTHER));
    expect(logged(await router.run(["update"]))).toEqual([`info: ${LINE}published ${OTHER}`]);
  });
  it("the root is put before the program's own paths, for uci as well", async () => {
    const router = world.router();
    router.record();
    world.server().script(changed());
    await router.run(["update"]);
    const uci = router.calls().find(({ argv }) => argv[0]?.endsWith("/uci"));
    expect(uci?.argv.slice(1)).toEqual(["-c", router.path("etc/config"), "export", "lambda-ddns"]);
  });
});

describeWith("check", ["qjs", "curl"], () => {
  const world = useWorld();
  it("tells of real routers what the answers mean, and changes nothing", async () => {
    const router = world.router({ http_client: "curl" });
    const fail = (status: number) => ({ status, body: '{"return_status":"fail","return_message":"No."}' });
    world.server().script({ body: `{"return_status":"success","return_message":"${OWN}"}` }, fail(400));
    const good = await router.run(["check"]);
    expect(good.stdout).toContain(`ok   the service has a record of ${NAME}\n`);
    expect(good.code).toBe(0);
    world.server().script({ body: `{"return_status":"success","return_message":"${OWN}"}` }, fail(403));
    const unknown = await router.run(["check"]);
    expect(unknown.stdout).toContain(`FAIL the service has no record of '${NAME}'`);
    expect(unknown.code).toBe(3);
    expect(router.state()).toEqual({});
    const bodies = world.server().asked.map(({ body }) => body);
    expect(
      bodies
        .filter((body) => body.includes("set"))
        .every((body) => body.includes('"validation_hash":"check"')),
    ).toBe(true);
  });
  it("sees the configuration's mode", async () => {
    const router = world.router({ url: "https://127.0.0.1:1/" });
    chmodSync(router.path("etc/config/lambda-ddns"), 0o644);
    const result = await router.run(["check"]);
    expect(result.stdout).toContain("has mode 0644, and it holds secrets: chmod 600");
    expect(result.code).toBe(2);
  });
});
