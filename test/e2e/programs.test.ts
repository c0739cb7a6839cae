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
  it("takes uclient-fetch where it suffices: three processes, one request", async () => {
    const router = world.router();
    router.record();
    world.server().script(changed());
    expect((await router.run(["update"])).code).toBe(0);
    expect(names(router).sort()).toEqual(["ubus", "uci", "uclient-fetch"]);
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

const UNBOUND =
  "there are several ways out, and uclient-fetch cannot choose one: the service may see another line; install curl";

describeWith("several ways out", ["qjs", "curl"], () => {
  const world = useWorld();
  it("curl is taken, and bound to the line's device", async () => {
    const router = world.router({}, { wan: twoLines(OWN) });
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
    const router = world.router({}, { wan: twoLines(OWN) });
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
  it("without curl and mwan3 the user is warned once", async () => {
    const router = world.router({}, { wan: twoLines(OWN) });
    router.uninstall("curl");
    world.server().script(changed(), changed(OTHER));
    expect(logged(await router.run(["update"]))).toEqual([
      `warn: ${LINE}${UNBOUND}`,
      `info: ${LINE}published ${OWN}`,
    ]);
    router.setWan(twoLines(OTHER));
    router.setUptime(2000);
    expect(logged(await router.run(["update"]))).toEqual([`info: ${LINE}published ${OTHER}, was ${OWN}`]);
  });
  it("without curl and mwan3 a refusal is not asked about: the answer might speak of the other line", async () => {
    const router = world.router({}, { wan: twoLines(OWN) });
    router.uninstall("curl");
    world.server().script(answer(401, "no"));
    const result = await router.run(["update"]);
    expect(logged(result)).toEqual([
      `warn: ${LINE}${UNBOUND}`,
      `error: ${LINE}the service refuses the token for ${OWN} (401): secret or hostname differ from its record, or ${UNBOUND}; next try in T`,
    ]);
    expect(result.code).toBe(3);
    expect(world.server().asked).toHaveLength(1);
    expect(stateOf(router)).toMatchObject({ published: null, lastFailure: { kind: "refused" } });
  });
  it.each([
    ["a hidden address", {}, "10.0.0.2"],
    ["ip_source web", { ip_source: "web" }, OWN],
  ])("without curl and mwan3 %s is not asked for", async (_, options, address) => {
    const router = world.router(options, { wan: twoLines(address) });
    router.uninstall("curl");
    const result = await router.run(["update"]);
    expect(logged(result)).toEqual([`error: ${LINE}${UNBOUND}; next try in T`]);
    expect(result.code).toBe(1);
    expect(world.server().asked).toEqual([]);
    expect(stateOf(router)).toMatchObject({ inDoubt: false, lastFailure: { kind: "local" } });
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
