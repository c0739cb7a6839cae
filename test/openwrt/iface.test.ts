// hotplug.d/iface with the environments that netifd sets: which events start a run, and that nothing ever waits for one.
import { readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { testWith } from "./able.ts";
import { until } from "./processes.ts";
import { CONFIG, makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "flock");

let router: Router;

type Event = Record<string, string>;
const recorded = JSON.parse(
  readFileSync(new URL("../transcripts/hotplug/iface.json", import.meta.url), "utf8"),
) as { events: Event[] };

const wanUp: Event = { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" };
const words = (): string[] => router.runs().map((run) => run.words);

/** Runs the hook and waits until everything that it started has ended. */
async function hook(event: Event): Promise<string[]> {
  rmSync(router.path("tmp/runs"), { force: true });
  expect(router.hotplug("iface", event)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  await router.idle();
  return words();
}

beforeEach(() => {
  router = makeRouter();
});
afterEach(() => router.remove());

describe("which events", () => {
  test("the recorded life of a router: ifup, and ifupdate with addresses, of wan and wan6 alone", async () => {
    const seen: string[] = [];
    // The harness's PATH leads to the stand-ins.
    for (const { PATH: _, ...event } of recorded.events) {
      const runs = await hook(event);
      seen.push(`${event["ACTION"]} ${event["INTERFACE"]}: ${runs.join(" | ")}`);
    }
    const run = (name: string): string => `update --trigger ifup --interface ${name}`;
    expect(seen).toEqual([
      "ifup loopback: ",
      "ifup lan: ",
      `ifup wan: ${run("wan")}`,
      `ifup wan6: ${run("wan6")}`,
      `ifupdate wan: ${run("wan")}`,
      `ifupdate wan: ${run("wan")}`,
      "ifdown wan: ",
      "ifdown wan6: ",
      `ifup wan: ${run("wan")}`,
      `ifup wan6: ${run("wan6")}`,
      `ifupdate wan: ${run("wan")}`,
    ]);
  });

  test.each([
    ["a renewed prefix", { ACTION: "ifupdate", INTERFACE: "wan", DEVICE: "eth1", IFUPDATE_PREFIXES: "1" }],
    ["data", { ACTION: "ifupdate", INTERFACE: "wan", DEVICE: "eth1", IFUPDATE_DATA: "1" }],
    ["a failed ifup", { ACTION: "ifup-failed", INTERFACE: "wan" }],
    ["mwan3's own action", { ACTION: "connected", INTERFACE: "wan", DEVICE: "eth1" }],
    ["another line", { ACTION: "ifup", INTERFACE: "wanb", DEVICE: "eth2" }],
  ])("not %s", async (_, event) => {
    expect(await hook(event)).toEqual([]);
  });

  describe("a delegated prefix", () => {
    const renewed: Event = { ACTION: "ifupdate", INTERFACE: "wan6", DEVICE: "eth1", IFUPDATE_PREFIXES: "1" };
    const look = (name: string): string => `update --trigger timer --interface ${name}`;
    const onLan = (option: string): void =>
      router.write("etc/config/lambda-ddns", `${CONFIG.replace("'wan'", "'lan'")}\toption ${option}\n`);

    test.each(["family 'ipv6'", "family 'dual'", "host_id '::1234'"])(
      "of the uplink wakes a service on the LAN with %s, as the timer does",
      async (option) => {
        onLan(option);
        expect(await hook(renewed)).toEqual([look("wan6")]);
        expect(await hook({ ...renewed, IFUPDATE_ADDRESSES: "1" })).toEqual([look("wan6")]);
        expect(await hook({ ACTION: "ifup", INTERFACE: "wan6", DEVICE: "eth1" })).toEqual([look("wan6")]);
        expect(await hook({ ...renewed, IFUPDATE_PREFIXES: "", IFUPDATE_ADDRESSES: "1" })).toEqual([]);
      },
    );

    test("is nothing to a service without IPv6", async () => {
      onLan("family 'ipv4'");
      expect(await hook(renewed)).toEqual([]);
    });

    test("that comes with a new address of the service's own interface is an event", async () => {
      router.write("etc/config/lambda-ddns", `${CONFIG}\toption family 'dual'\n`);
      const both = { ...renewed, IFUPDATE_ADDRESSES: "1" };
      expect(await hook(both)).toEqual(["update --trigger ifup --interface wan6"]);
    });
  });

  test("each interface of a list counts", async () => {
    const list = "\tlist interface 'wanb'\n\tlist interface 'wan'\n";
    router.write("etc/config/lambda-ddns", CONFIG.replace("\toption interface 'wan'\n", list));
    expect(await hook({ ACTION: "ifup", INTERFACE: "wanb", DEVICE: "eth2" })).toHaveLength(1);
    expect(await hook(wanUp)).toHaveLength(1);
    expect(await hook({ ACTION: "ifup", INTERFACE: "wanc", DEVICE: "eth3" })).toEqual([]);
  });

  test("interface6 on another line counts too", async () => {
    router.write("etc/config/lambda-ddns", `${CONFIG}\toption interface6 'henet'\n`);
    expect(await hook({ ACTION: "ifup", INTERFACE: "henet", DEVICE: "6in4-henet" })).toHaveLength(1);
  });

  test.each([
    [
      "a service that is off",
      CONFIG.replace("'home'\n\toption enabled '1'", "'home'\n\toption enabled 'no'"),
    ],
    ["everything off", CONFIG.replace("'global'\n\toption enabled '1'", "'global'\n\toption enabled '0'")],
    ["no service", "config lambda-ddns 'global'\n"],
  ])("not with %s", async (_, text) => {
    router.write("etc/config/lambda-ddns", text);
    expect(await hook(wanUp)).toEqual([]);
  });

  test("not where the user stopped or disabled the service", async () => {
    router.init("enable");
    expect(await hook(wanUp)).toHaveLength(1);
    router.init("disable");
    expect(await hook(wanUp)).toEqual([]);
    router.init("enable");
    router.init("stop");
    expect(await hook(wanUp)).toEqual([]);
    router.init("boot");
    await router.idle();
    expect(await hook(wanUp)).toHaveLength(1);
  });

  test("but where it was disabled for the next boot and goes on, or was started by hand", async () => {
    router.init("enable");
    router.init("boot");
    router.init("disable");
    expect(await hook(wanUp)).toHaveLength(1);
    router.init("stop");
    expect(await hook(wanUp)).toEqual([]);
    router.init("start");
    await router.idle();
    expect(await hook(wanUp)).toHaveLength(1);
  });
});

describe("in doubt it lets the program look", () => {
  test("a broken configuration", async () => {
    router.write("etc/config/lambda-ddns", "config service 'home\n");
    expect(await hook(wanUp)).toHaveLength(1);
  });

  test("no configuration", async () => {
    rmSync(router.path("etc/config/lambda-ddns"));
    expect(await hook(wanUp)).toHaveLength(1);
  });

  test("a bus that does not answer", async () => {
    router.write("tmp/stand-ins/ubus", "fail\n");
    expect(await hook({ ACTION: "ifup", INTERFACE: "wan6", DEVICE: "eth1" })).toHaveLength(1);
  });

  test("an event without a device", async () => {
    expect(await hook({ ACTION: "ifup", INTERFACE: "lan" })).toEqual([
      "update --trigger ifup --interface lan",
    ]);
  });
});

describe("nothing blocks ifup", () => {
  test.each([
    ["qjs", wanUp],
    ["uci", wanUp],
    ["ubus", { ACTION: "ifup", INTERFACE: "wan6", DEVICE: "eth1" }],
  ])("a %s that never ends", async (program, event) => {
    router.write(`tmp/stand-ins/${program}`, "hang\n");
    const { code, milliseconds } = router.hotplug("iface", event);
    expect(code).toBe(0);
    // It would be 20,000, the harness's own limit, if the hook waited for it.
    expect(milliseconds).toBeLessThan(10_000);
    await until(() => router.processes().length > 0);
  });

  test("a package half removed", async () => {
    rmSync(router.path("usr/lib/lambda-ddns"), { recursive: true });
    expect(await hook(wanUp)).toEqual([]);
  });

  test("none of its open descriptors are passed on", async () => {
    const inherited = router.path("tmp/netifd");
    router.write("tmp/netifd", "");
    const script = `exec 4>>${inherited} 7<${inherited} 23>>${inherited} 1000>${inherited}; . ${router.path("sbin/hotplug-call")} iface`;
    router.write("tmp/netifd.sh", script);
    router.run([router.path("tmp/netifd.sh"), "iface"], wanUp);
    await router.idle();
    const [run] = router.runs();
    const own = [router.path("tmp/bin/qjs"), "programs/qjs"]; // the script that the stand-in reads
    expect(run?.open.filter((one) => !own.some((path) => one.endsWith(path))).sort()).toEqual([
      "0=/dev/null",
      "1=/dev/null",
      "2=/dev/null",
      `9=${router.path("var/lock/lambda-ddns.running")}`,
    ]);
  });
});
