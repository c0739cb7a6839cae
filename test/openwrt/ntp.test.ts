// hotplug.d/ntp with the environments that busybox ntpd sets: the first good clock starts one run, later ones none.
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect } from "vitest";
import { testWith } from "./able.ts";
import { until } from "./processes.ts";
import { CONFIG, makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "flock");

let router: Router;

beforeEach(() => {
  router = makeRouter();
});
afterEach(() => router.remove());

/** Runs the hook for each event, `ACTION` or `ACTION STRATUM`, and counts the runs that it starts. */
async function runs(...events: string[]): Promise<number[]> {
  const counts: number[] = [];
  for (const event of events) {
    const [ACTION = "", stratum = "3"] = event.split(" ");
    rmSync(router.path("tmp/runs"), { force: true });
    const more = { ACTION, stratum, freq_drift_ppm: "0", poll_interval: "32", offset: "0.1" };
    expect(router.hotplug("ntp", more)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    await router.idle();
    expect(router.runs().every(({ words }) => words === "update --trigger clock")).toBe(true);
    counts.push(router.runs().length);
  }
  return counts;
}

test("the first good clock wakes, and every step", async () => {
  expect(await runs("periodic", "stratum 16", "step", "stratum", "periodic", "stratum", "step")).toEqual([
    0, 0, 1, 0, 0, 0, 1,
  ]);
});

test("without a step the first stratum wakes; after unsync the next one", async () => {
  expect(await runs("stratum", "stratum", "unsync", "stratum")).toEqual([1, 0, 0, 1]);
});

test("nothing for a service that is off, and nothing blocks ntpd", async () => {
  router.write("etc/config/lambda-ddns", CONFIG.replaceAll("enabled '1'", "enabled '0'"));
  expect(await runs("step")).toEqual([0]);
  router.write("etc/config/lambda-ddns", CONFIG);
  router.write("tmp/stand-ins/qjs", "hang\n");
  expect(router.hotplug("ntp", { ACTION: "step" }).milliseconds).toBeLessThan(10_000);
  await until(() => router.runs().length === 1);
});

test("without /var/run it is made, for root alone", async () => {
  rmSync(router.path("var/run"), { recursive: true });
  expect(await runs("stratum", "stratum")).toEqual([1, 0]);
  expect(router.run(["-c", `ls -ld ${router.path("var/run/lambda-ddns")}`]).stdout).toMatch(/^drwx------ /);
});

test("where no state can be written it wakes all the same", async () => {
  router.write("var/run/lambda-ddns", "in the way");
  expect(await runs("step", "stratum")).toEqual([1, 1]);
});
