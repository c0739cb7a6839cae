// The installed package with its real program in native qjs: what scripts and program owe each other.
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import { projectVersion } from "../../build/version.ts";
import { qjsPath } from "../engine/native.ts";
import { testWith } from "./able.ts";
import { CONFIG, link, makeRouter, type Router } from "./router.ts";

const test = testWith("qjs", "busybox", "flock");
const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));

let router: Router;

beforeEach(() => {
  router = makeRouter({ programs: ["ubus"], program: BUNDLE });
  link(router.root, qjsPath ?? "", "qjs");
  link(
    router.root,
    fileURLToPath(new URL("../stand-ins/programs/uclient-fetch", import.meta.url)),
    "uclient-fetch",
  );
  // Nobody listens there.
  router.write("etc/config/lambda-ddns", CONFIG.replace(/url '.*'/, "url 'https://127.0.0.1:1/'"));
});
afterEach(() => router.remove());

const wrapper = (): string => router.path("usr/bin/lambda-ddns");

/** The delays that procd was asked for, in order. */
function delays(): number[] {
  return router.lines("tmp/procd").map((line) => {
    const { instances } = JSON.parse(line.slice(line.indexOf(" ")));
    return Number(instances.look.respawn[1]);
  });
}

test("--version is the package's", () => {
  expect(router.run([wrapper(), "--version"]).stdout).toBe(`lambda-ddns ${projectVersion()}\n`);
});

test("the run of a failed ifup shortens the timer to its first retry, and the next one asks nothing more", async () => {
  router.init("boot");
  router.hotplug("iface", { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" });
  await router.idle();
  expect(delays()).toEqual([600, expect.closeTo(60, -1.6)]);
  expect(router.read("var/run/lambda-ddns/timer")).toBe(`${delays()[1]}\n`);
  expect(router.run([wrapper(), "update", "--trigger", "timer"]).code).toBe(0);
  expect(delays()).toHaveLength(2);
});

test("its lines reach syslog once, under one tag, at the right priority", async () => {
  router.init("boot");
  router.hotplug("iface", { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" });
  await router.idle();
  const lines = router.lines("tmp/syslog");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^daemon\.warning lambda-ddns: .*home\.dyn\.example\.com/);
});

test("a script that the engine cannot load leaves one line in syslog", () => {
  router.write("usr/lib/lambda-ddns/lambda-ddns.js", "const = 1;\n");
  expect(router.run([wrapper(), "update", "--trigger", "timer"]).code).toBe(1);
  expect(router.lines("tmp/syslog")).toEqual([
    expect.stringMatching(/^daemon\.err lambda-ddns: the program does not start: SyntaxError: /),
  ]);
});

test("stopped meanwhile: nothing is registered anew", async () => {
  router.init("boot");
  router.init("stop");
  router.run([wrapper(), "update", "--trigger", "timer"]);
  expect(router.lines("tmp/procd").at(-1)).toMatch(/^delete /);
});

test("a broken configuration ends in one clear line, and the WAN comes up all the same", async () => {
  router.write("etc/config/lambda-ddns", "config service 'home\n");
  expect(router.hotplug("iface", { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" }).code).toBe(0);
  await router.idle();
  expect(router.lines("tmp/syslog")).toEqual([
    expect.stringMatching(/^daemon\.err lambda-ddns: .*Parse error/),
  ]);
});
