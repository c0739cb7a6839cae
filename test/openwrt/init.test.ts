// The init script against a stand-in for rc.common that asks procd by the same ubus calls: what is asked, and when not.
import { chmodSync, linkSync, rmSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { testWith } from "./able.ts";
import { until } from "./processes.ts";
import { CONFIG, makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "flock");

let router: Router;

beforeEach(() => {
  router = makeRouter();
});
afterEach(() => router.remove());

/** Every call of procd so far: its method and message. */
function calls(): { method: string; message: Record<string, unknown> }[] {
  return router.lines("tmp/procd").map((line) => {
    const blank = line.indexOf(" ");
    return { method: line.slice(0, blank), message: JSON.parse(line.slice(blank)) };
  });
}

/** The delay in the last registration; undefined where it registered no instance. */
function registeredDelay(): string | undefined {
  const instances = calls().at(-1)?.message["instances"] as Record<string, { respawn: string[] }>;
  return instances["look"]?.respawn[1];
}

/** What ran, but for the dry runs by which `start` tells the terminal what is wrong. */
const words = (): string[] =>
  router
    .runs()
    .map((run) => run.words)
    .filter((one) => !one.includes("--dry-run"));

describe("start", () => {
  test("asks procd for one instance that ends and comes again, and for config.change", () => {
    expect(router.init("boot")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(calls()).toEqual([
      {
        method: "set",
        message: {
          name: "lambda-ddns",
          script: "/etc/init.d/lambda-ddns",
          instances: {
            look: {
              command: ["/usr/bin/lambda-ddns", "update", "--trigger", "timer"],
              respawn: ["0", "600", "0"],
              // SIGURG on this machine: a run that changes its own definition is not killed for it.
              reload_signal: 23,
            },
          },
          triggers: [
            [
              "config.change",
              ["if", ["eq", "package", "lambda-ddns"], ["run_script", "/etc/init.d/lambda-ddns", "reload"]],
              1000,
            ],
          ],
        },
      },
    ]);
    expect(router.read("var/run/lambda-ddns/timer")).toBe("600\n");
    expect(statSync(router.path("var/run/lambda-ddns")).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["'45'", "45"],
    ["'5'", "600"],
    ["'often'", "600"],
    ["'900000'", "604800"],
  ])("check_interval %s becomes %s s", (written, seconds) => {
    router.write(
      "etc/config/lambda-ddns",
      CONFIG.replace("'1'\n", `'1'\n\toption check_interval ${written}\n`),
    );
    router.init("boot");
    expect(registeredDelay()).toBe(seconds);
  });

  test.each([
    ["disabled", CONFIG.replace("enabled '1'", "enabled '0'"), []],
    ["nothing enabled", CONFIG.replace("'home'\n\toption enabled '1'", "'home'\n\toption enabled '0'"), []],
    ["broken", "config service 'home\n", [/^daemon.err lambda-ddns: not started: .*ddns: uci: Parse error/]],
    ["missing", "", [/^daemon.err lambda-ddns: not started: .*config\/lambda-ddns: uci: Entry not found/]],
  ])("%s: no instance, and it still hears of changes", (_, text, syslog) => {
    if (text) router.write("etc/config/lambda-ddns", text);
    else rmSync(router.path("etc/config/lambda-ddns"));
    const { code, stderr } = router.init("start");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "lambda-ddns: not started\n" });
    expect(calls()[0]?.message).toMatchObject({ instances: {}, triggers: [expect.anything()] });
    expect(router.has("var/run/lambda-ddns/timer")).toBe(false);
    expect(words()).toEqual([]);
    expect(router.lines("tmp/syslog")).toEqual(syslog.map((line) => expect.stringMatching(line)));
  });

  test("by hand, and reload: a run behind the one that may have read the old configuration; never at boot", async () => {
    router.init("boot");
    await router.idle();
    expect(words()).toEqual([]);
    for (const command of ["start", "reload", "restart"]) {
      expect(router.init(command).code).toBe(0);
      await router.idle();
    }
    expect(words()).toEqual(Array(3).fill("update --trigger reload"));
  });

  test("returns while that run hangs, and holds no pipe of the package manager", async () => {
    router.write("tmp/stand-ins/qjs", "hang\n");
    // The harness reads stdout to its end: an open copy would keep it waiting until its limit.
    expect(router.init("start")).toMatchObject({ code: 0 });
    await until(() => words().length === 1);
    expect(router.processes().length).toBeGreaterThan(0);
    expect(router.init("start")).toMatchObject({ code: 0 });
  });

  test("switched off by a reload: the instance goes", () => {
    router.init("boot");
    router.write("etc/config/lambda-ddns", CONFIG.replace("enabled '1'", "enabled '0'"));
    router.init("reload");
    expect(registeredDelay()).toBeUndefined();
    expect(router.has("var/run/lambda-ddns/timer")).toBe(false);
  });
});

describe("the terminal hears from start what keeps the service from working", () => {
  const engine = (script: string): void => {
    router.write("tmp/bin/qjs", `#!/bin/sh\n${script}\n`);
    chmodSync(router.path("tmp/bin/qjs"), 0o755);
  };

  test.each(["start", "reload", "restart"])(
    "by %s: in the program's words, without its decisions",
    async (command) => {
      engine('case "$*" in *--dry-run*) echo "error: section" >&2; echo "decision";; esac');
      expect(router.init(command)).toMatchObject({ code: 0, stdout: "", stderr: "error: section\n" });
      await router.idle();
    },
  );

  test("no qjs", async () => {
    rmSync(router.path("tmp/bin/qjs"));
    expect(router.init("start").stderr).toMatch(/^lambda-ddns: qjs is missing: install quickjs.*\n$/);
    await router.idle();
  });

  test("not at boot, nor where nobody listens, as with procd's triggers", async () => {
    router.init("boot");
    const init = `${router.path("etc/rc.common")} ${router.path("etc/init.d/lambda-ddns")}`;
    router.run(["-c", `${router.path("tmp/bin/sh")} ${init} reload 2> /dev/null`]);
    await router.idle();
    expect(router.runs().map((run) => run.words)).toEqual(["update --trigger reload"]);
  });
});

describe("again", () => {
  test("moves the delay, and a start that falls into the run keeps it", () => {
    router.init("boot");
    expect(router.init("again", "60")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(registeredDelay()).toBe("60");
    router.init("boot");
    expect(registeredDelay()).toBe("60");
    router.init("again", "600");
    expect(registeredDelay()).toBe("600");
  });

  test("asks procd for 10 s at least, and keeps what was asked, so that the client asks once", () => {
    router.init("boot");
    router.init("again", "1");
    expect(registeredDelay()).toBe("10");
    expect(router.read("var/run/lambda-ddns/timer")).toBe("1\n");
  });

  test("replaces the note of the delay, and never writes into it: a full disk would leave it empty", () => {
    router.init("boot");
    linkSync(router.path("var/run/lambda-ddns/timer"), router.path("tmp/noted"));
    router.init("again", "60");
    expect(router.read("var/run/lambda-ddns/timer")).toBe("60\n");
    expect(router.read("tmp/noted")).toBe("600\n");
  });

  test("restart begins anew", async () => {
    router.init("boot");
    router.init("again", "60");
    router.init("restart");
    expect(registeredDelay()).toBe("600");
    await router.idle();
  });

  test("starts nothing that was stopped", () => {
    router.init("boot");
    router.init("stop");
    const before = calls().length;
    expect(router.init("again", "60").code).toBe(0);
    expect(calls()).toHaveLength(before);
  });

  test.each([[""], ["soon"], ["-5"], ["1.5"]])("'%s' is no delay", (seconds) => {
    router.init("boot");
    expect(router.init("again", seconds)).toMatchObject({
      code: 2,
      stderr: "usage: /etc/init.d/lambda-ddns again SECONDS\n",
    });
    expect(calls()).toHaveLength(1);
  });
});

describe("stop", () => {
  test("ends the running one and the waiting one, whoever started them", async () => {
    router.init("boot");
    router.write("tmp/stand-ins/qjs", "hang\n");
    const wrapper = router.path("usr/bin/lambda-ddns");
    router.start([wrapper, "update", "--trigger", "ifup"]);
    await until(() => words().length === 1);
    const waiting = router.start([wrapper, "update", "--trigger", "clock"]);
    await until(() => router.read("var/lock/lambda-ddns.waiting") === `${waiting.pid}\n`);
    expect(router.init("stop").code).toBe(0);
    await router.idle();
    expect(words()).toHaveLength(1);
    expect(calls().at(-1)).toEqual({ method: "delete", message: { name: "lambda-ddns" } });
  });

  test("ends what they started as well", async () => {
    const child = router.path("tmp/child");
    router.write("tmp/bin/qjs", `#!/bin/sh\nsleep 600 &\necho $! > ${child}\nwait\n`);
    chmodSync(router.path("tmp/bin/qjs"), 0o755);
    router.start([router.path("usr/bin/lambda-ddns"), "update", "--trigger", "timer"]);
    await until(() => router.has("tmp/child"));
    expect(router.init("stop").code).toBe(0);
    await router.idle();
    expect(router.lines("tmp/syslog")).toEqual([]);
  });

  test.each([
    ["", ""],
    [", where there is no flock to tell", "#!/bin/sh\nexit 127\n"],
  ])("hits nobody who has the number of one that ended%s", (_, flock) => {
    const other = router.start(["-c", "sleep 60"]);
    router.write("var/lock/lambda-ddns.running", `${other.pid}\n`);
    if (flock) {
      router.write("tmp/bin/flock", flock);
      chmodSync(router.path("tmp/bin/flock"), 0o755);
    }
    expect(router.init("stop").code).toBe(0);
    expect(router.processes()).toContain(other.pid);
  });
});

test("where no state can be written, start says so, and start and stop still reach procd", async () => {
  router.write("var/run/lambda-ddns", "in the way");
  const run = router.path("var/run/lambda-ddns");
  expect(router.init("start")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `lambda-ddns: cannot write in ${run}, so nothing can be sent\n`,
  });
  expect(registeredDelay()).toBe("600");
  expect(router.init("stop")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(calls().at(-1)?.method).toBe("delete");
  await router.idle();
});

describe("for people", () => {
  test("status: what the program says, and the timer; 3 where it is not started", () => {
    expect(router.init("status")).toMatchObject({ code: 3, stdout: "not started\n" });
    router.init("boot");
    router.init("again", "45");
    expect(router.init("status")).toMatchObject({
      code: 0,
      stdout: "started: looks on every WAN change, and 45 s after the last look\n",
    });
    expect(words()).toEqual(["status", "status"]);
  });

  test("status does not say that all is well where the program cannot run", () => {
    router.init("boot");
    rmSync(router.path("tmp/bin/qjs"));
    const { code, stdout, stderr } = router.init("status");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "started, and cannot work: see above\n" });
    expect(stderr).toMatch(/^lambda-ddns: qjs is missing: install quickjs/);
  });

  test("without qjs every look leaves one line in syslog, and a reload, which looks once, no second one", async () => {
    rmSync(router.path("tmp/bin/qjs"));
    router.init("boot");
    router.run([router.path("usr/bin/lambda-ddns"), "update", "--trigger", "timer"]);
    expect(router.lines("tmp/syslog")).toHaveLength(1);
    router.init("reload");
    await router.idle();
    expect(router.lines("tmp/syslog")).toHaveLength(2);
  });

  test.each(["update", "check"])("%s becomes the program, without procd's lock", (command) => {
    router.init("boot");
    expect(router.init(command, "home").code).toBe(0);
    expect(words()).toEqual([`${command} home`]);
    expect(router.runs()[0]?.open.filter((one) => one.includes("procd_"))).toEqual([]);
  });
});
