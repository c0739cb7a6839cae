// Which program makes the request, by which line, and what it is shown: http_client auto and its turns, several ways out, secrets off every argv. The shipped bundle in native qjs.
import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { startHttps } from "../stand-ins/https.ts";
import type { Router } from "../stand-ins/router.ts";
import {
  answer,
  changed,
  logged,
  NAME,
  OTHER,
  OWN,
  SECRET,
  STATE,
  seen,
  service,
  stateOf,
  twoLines,
  useWorld,
} from "./world.ts";

const LINE = `home: ${NAME} IPv4: `;
const words = (router: Router): string[][] =>
  router.calls().map(({ argv }) => [argv[0]?.split("/").at(-1) ?? "", ...argv.slice(1)]);
const names = (router: Router): string[] => words(router).map(([name = ""]) => name);
const fetchers = (router: Router): string[] =>
  names(router).filter((name) => name === "curl" || name === "uclient-fetch");

describeWith("http_client auto", ["qjs", "curl"], () => {
  const world = useWorld();
  it("takes uclient-fetch where it suffices: four processes, one request", async () => {
    const router = world.router();
    router.record();
    world.server().script(changed());
    expect((await router.run(["update"])).code).toBe(0);
    expect(names(router).sort()).toEqual(["ip", "ubus", "uci", "uclient-fetch"]);
  });
  it("takes curl where it is alone", async () => {
    const router = world.router();
    router.uninstall("uclient-fetch");
    router.record();
    world.server().script(changed());
    expect((await router.run(["update"])).code).toBe(0);
    expect(fetchers(router)).toEqual(["curl"]);
  });
  it.each(['{"build":"2305"}', '{"tls":"none"}'])(
    "turns to curl from uclient-fetch %s, for good",
    async (build) => {
      const router = world.router();
      router.control("uclient-fetch", build);
      router.record();
      world.server().script(changed(), changed(OTHER));
      expect(await router.run(["update"])).toMatchObject({
        code: 0,
        stderr: `info: ${LINE}published ${OWN}\n`,
      });
      expect(fetchers(router)).toEqual(["uclient-fetch", "curl"]);
      expect(stateOf(router).needsCurl).toBe(true);
      router.setWan({ ipv4: OTHER });
      router.setUptime(2000);
      expect((await router.run(["update"])).code).toBe(0);
      expect(fetchers(router)).toEqual(["uclient-fetch", "curl", "curl"]);
    },
  );
  it.each([
    ['{"build":"2305"}', "this uclient-fetch has no --header (it came with OpenWrt 24.10); install curl"],
    ['{"tls":"none"}', "uclient-fetch has no TLS; install libustream-mbedtls, or curl"],
  ])("without curl says of %s what to install", async (build, sentence) => {
    const router = world.router();
    router.uninstall("curl");
    router.control("uclient-fetch", build);
    const result = await router.run(["update"]);
    expect(logged(result)).toEqual([`error: ${LINE}${sentence}; next try in T`]);
    expect(result.code).toBe(1);
    expect(stateOf(router)).toMatchObject({ lastFailure: { kind: "local" }, inDoubt: false });
  });
  it.each([
    ["auto", "neither uclient-fetch nor curl is installed; install one of them"],
    ["curl", "curl is not installed"],
    ["uclient-fetch", "uclient-fetch is not installed"],
  ])("%s without any program says so", async (client, sentence) => {
    const router = world.router({ http_client: client });
    router.uninstall("curl");
    router.uninstall("uclient-fetch");
    expect(logged(await router.run(["update"]))).toEqual([`error: ${LINE}${sentence}; next try in T`]);
  });
  it("uclient-fetch stays what the user chose, though old", async () => {
    const router = world.router({ http_client: "uclient-fetch" });
    router.control("uclient-fetch", '{"build":"2305"}');
    router.record();
    expect((await router.run(["update"])).code).toBe(1);
    expect(fetchers(router)).toEqual(["uclient-fetch"]);
  });
});

const BY_TUN0 =
  "requests leave by tun0 and not by lo of interface 'wan', and uclient-fetch cannot be bound to it; install curl, which can be";
const BLIND =
  "nobody can tell whether requests leave by lo of interface 'wan', and uclient-fetch cannot be bound to it; install curl, which can be";

describeWith("another way out", ["qjs", "curl"], () => {
  const world = useWorld();
  const setup = (options = {}, more = {}) => {
    const router = world.router(options, more);
    router.control("ip", "tun0");
    return router;
  };
  it("curl is taken, and bound to the interface's device: one request", async () => {
    const router = setup();
    router.record();
    world.server().script(changed());
    expect((await router.run(["update"])).stderr).toBe(`info: ${LINE}published ${OWN}\n`);
    expect(fetchers(router)).toEqual(["curl"]);
  });
  it("a device that curl cannot bind to is an offline line", async () => {
    const router = world.router({ interface: "wanb" }, { wan: twoLines(OWN) });
    const result = await router.run(["update"]);
    expect(result.stderr).toMatch(/^warn: .*(interface|bind|eth9)/i);
    expect(stateOf(router)).toMatchObject({ lastFailure: { kind: "offline" }, inDoubt: false });
  });
  it("uclient-fetch goes through mwan3 where that is", async () => {
    const router = setup();
    router.uninstall("curl");
    router.put(
      "bin/mwan3",
      `#!/bin/sh\necho "$@" > ${router.path("tmp/mwan3")}\nshift 2\nexec "$@"\n`,
      0o755,
    );
    world.server().script(changed());
    expect((await router.run(["update"])).stderr).toBe(`info: ${LINE}published ${OWN}\n`);
    expect(router.read("tmp/mwan3")).toMatch(/^use wan uclient-fetch -4 /);
  });
  it("without curl and mwan3 the router's own public address is published all the same", async () => {
    const router = setup();
    router.uninstall("curl");
    world.server().script(changed());
    expect(logged(await router.run(["update"]))).toEqual([`info: ${LINE}published ${OWN}`]);
  });
  it("without curl and mwan3 a refusal is not asked about, and names its cause", async () => {
    const router = setup();
    router.uninstall("curl");
    world.server().script(answer(401, "no"));
    const result = await router.run(["update"]);
    expect(logged(result)).toEqual([
      `error: ${LINE}the service refuses the token for ${OWN} (401), since ${BY_TUN0}; next try in T`,
    ]);
    expect(result.code).toBe(3);
    expect(world.server().asked).toHaveLength(1);
    expect(stateOf(router)).toMatchObject({ published: null, lastFailure: { kind: "refused" } });
  });
  it.each([
    ["a hidden address", {}, "10.0.0.2"],
    ["ip_source web", { ip_source: "web" }, OWN],
  ])("without curl and mwan3 %s is not asked for, and nothing is published", async (_, options, address) => {
    const router = setup(options, { wan: { ipv4: address } });
    router.uninstall("curl");
    for (const words of [["update"], ["update", "--force"], ["update", "--trigger", "ifup"]]) {
      const result = await router.run(words);
      expect(logged(result)[0]).toMatch(new RegExp(`^warn: ${LINE}${BY_TUN0}$`));
      expect(result.code).toBe(0);
    }
    expect((await router.run(["update", "--dry-run"])).stdout).toBe(`${STATE}: rest (egress): ${BY_TUN0}\n`);
    expect(world.server().asked).toEqual([]);
  });
  it("that nobody can tell of is none: without curl and ip nothing is asked", async () => {
    const router = setup({}, { wan: { ipv4: "10.0.0.2" } });
    for (const program of ["curl", "ip"]) router.uninstall(program);
    expect(logged(await router.run(["update"]))).toEqual([`warn: ${LINE}${BLIND}`]);
    expect(world.server().asked).toEqual([]);
  });
  it("that opens for the very address that was asked is found out after the answer, which does not count", async () => {
    const router = world.router({}, { wan: { ipv4: "10.0.0.2" } });
    router.uninstall("curl");
    const script = router.read("bin/ip") ?? "";
    const toService = 'case "$*" in *" 127.0.0.1"*) echo "127.0.0.1 dev tun0 src 10.9.0.2"; exit;; esac\n';
    router.put("bin/ip", script.replace("\n", `\n${toService}`), 0o755);
    world.server().script(seen(OTHER));
    expect(logged(await router.run(["update"]))).toEqual([`error: ${LINE}${BY_TUN0}; next try in T`]);
    expect(stateOf(router)).toMatchObject({
      published: null,
      lastFailure: { kind: "local" },
      inDoubt: false,
    });
  });
});

describeWith("a program that does not start", ["qjs", "curl"], () => {
  const world = useWorld();
  const LOADER = "Error loading shared library libustream-ssl.so: No such file or directory (needed by it)";
  const breakIt = (router: Router, program: string): void =>
    router.put(`bin/${program}`, `#!/bin/sh\necho '${LOADER}' >&2\nexit 127\n`, 0o755);
  it.each([
    ["uclient-fetch", "curl"],
    ["curl", "uclient-fetch"],
  ])("%s: %s goes on, and the loader's words are told", async (broken, other) => {
    const router = world.router({ ...(broken === "curl" ? { ip_source: "web" } : {}) });
    breakIt(router, broken);
    world.server().script(...(broken === "curl" ? [seen(OWN), changed()] : [changed()]));
    const lines = logged(await router.run(["update"]));
    expect(lines[0]).toBe(`warn: ${LINE}${broken} does not start: ${LOADER}; going on with ${other}`);
    expect(lines.at(-1)).toBe(`info: ${LINE}published ${OWN}`);
  });
  it.each(["uclient-fetch", "curl"])("%s, asked for by name, is not called missing", async (name) => {
    const router = world.router({ http_client: name });
    breakIt(router, name);
    const result = await router.run(["update"]);
    expect(logged(result)).toEqual([`error: ${LINE}${name} does not start: ${LOADER}; next try in T`]);
    expect(stateOf(router)).toMatchObject({ lastFailure: { kind: "local" }, inDoubt: false });
  });
  it("a program that a signal ends leaves doubt, and the other one goes on", async () => {
    const router = world.router();
    router.put("bin/uclient-fetch", "#!/bin/sh\nkill -SEGV $$\n", 0o755);
    world.server().script(changed());
    expect(logged(await router.run(["update"]))).toEqual([
      `warn: ${LINE}uclient-fetch was ended by signal 11; going on with curl`,
      `info: ${LINE}published ${OWN}`,
    ]);
    const alone = world.router();
    alone.put("bin/uclient-fetch", "#!/bin/sh\nkill -SEGV $$\n", 0o755);
    alone.uninstall("curl");
    expect(logged(await alone.run(["update"]))).toEqual([
      `warn: ${LINE}uclient-fetch was ended by signal 11; next try in T`,
    ]);
    expect(stateOf(alone)).toMatchObject({ lastFailure: { kind: "unsure" }, inDoubt: true });
  });
});

describeWith("secrets", ["qjs", "curl"], () => {
  const world = useWorld();
  it.each(["curl", "uclient-fetch"])(
    "%s is shown none: not in argv, environment, log or state",
    async (client) => {
      const router = world.router({
        http_client: client,
        ip_source: "web",
        url: world.server().url("/hidden-path"),
      });
      router.record();
      world.server().script(seen(OWN), changed());
      const result = await router.run(["update", "--trigger", "ifup"]);
      expect(result.code).toBe(0);
      const token = JSON.parse(world.server().asked[1]?.body ?? "{}").validation_hash;
      expect(token).toMatch(/^[0-9a-f]{64}$/);
      const shown = JSON.stringify([router.calls(), result, router.syslog(), router.state()]);
      for (const secret of [SECRET, token]) expect(shown).not.toContain(secret);
      const argv = words(router).filter(([name]) => name === "curl");
      if (client === "curl") expect(argv).toEqual(new Array(2).fill(["curl", "-q", "-K", "-"]));
      expect(statSync(router.path("var/run/lambda-ddns")).mode & 0o777).toBe(0o700);
      expect(statSync(router.path(`var/run/lambda-ddns/${STATE}`)).mode & 0o777).toBe(0o600);
    },
  );
  it("~/.curlrc is not read", async () => {
    const router = world.router({ http_client: "curl" });
    router.put(".curlrc", "proxy = http://127.0.0.1:1\n");
    world.server().script(changed());
    expect((await router.run(["update"])).code).toBe(0);
  });
});

describeWith("families", ["qjs", "curl"], () => {
  const world = useWorld();
  it.each(["curl", "uclient-fetch"])(
    "%s reaches the service over the family of the record",
    async (client) => {
      const both = await startHttps({ listen: "::" });
      try {
        both.answerAlways(() => changed());
        const router = world.router(
          {},
          {
            wan: { ipv4: OWN, ipv6: [{ address: "2a00:1450::5", preferred: 600, valid: 900 }] },
            ca: both.ca,
          },
        );
        router.setConfig(service(both.url(), { family: "dual", http_client: client, cacert: router.caPath }));
        const result = await router.run(["update"]);
        expect(logged(result)).toEqual([
          `info: home: ${NAME} IPv4: published ${OWN}`,
          `info: home: ${NAME} IPv6: published 2a00:1450::5`,
        ]);
        expect(both.asked.map(({ from }) => from.includes("127.0.0.1"))).toEqual([true, false]);
        expect(Object.keys(router.state()).filter((name) => name.startsWith("home"))).toEqual([
          STATE,
          STATE.replace("ipv4", "ipv6"),
        ]);
      } finally {
        await both.close();
      }
    },
  );
});
