// The documents' commands, typed on a router as they stand there: each must do what it is said to do.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";
import { kindOf } from "./kinds.ts";
import { allCommands, type Command, repositoryText } from "./markdown.ts";
import { makeReadersRouter, serviceFor, type Typed } from "./router.ts";

const HOST = "abc123.lambda-url.eu-west-1.on.aws";
const NAME = "home.dyn.example.com";
const ADDRESS = "176.32.100.36";

interface Expected {
  stdout?: RegExp;
  stderr?: RegExp;
}

/** What each line prints; both are empty where nothing is said. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  [`uci set lambda-ddns.home.url='https://${HOST}/'`]: {},
  [`uci set lambda-ddns.home.hostname='${NAME}'`]: {},
  "uci set lambda-ddns.home.secret='your-secret'": {},
  "uci set lambda-ddns.home.enabled='1'": {},
  "uci commit lambda-ddns": {},
  "lambda-ddns check": {
    stdout: /\nhome: .* IPv4\nok .*\nok +the service answers and sees 176\.32\.100\.36\n/,
    stderr: /^asking .* …\n$/,
  },
  "service lambda-ddns reload": {},
  "lambda-ddns status": {
    stdout: /^home\.dyn\.example\.com \(IPv4, home\)\n {2}ok +176\.32\.100\.36, sent /m,
  },
  "lambda-ddns status --json": {
    stdout: /^\{"version":.*"published":"176\.32\.100\.36".*"state":"ok".*\}\n$/,
  },
  "lambda-ddns update": { stderr: /^info: home: .* nothing to do, 176\.32\.100\.36 is published\n$/ },
  "lambda-ddns update --force": { stderr: /^info: home: .* 176\.32\.100\.36 confirmed\n$/ },
  "lambda-ddns update --dry-run": { stdout: /^home:home\.dyn\.example\.com:ipv4: rest \(unchanged\): / },
  "lambda-ddns address": { stdout: /^176\.32\.100\.36\n$/ },
  "lambda-ddns config": { stdout: /^\{"sections":.*"hidden":\["secret"\].*\}\n$/ },
  "service lambda-ddns status": {
    stdout: /\nstarted: looks on every WAN change, and 600 s after the last look\n$/,
  },
  "logread -e lambda-ddns": { stdout: /^daemon\.info lambda-ddns: home: .* published 176\.32\.100\.36$/m },
  "lambda-ddns update NAME": { stderr: /nothing to do/ },
  "uci set lambda-ddns.global.log_level=debug; uci commit lambda-ddns": {},
  "uci show ddns": {
    stdout: /lookup_host=.*\n.*domain=.*\n.*username=.*\n.*password=.*\n.*interface=.*\n.*use_ipv6=/,
  },
  "uci set ddns.NAME.enabled=0; uci commit ddns; service ddns restart": {},
};

/** The section that the prose about ddns-scripts speaks of. */
const DDNS = `config service 'home'
	option enabled '1'
	option lookup_host '${NAME}'
	option domain '${NAME}'
	option username 'name'
	option password 'secret'
	option interface 'wan'
	option use_ipv6 '0'
`;

const commands = allCommands();
const named = (kind: string): Command[] => commands.filter((one) => kindOf(one) === kind);

it.each(commands.map(({ where, line, ...more }) => ({ where, line, ...more })))(
  "$where: somebody knows how to run: $line",
  (command) => {
    expect(kindOf(command), `a line of test/readme/kinds.ts for: ${command.line}`).not.toBeNull();
  },
);

it("names make's targets and variables as the Makefile has them, and all of them", () => {
  const makefile = repositoryText("Makefile");
  const targets = (/^\.PHONY: (.*)$/m.exec(makefile)?.[1] ?? "").split(" ");
  const typed = [...named("target"), ...named("server")].filter(({ line }) => line.startsWith("make "));
  for (const { line } of typed) {
    const [, target = "", ...variables] = line.split(" ");
    expect(targets, line).toContain(target);
    expect(makefile, line).toMatch(new RegExp(`^${target}:`, "m"));
    for (const variable of variables) expect(makefile, line).toContain(`$(${variable.split("=")[0]})`);
  }
  const documented = typed.map(({ line }) => line.split(" ")[1]);
  expect(targets.filter((target) => !documented.includes(target))).toEqual(["all"]);
});

describeWith("on the router, after the installation", ["qjs", "busybox", "flock"], () => {
  const held: { server?: HttpsServer; router?: ReturnType<typeof makeReadersRouter> } = {};
  let uptimeSeconds = 1000;
  const type = async (line: string): Promise<Typed> => {
    if (!held.router) throw new Error("the router is made before the first test");
    // A person takes a while to type: longer than the cooldown between two attempts.
    uptimeSeconds += 60;
    held.router.setUptime(uptimeSeconds);
    return held.router.type(line.replaceAll("NAME", "home"));
  };
  beforeAll(async () => {
    held.server = await startHttps();
    held.server.answerAlways(serviceFor(NAME, "your-secret", ADDRESS));
    held.router = makeReadersRouter(held.server, HOST);
    held.router.put("etc/config/ddns", DDNS, 0o600);
    held.router.put("etc/init.d/ddns", "service_started() { :; }\n", 0o755);
    await held.router.type("service lambda-ddns enable; service lambda-ddns boot");
  });
  afterAll(async () => {
    held.router?.remove();
    await held.server?.close();
  });

  it.each(named("router"))("$line", async ({ line }) => {
    const expected = EXPECTED[line];
    if (!expected) throw new Error(`say in EXPECTED what this prints: ${line}`);
    const typed = await type(line);
    expect(typed.stderr).toMatch(expected.stderr ?? /^$/);
    expect(typed.stdout).toMatch(expected.stdout ?? /^$/);
    expect(typed.code).toBe(0);
  });

  it("expects nothing that no document has", () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(
      [...new Set(named("router").map(({ line }) => line))].sort(),
    );
  });

  it("is left with what the commands said", async () => {
    const { router } = held;
    expect((await type("uci get lambda-ddns.home.hostname")).stdout).toBe(`${NAME}\n`);
    expect((await type("uci get lambda-ddns.global.log_level")).stdout).toBe("debug\n");
    expect((await type("uci get ddns.home.enabled")).stdout).toBe("0\n");
    expect(router?.syslog().some((line) => line.startsWith("daemon.err"))).toBe(false);
    const asked = router?.read("tmp/procd")?.split("\n") ?? [];
    expect(asked.at(-2)).toContain('"name":"ddns"');
    expect(asked.findLast((line) => line.includes('"name":"lambda-ddns"'))).toContain(
      '"respawn":["0","600","0"]',
    );
  });
});
