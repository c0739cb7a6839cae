// One runs, at most one waits, and the waiting one sees everything: 200 events at random moments, started in every way.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect } from "vitest";
import { testWith } from "./able.ts";
import { makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "flock");

const EVENTS = 200;
const SEED = 20_260_101;

let router: Router;

beforeEach(() => {
  router = makeRouter({ programs: ["ubus", "uci", "qjs"] });
  router.write("tmp/export", "package lambda-ddns\n\nconfig service 'home'\n\toption interface 'wan'\n");
});
afterEach(() => router.remove());

/** Numbers in 0…1 that depend on the seed alone. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test(`${EVENTS} events (seed ${SEED}): the last published address is the last announced one, and no two meet`, async () => {
  const random = randomFrom(SEED);
  const update = [router.path("usr/bin/lambda-ddns"), "update"];
  const wan = { ACTION: "ifupdate", IFUPDATE_ADDRESSES: "1", INTERFACE: "wan", DEVICE: "eth1" };
  const starts = [
    () => router.start([router.path("sbin/hotplug-call"), "iface"], wan),
    () => router.start([router.path("sbin/hotplug-call"), "iface"], { ...wan, INTERFACE: "wan6" }),
    () => router.start([...update, "--trigger", "timer"]),
    () => router.start(update),
  ];
  for (let event = 1; event <= EVENTS; event++) {
    router.write("tmp/world", `${event}\n`);
    // A run lasts from nothing to some 60 ms: shorter and longer than the pauses.
    router.write("tmp/stand-ins/qjs", `${(random() * 0.06).toFixed(3)}\n`);
    starts[Math.floor(random() * starts.length)]?.();
    if (random() < 0.6) await sleep(random() * 60);
  }
  await router.idle();
  expect(router.read("tmp/published")).toBe(`${EVENTS}\n`);
  const runs = router.runs().map(({ words }) => words);
  expect(runs).not.toContain("overlap");
  // Some left because another waited for them, or nothing was shown.
  expect(runs.length).toBeGreaterThan(20);
  expect(runs.length).toBeLessThan(EVENTS);
});

test("the storm's own check can fail: without locks, runs meet", async () => {
  appendFileSync(router.path("tmp/stand-ins/qjs"), "0.2\n");
  const bare = [router.path("tmp/bin/qjs"), "-m", "x", "update"];
  for (let count = 0; count < 3; count++) router.start(bare);
  await router.idle();
  expect(router.runs().map(({ words }) => words)).toContain("overlap");
});
