// The shipped bundle in each of the recorded surroundings: what it publishes, that nothing of another line's is published, with
// how many requests, and what it says of it.
import { afterAll, describe, expect, it } from "vitest";
import { deviceOf, SURROUNDINGS, type Surrounding } from "./data.ts";
import { dueFor, judgeAddress, judgeFirst, judgeLater, judgeStatus } from "./judge.ts";
import { sourcesOn, unboundExit } from "./kernel.ts";
import { makeRouter, type Setup } from "./router.ts";

const ALL = ["curl", "uclient-fetch", "ip"] as const;

/** `whole`: a later look and `status` besides the first look. */
const SETUPS: readonly (Setup & { whole?: true })[] = [
  { name: "curl", programs: ["curl", "ip"], whole: true },
  { name: "uclient-fetch", programs: ["uclient-fetch", "ip"], whole: true },
  { name: "both", programs: ALL },
  { name: "uclient-fetch without ip", programs: ["uclient-fetch"] },
  { name: "ip_source web", programs: ALL, ipSource: "web" },
  { name: "ip_source network", programs: ALL, ipSource: "network" },
];

/** Setups that matter in some surroundings only. */
function moreSetups(given: Surrounding): (typeof SETUPS)[number][] {
  const more: (typeof SETUPS)[number][] = [];
  const devices = new Set(given.expect.map((row) => deviceOf(given, row.interface)));
  if (devices.size > 1) {
    more.push({ name: "one URL", programs: ALL, oneUrl: true });
    more.push({ name: "one URL, uclient-fetch", programs: ["uclient-fetch", "ip"], oneUrl: true });
  }
  const sources = [...devices].map((device) => sourcesOn(given, "ipv6", device).length);
  if (Math.max(...sources) > 1)
    more.push({ name: "the kernel takes the other source", programs: ALL, choice: 1, whole: true });
  // mwan3 marks what is bound to nothing, and `ip route get` knows of no mark.
  if (given.name.startsWith("27-"))
    more.push({ name: "marked for another line", programs: ALL, marked: "wwan0" });
  return more;
}

const held = { rows: 0, right: 0 };

/** Looks twice; one complaint a row at most. */
async function complaints(given: Surrounding, setup: (typeof SETUPS)[number]): Promise<string[]> {
  const router = makeRouter(given, setup);
  await router.run("update", "--trigger", "ifup");
  const first = router.requests();
  const published = given.expect.map((row, index) => router.published(index, row.family));
  const shown = setup.whole ? JSON.parse((await router.run("status", "--json")).stdout).services : [];
  router.os.advance(3700);
  if (setup.whole) await router.run("update", "--trigger", "timer");
  const later = router.requests();
  return given.expect.flatMap((row, index) => {
    const of = (requests: typeof first) => requests.filter((one) => one.row === index);
    const due = dueFor(given, setup, row);
    const before = published[index] ?? null;
    const complaint =
      judgeAddress(given, row, due, router.published(index, row.family)) ??
      // With one URL nobody can tell whose question it was.
      (setup.oneUrl ? null : judgeFirst(due, of(first))) ??
      (setup.whole ? judgeStatus(due, before, shown[index]) : null) ??
      (setup.whole ? judgeLater(due, before, of(later)) : null);
    held.rows += 1;
    if (complaint === null) held.right += 1;
    const where = `${given.name}, ${row.interface} ${row.family}, ${setup.name}`;
    return complaint === null ? [] : `${where}: ${complaint} (${row.why})`;
  });
}

describe("the recorded surroundings", () => {
  it.each(SURROUNDINGS.map((one) => [one.name, one] as const))(
    "agree with the model of the kernel: %s",
    (_, given) => {
      const exits = (["ipv4", "ipv6"] as const).map((family) => unboundExit(given, family));
      expect(exits.map((exit) => (exit === null ? [] : [exit]))).toEqual([
        given.unbound_exit4,
        given.unbound_exit6,
      ]);
    },
  );
});

describe("the shipped bundle", () => {
  afterAll(() => console.log(`surroundings: ${held.right} of ${held.rows} rows are right`));
  it.each(SURROUNDINGS.map((one) => [one.name, one.setting, one] as const))(
    "%s: %s",
    async (_, __, given) => {
      const all: string[] = [];
      for (const setup of [...SETUPS, ...moreSetups(given)]) all.push(...(await complaints(given, setup)));
      expect(all).toEqual([]);
    },
  );
});
