// The life of an installed package: first installation, image, upgrade over a changed configuration, removal.
import { existsSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, expect } from "vitest";
import { scriptContent } from "../../build/package/content.ts";
import { ipk } from "../../build/package/ipk.ts";
import { readRecipe } from "../../build/package/recipe.ts";
import { GLOBAL_OPTIONS, SERVICE_OPTIONS } from "../../src/client/core/options.ts";
import { testWith } from "./able.ts";
import { install, remove } from "./opkg.ts";
import { until } from "./processes.ts";
import { CONFIG, makeRouter, type Router, standInBundle } from "./router.ts";

const test = testWith("busybox", "flock");

const SHIPPED = new URL("../../openwrt/lambda-ddns/files/etc/config/lambda-ddns", import.meta.url);

let router: Router;

beforeEach(() => {
  router = makeRouter({ installed: false });
});
afterEach(() => router.remove());

const packed = (release = "1"): Uint8Array =>
  ipk({ ...readRecipe(), release }, scriptContent(standInBundle(router.root)), 1_760_000_000);
/** What ran, but for the dry runs by which `start` tells the terminal what is wrong. */
const words = (): string[] =>
  router
    .runs()
    .map((run) => run.words)
    .filter((one) => !one.includes("--dry-run"));
const sample = (): string => readFileSync(SHIPPED, "utf8");

test("first installation: enabled for the next boot, runs nothing, and says what to do", async () => {
  expect(install(router, packed())).toMatchObject({
    code: 0,
    stderr: "lambda-ddns: not started\n",
  });
  await router.idle();
  expect(words()).toEqual([]);
  expect(router.init("enabled").code).toBe(0);
  expect(router.has("etc/uci-defaults/95-lambda-ddns")).toBe(false);
  // What the package manager compares later: nothing may have touched it.
  expect(router.read("etc/config/lambda-ddns")).toBe(sample());
  expect(statSync(router.path("etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
});

test("the sample configuration runs once its service is enabled and filled in", async () => {
  install(router, packed());
  const filled = sample().replace("enabled '0'", "enabled '1'");
  router.write("etc/config/lambda-ddns", filled);
  expect(router.init("reload").code).toBe(0);
  await router.idle();
  expect(words()).toEqual(["update --trigger reload"]);
  const event = { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" };
  router.hotplug("iface", event);
  await until(() => words().length === 2);
});

test("every option of the sample is explained on its line, and none is unknown", () => {
  const lines = sample()
    .split("\n")
    .filter((line) => /^#?\s+(option|list) /.test(line));
  const names = lines.map((line) => /(option|list) (\w+) '[^']*'\s+# \S/.exec(line)?.[2]);
  expect(names).toEqual([...Object.keys(GLOBAL_OPTIONS), ...Object.keys(SERVICE_OPTIONS)]);
});

test("into an image: enabled there, and nothing is started on the building machine", async () => {
  expect(install(router, packed(), { image: true })).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(router.path("etc/rc.d/S95lambda-ddns"))).toBe(true);
  expect(router.has("etc/uci-defaults/95-lambda-ddns")).toBe(true);
  expect(router.lines("tmp/procd")).toEqual([]);
  await router.idle();
  expect(words()).toEqual([]);
});

test("upgrade over a changed configuration: it stays, mode and all, the new one lies beside, the service goes on", async () => {
  install(router, packed());
  router.write("etc/config/lambda-ddns", CONFIG);
  router.init("boot");
  router.init("disable");
  expect(install(router, packed("2"))).toMatchObject({ code: 0, stderr: "" });
  await router.idle();
  expect(router.read("etc/config/lambda-ddns")).toBe(CONFIG);
  expect(statSync(router.path("etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
  expect(router.read("etc/config/lambda-ddns-opkg")).toBe(sample());
  expect(router.read("usr/lib/opkg/info/lambda-ddns.control")).toContain("-r2\n");
  expect(router.lines("tmp/procd").map((line) => line.split(" ")[0])).toEqual([
    "set",
    "set",
    "delete",
    "set",
  ]);
  expect(router.has("var/run/lambda-ddns/stopped")).toBe(false);
  // What the user disabled stays disabled.
  expect(router.init("enabled").code).toBe(1);
});

test("upgrade ends the old run, and returns while the new one hangs", async () => {
  install(router, packed());
  router.write("etc/config/lambda-ddns", CONFIG);
  router.write("tmp/stand-ins/qjs", "hang\n");
  router.init("start");
  await until(() => words().length === 1);
  const old = Number(router.read("var/lock/lambda-ddns.running"));
  expect(install(router, packed("2")).code).toBe(0);
  await until(() => words().length === 2);
  expect(router.processes()).not.toContain(old);
});

test("uci-defaults changes nothing the second time, and takes a secret file back from the world", () => {
  install(router, packed(), { image: true });
  router.run(["-c", `chmod 644 ${router.path("etc/config/lambda-ddns")}`]);
  for (let time = 0; time < 2; time++) {
    expect(router.run([router.path("etc/uci-defaults/95-lambda-ddns")])).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(statSync(router.path("etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
    expect(router.read("etc/config/lambda-ddns")).toBe(sample());
  }
});

test("removal leaves no process, no state, no link and no crontab line; only a changed configuration stays", async () => {
  install(router, packed());
  router.write("etc/config/lambda-ddns", CONFIG);
  router.write("tmp/stand-ins/qjs", "hang\n");
  router.init("start");
  await until(() => words().length === 1);
  router.write("var/run/lambda-ddns/home:home.dyn.example.com:ipv4", "state");
  remove(router);
  await router.idle();
  const left = router.run([
    "-c",
    `cd ${router.root} && find . -path ./tmp -prune -o -name '*lambda-ddns*' ! -type d -print`,
  ]);
  expect(left.stdout.trim().split("\n").sort()).toEqual([
    "./etc/config/lambda-ddns",
    "./var/lock/procd_lambda-ddns.lock",
  ]);
  expect(router.has("var/run/lambda-ddns")).toBe(false);
  expect(router.has("etc/crontabs")).toBe(false);
});

test("removal of an untouched installation leaves no configuration either", () => {
  install(router, packed());
  remove(router);
  expect(router.has("etc/config/lambda-ddns")).toBe(false);
});
