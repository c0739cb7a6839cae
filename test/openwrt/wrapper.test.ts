// The wrapper's locks and its words: one runs, one waits, a third leaves; what is missing is said in one line.
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { testWith } from "./able.ts";
import { until } from "./processes.ts";
import { makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "flock");

let router: Router;
const UPDATE = ["update", "--trigger", "timer"];

const wrapper = (): string => router.path("usr/bin/lambda-ddns");
const runs = (): string[] => router.runs().map(({ words }) => words);

beforeEach(() => {
  router = makeRouter();
});
afterEach(() => router.remove());

describe("words", () => {
  test("reach the program as they are, and its exit code comes back", () => {
    router.write("tmp/bin/qjs", '#!/bin/sh\nprintf "<%s>" "$@"\nexit 3\n');
    chmodSync(router.path("tmp/bin/qjs"), 0o755);
    const { code, stdout, stderr } = router.run([wrapper(), "update", "a b", "*", "--interface", "wan"]);
    const bundle = router.path("usr/lib/lambda-ddns/lambda-ddns.js");
    expect({ code, stdout, stderr }).toEqual({
      code: 3,
      stdout: `<-m><${bundle}><update><a b><*><--interface><wan>`,
      stderr: "",
    });
  });

  test("the standalone is taken where it is installed", () => {
    router.write("usr/lib/lambda-ddns/lambda-ddns", "#!/bin/sh\necho standalone $*\n");
    chmodSync(router.path("usr/lib/lambda-ddns/lambda-ddns"), 0o755);
    expect(router.run([wrapper(), "status", "--json"]).stdout).toBe("standalone status --json\n");
  });
});

describe("locks", () => {
  const hold = async (): Promise<void> => {
    router.write("tmp/stand-ins/qjs", "hang\n");
    router.start([wrapper(), ...UPDATE]);
    await until(() => runs().length === 1);
    rmSync(router.path("tmp/stand-ins/qjs"));
  };
  const killRunning = (): void => {
    process.kill(Number(router.read("var/lock/lambda-ddns.running")), "SIGKILL");
  };

  test.each([
    ["status"],
    ["check"],
    ["address"],
    ["--version"],
    ["update", "--dry-run"],
    ["update", "--help"],
  ])("%s %s takes none", async (...words) => {
    await hold();
    expect(router.run([wrapper(), ...words.filter((word) => word)]).code).toBe(0);
    expect(runs()).toHaveLength(2);
  });

  test("a second start waits until the first has died, however it dies", async () => {
    await hold();
    router.start([wrapper(), ...UPDATE]);
    await until(
      () => router.read("var/lock/lambda-ddns.waiting") !== router.read("var/lock/lambda-ddns.running"),
    );
    expect(runs()).toHaveLength(1);
    killRunning();
    await until(() => runs().length === 2);
    await router.idle();
    expect(runs()).not.toContain("overlap");
  });

  test("a third start leaves with 0, silently unless a person sees it", async () => {
    await hold();
    router.start([wrapper(), ...UPDATE]);
    await until(
      () => router.read("var/lock/lambda-ddns.waiting") !== router.read("var/lock/lambda-ddns.running"),
    );
    const third = router.run([wrapper(), ...UPDATE]);
    expect([third.code, third.stderr]).toEqual([0, ""]);
    const byHand = router.run([wrapper(), "update"]);
    expect(byHand.code).toBe(0);
    expect(byHand.stderr).toMatch(/^lambda-ddns: one update is running and another one waits already.*\n$/);
    killRunning();
    await router.idle();
    expect(runs()).toHaveLength(2);
  });

  test.each([
    ["some services", "update", "home"],
    ["a line", "update", "--interface", "wan"],
    ["force", "update", "--force"],
  ])("by hand for %s waits beside: no event leaves for it, nor it for an event", async (_, ...words) => {
    await hold();
    const first = router.start([wrapper(), ...words]);
    router.start([wrapper(), ...UPDATE]);
    await until(
      () => router.read("var/lock/lambda-ddns.waiting") !== router.read("var/lock/lambda-ddns.running"),
    );
    expect(router.read("var/lock/lambda-ddns.waiting")).not.toBe(`${first.pid}\n`);
    router.start([wrapper(), ...words]);
    await sleep(200);
    killRunning();
    await router.idle();
    expect(runs().slice(1).sort()).toEqual([words.join(" "), words.join(" "), UPDATE.join(" ")].sort());
  });

  test("a killed waiting one frees its place", async () => {
    await hold();
    const waiting = router.start([wrapper(), ...UPDATE]);
    await until(() => router.read("var/lock/lambda-ddns.waiting") === `${waiting.pid}\n`);
    waiting.kill("SIGKILL");
    await once(waiting, "exit");
    router.start([wrapper(), "update", "--trigger", "ifup"]);
    await until(() => router.read("var/lock/lambda-ddns.waiting") !== `${waiting.pid}\n`);
    killRunning();
    await until(() => runs().length === 2);
    expect(runs()[1]).toBe("update --trigger ifup");
  });

  test("the program inherits the lock of the running one, not that of the waiting one", () => {
    router.run([wrapper(), "update"]);
    const locks = router.runs()[0]?.open.filter((one) => one.includes("/var/lock/"));
    expect(locks).toEqual([`9=${router.path("var/lock/lambda-ddns.running")}`]);
  });
});

describe("one clear line, exit 1, and syslog unless a person sees it", () => {
  const trouble = (words: readonly string[]) => {
    const { code, stderr } = router.run([wrapper(), ...words]);
    return { code, stderr, syslog: router.lines("tmp/syslog") };
  };

  test("no qjs", () => {
    rmSync(router.path("tmp/bin/qjs"));
    const line = "qjs is missing: install quickjs, or lambda-ddns-standalone in place of lambda-ddns";
    expect(trouble(UPDATE)).toEqual({
      code: 1,
      stderr: `lambda-ddns: ${line}\n`,
      syslog: [`daemon.err lambda-ddns: ${line}`],
    });
  });

  test("by hand syslog stays clean", () => {
    rmSync(router.path("tmp/bin/qjs"));
    expect(trouble(["check"])).toMatchObject({ code: 1, syslog: [] });
    expect(trouble(["update", "--trigger=manual"])).toMatchObject({ code: 1, syslog: [] });
  });

  test("no bundle", () => {
    rmSync(router.path("usr/lib/lambda-ddns/lambda-ddns.js"));
    expect(trouble(["status"]).stderr).toMatch(/lambda-ddns\.js is missing: install the package again\n$/);
  });

  test("nowhere to put a lock", () => {
    rmSync(router.path("var/lock"), { recursive: true });
    router.write("var/lock", "a file in the way");
    const { code, stderr } = trouble(UPDATE);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^lambda-ddns: cannot write in \S+\/var\/lock, so this run cannot be kept from .*\n$/,
    );
    expect(runs()).toEqual([]);
  });

  test("a missing /var/lock is made", () => {
    rmSync(router.path("var"), { recursive: true });
    mkdirSync(router.path("var"));
    expect(trouble(UPDATE)).toEqual({ code: 0, stderr: "", syslog: [] });
    expect(runs()).toHaveLength(1);
  });
});
