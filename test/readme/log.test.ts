// The README's table of log lines: each fragment that it quotes is provoked, and found in syslog as written; refuses fragments that nobody can provoke.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { troubleLine } from "../../src/client/app/messages.ts";
import type { JobResult } from "../../src/client/host/port.ts";
import { curl } from "../../src/client/http/curl.ts";
import { uclientFetch } from "../../src/client/http/uclient-fetch.ts";
import { answer, changed, OTHER, OWN, seen, stateOf, useWorld } from "../e2e/world.ts";
import { describeWith } from "../engine/native.ts";
import type { Reply } from "../stand-ins/https.ts";
import type { Router, RouterOptions } from "../stand-ins/router.ts";
import { section, spans, table } from "./markdown.ts";

/** The fragments in the rows' first column; one that goes on from the one before it is made whole. */
function fragments(): string[] {
  const rows = table(section("docs/messages.md", "What the log says"), "| line |");
  return rows.flatMap(([cell = ""]) => {
    const [first = "", ...more] = spans(cell);
    const goOn = (fragment: string): string => {
      if (fragment.startsWith("(")) return first.replace(/\(.*\)/, fragment);
      return fragment.startsWith("is ") ? `interface 'wan' ${fragment}` : fragment;
    };
    return [first, ...more.map(goOn)];
  });
}

/** A fragment as a pattern; `…` stands for anything. */
function pattern(fragment: string): RegExp {
  const parts = fragment.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"));
}

describeWith("what the log says", ["qjs", "curl"], () => {
  const world = useWorld();
  const HOST = "abc.lambda-url.eu-west-1.on.aws";

  /** What syslog has after an event that found the service to answer so. */
  async function look(router: Router, ...replies: Reply[]): Promise<string> {
    world.server().script(...replies);
    await router.run(["update", "--trigger", "ifup"]);
    return router.syslog().join("\n");
  }
  const answered = (...replies: Reply[]) => look(world.router({ http_client: "curl" }), ...replies);
  const configured = (options: Record<string, string>, more: RouterOptions = {}) =>
    look(world.router(options, more));
  const without = (programs: string, build = "{}"): Promise<string> => {
    const router = world.router();
    for (const name of programs.split(" ")) router.uninstall(name);
    router.control("uclient-fetch", build);
    return look(router);
  };
  const debugging = async (wan: RouterOptions["wan"] = {}): Promise<string> => {
    const router = world.router({}, { wan });
    router.setConfig(`config lambda-ddns 'global'\n\toption log_level 'debug'\n\n${router.read(CONFIG)}`);
    return look(router);
  };
  const CONFIG = "etc/config/lambda-ddns";

  /** The lines by fragment. */
  const PROVOKED: Readonly<Record<string, () => Promise<string> | string>> = {
    [`published ${OWN}, was 176.32.100.35`]: async () => {
      const router = world.router({}, { wan: { ipv4: "176.32.100.35" } });
      await look(router, changed("176.32.100.35"));
      router.setWan({ ipv4: OWN });
      router.setUptime(2000);
      return look(router, changed());
    },
    [`${OWN} confirmed`]: async () => {
      const router = world.router({ force_interval: "60" });
      await look(router, changed());
      router.setUptime(2000);
      return look(router, answer(200, "unchanged"));
    },
    "…, seen behind NAT": () => answered(answer(401, "refused"), seen(OTHER), changed(OTHER)),
    "the service refuses the token for … (401)": () => answered(answer(401, "refused"), seen(OWN)),
    "the service does not know this host name, could not read its record, or has it disabled (403)": () =>
      answered(answer(403, "no such host")),
    "the URL refuses the call (403)": () => answered({ status: 403, body: '{"Message":"Forbidden"}' }),
    "the service asks to wait (429)": () => answered({ status: 429, body: '{"Reason":"rate"}' }),
    "the service asks to wait (503)": () => answered(answer(503, "busy")),
    "the service failed (500)": () => answered(answer(500, "bug")),
    "the service failed (502)": () => answered({ status: 502, body: "Internal Server Error" }),
    "there is nothing at this URL (404)": () => answered({ status: 404, body: "" }),
    "the URL redirects (302) …": () => answered({ status: 302, headers: { Location: "http://a.example/" } }),
    "the answer is not the service's": () => answered({ status: 200, body: "<html>Log in</html>" }),
    "no whole answer within 20 seconds": () => read(uclientFetch, { ended: "deadline" }),
    "Connection timed out": () => read(uclientFetch, recorded("silent server")),
    // The words of curl 7 and 8 for exit status 28, which only 20 seconds would bring about.
    "Operation timed out": () =>
      read(curl, { code: 28, stderr: "curl: (28) Operation timed out after 20001 milliseconds" }),
    "connection refused, or … does not resolve": () =>
      configured({ url: `https://${HOST}/`, http_client: "uclient-fetch" }, { hosts: { [HOST]: 1 } }),
    "Could not resolve host": () => configured({ url: "https://no..where/", http_client: "curl" }),
    "Failed to connect": () => configured({ url: "https://127.0.0.1:1/", http_client: "curl" }),
    "the certificate is not trusted: …": () => configured({ cacert: "", http_client: "curl" }),
    "Amazon's roots do not verify this service": () => {
      const hosts = { [HOST]: world.server().port };
      const router = world.router({ url: `https://${HOST}/`, cacert: "" }, { hosts });
      const build = { build: "2410", tls: "mbedtls", bundle: router.caPath };
      router.control("uclient-fetch", JSON.stringify(build));
      return look(router, changed());
    },
    "this uclient-fetch has no --header": () => without("curl", '{"build":"2305"}'),
    "uclient-fetch has no TLS": () => without("curl", '{"tls":"none"}'),
    "neither uclient-fetch nor curl is installed": () => without("curl uclient-fetch"),
    "requests leave by tun0 and not by eth1 of interface 'wan'": () => {
      const router = world.router(
        { http_client: "uclient-fetch" },
        { wan: { ipv4: "10.0.0.2", device: "eth1" } },
      );
      router.control("ip", "tun0");
      return look(router);
    },
    "nobody can tell whether requests leave by eth1 of interface 'wan'": () => {
      const router = world.router({}, { wan: { ipv4: "10.0.0.2", device: "eth1" } });
      for (const program of ["curl", "ip"]) router.uninstall(program);
      return look(router);
    },
    "interface 'wan' does not exist": () => configured({}, { wan: { name: "wwan" } }),
    "interface 'wan' is down": () => debugging({ up: false }),
    "interface 'wan' is up and has no ipv4 address": () => debugging(),
    "has 192.0.2.7 only (documentation), which cannot be published": () =>
      configured({}, { wan: { ipv4: "192.0.2.7" } }),
    "configuration: section 'home', option 'url': …": () => configured({ url: "" }),
    "the configuration … cannot be read: uci: …": () => {
      const router = world.router();
      router.setConfig("config service 'home\n");
      return look(router);
    },
    "the WAN addresses are not known: ubus: …": () => without("ubus"),
    "cannot write /var/run/lambda-ddns/…": async () => {
      const router = world.router();
      // In the way of the new state, and not to be removed as a file: root may write wherever it likes.
      const state = router.path("var/run/lambda-ddns/home:host1.dyn.example.com:ipv4.new");
      mkdirSync(`${state}/full`, { recursive: true, mode: 0o700 });
      writeFileSync(`${state}/full/file`, "");
      return (await look(router)).replaceAll(router.root, "");
    },
    "internal error, please report it": () => troubleLine(new TypeError("x is not a function"), false),
  };

  it.each(fragments())("%s", async (fragment) => {
    const provoke = PROVOKED[fragment];
    if (!provoke) throw new Error(`say in PROVOKED how this line comes about: ${fragment}`);
    expect(await provoke()).toMatch(pattern(fragment));
  });

  it("provokes nothing that the README does not quote", () => {
    expect(Object.keys(PROVOKED).filter((one) => !fragments().includes(one))).toEqual([]);
  });

  it("logs a line that goes down at level debug only", async () => {
    expect(await configured({}, { wan: { up: false } })).toBe("");
    expect(await configured({}, { wan: {} })).toBe("");
  });

  it("sends nothing while its state cannot be saved", async () => {
    const router = world.router();
    mkdirSync(router.path("var/run/lambda-ddns/home:host1.dyn.example.com:ipv4.new/full"), {
      recursive: true,
      mode: 0o700,
    });
    expect(await look(router)).toContain("cannot write");
    expect(world.asked()).toEqual([]);
  });

  it("tries a refusal again within hours, and at once when its section is mended", async () => {
    const router = world.router({ http_client: "curl", secret: "wrong" });
    await look(router, answer(401, "refused"), seen(OWN));
    expect(stateOf(router).notBefore).toBeLessThan(1000 + 12 * 3600);
    router.setUptime(1040);
    expect(await look(router)).not.toContain("published");
    router.setConfig((router.read(CONFIG) ?? "").replace("'wrong'", "'right'"));
    expect(await look(router, changed())).toContain("published");
  });

  it("waits as long as it was told, whatever happens meanwhile, and then goes on", async () => {
    const router = world.router({ http_client: "curl" });
    await look(router, { ...answer(429, "later"), headers: { "Retry-After": "600" } });
    router.setUptime(1590);
    router.setWan({ ipv4: OTHER });
    await look(router);
    const { stderr } = await router.run(["update", "home"]);
    expect(stderr).toMatch(/next try in \d+ (s|min), after: the service asks to wait \(429\)/);
    router.setUptime(1000 + 600 * 1.25);
    expect(await look(router, changed(OTHER))).toContain(`published ${OTHER}`);
  });

  it("skips other waits by hand, but never the 30 seconds between two attempts", async () => {
    const router = world.router({ http_client: "curl" });
    await look(router, answer(500, "bug"));
    router.setUptime(1020);
    expect((await router.run(["update", "home"])).stderr).toContain("the last attempt was a moment ago");
    router.setUptime(1031);
    world.server().script(changed());
    expect((await router.run(["update", "home"])).stderr).toContain(`published ${OWN}`);
  });
});

/** What a fetcher makes of its program's end. */
function read(fetcher: typeof curl, result: Partial<JobResult>): string {
  const reply = fetcher.read(
    { ended: "exit", code: 0, stdout: "", stderr: "", ...result },
    {
      url: "https://a.example/",
      body: "",
      family: "ipv4",
      cacert: "",
      device: "",
      wrapper: [],
      seconds: 20,
      idHeader: "x-amzn-requestid",
    },
  );
  return "failure" in reply ? reply.failure.detail : "";
}

/** A case as uclient-fetch was recorded. */
function recorded(name: string): Partial<JobResult> {
  const path = new URL("../transcripts/uclient-fetch/2410-mbedtls.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Recorded[] };
  const found = cases.find((one) => one.case === name);
  return { code: found?.exit ?? 0, stderr: found?.stderr ?? "" };
}

interface Recorded {
  case: string;
  exit: number;
  stderr: string;
}
