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
    const pid = router.read("var/lock/lambda-ddns.running").trim();
    router.run(["-c", `kill -9 ${pid} $(pgrep -P ${pid})`]);
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

describe("update --detach", () => {
  const detach = (...more: string[]) => router.run([wrapper(), "update", "--detach", ...more]);

  test("hands over and returns while the update hangs; whoever reads its output to the end is not kept waiting", async () => {
    router.write("tmp/stand-ins/qjs", "hang\n");
    // The harness reads both to their ends: an open copy would keep it waiting until its limit.
    const { code, stdout, stderr, milliseconds } = detach("home");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(milliseconds).toBeLessThan(10_000);
    await until(() => runs().length === 1);
    expect(runs()).toEqual(["update --detached home"]);
    expect(router.processes().length).toBeGreaterThan(0);
  });

  test("nothing holds the caller's output any more by the time that it returns", () => {
    // The moment at which a slow machine shows it: the part that closes takes its time.
    const slow = router.read("usr/lib/lambda-ddns/functions.sh");
    router.write("usr/lib/lambda-ddns/functions.sh", slow.replace("for fd in", "sleep 1\n\tfor fd in"));
    expect(router.read("usr/lib/lambda-ddns/functions.sh")).not.toBe(slow);
    router.write(
      "tmp/caller.sh",
      `mkfifo ${router.root}/tmp/pipe
exec 7<>${router.root}/tmp/pipe
${wrapper()} update --detach > ${router.root}/tmp/pipe 6>&1
for fd in /proc/[0-9]*/fd/[16]; do
	case "$(readlink "$fd" 2> /dev/null)" in *"${router.root}/tmp/pipe") echo "$fd" ;; esac
done`,
    );
    expect(router.run([router.path("tmp/caller.sh")])).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test("its trouble goes to syslog; what keeps it from starting is told at once", async () => {
    router.write("tmp/bin/qjs", "#!/bin/sh\nkill -9 $$\n");
    expect(detach()).toMatchObject({ code: 0, stderr: "" });
    await until(() => router.lines("tmp/syslog").length === 1);
    expect(router.lines("tmp/syslog")[0]).toMatch(
      /^daemon\.err lambda-ddns: the program was killed by signal 9/,
    );
    rmSync(router.path("tmp/bin/qjs"));
    expect(detach()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^lambda-ddns: qjs is missing/),
    });
    expect(router.lines("tmp/syslog")).toHaveLength(1);
  });

  test("only an update is handed over", () => {
    router.run([wrapper(), "update", "--detach", "--dry-run"]);
    router.run([wrapper(), "status", "--detach"]);
    expect(runs()).toEqual(["update --detached --dry-run", "status --detach"]);
  });
});

describe("one clear line, exit 1, and syslog unless a person sees it", () => {
  const trouble = (words: readonly string[]) => {
    const { code, stderr } = router.run([wrapper(), ...words]);
    return { code, stderr, syslog: router.lines("tmp/syslog") };
  };
  const engine = (script: string): void => {
    router.write("tmp/bin/qjs", `#!/bin/sh\n${script}\n`);
    chmodSync(router.path("tmp/bin/qjs"), 0o755);
  };

  test.each([9, 11])("an engine that dies by signal %d", (signal) => {
    engine(`kill -${signal} $$`);
    const line = `the program was killed by signal ${signal} (9: out of memory, as a rule); the next run tries again`;
    const { code, stderr, syslog } = trouble(UPDATE);
    expect({ code, syslog }).toEqual({ code: 1, syslog: [`daemon.err lambda-ddns: ${line}`] });
    expect(stderr).toContain(`lambda-ddns: ${line}\n`);
  });

  test.each([
    [
      "127",
      "Error loading shared library libatomic.so.1: No such file or directory (needed by /usr/bin/qjs)",
    ],
    ["1", "SyntaxError: unexpected end of string"],
  ])("an engine that is there and does not start (%s)", (status, words) => {
    engine(`echo "${words}" >&2; echo "    at <anonymous>" >&2; exit ${status}`);
    const { code, syslog } = trouble(UPDATE);
    expect({ code, syslog }).toEqual({
      code: 1,
      syslog: [`daemon.err lambda-ddns: the program does not start: ${words}`],
    });
  });

  test.each([0, 1, 2, 3, 143])(
    "nothing where the program ends with %d of its own, or someone ended it",
    (status) => {
      engine(`[ "$3" = --version ] && exit 0; exit ${status}`);
      expect(trouble(UPDATE)).toEqual({ code: status, stderr: "", syslog: [] });
    },
  );

  test("a person sees the engine's own words and status, and no shell stays behind it", () => {
    engine('echo "words" >&2; kill -9 $$');
    expect(trouble(["update"])).toEqual({ code: null, stderr: "words\n", syslog: [] });
  });

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
