// Small storms, as `make simulate-fleet` has them: everybody is published, no law is broken, and the queue is worth what it says.
import { describe, expect, it } from "vitest";
import { encodeState } from "../../src/server/state.ts";
import { storedHost } from "../server/world.ts";
import { makeAws } from "./aws.ts";
import { makeClock } from "./clock.ts";
import { type Result, type Storm, simulate } from "./fleet.ts";
import { cellsOf, HEAD } from "./simulate-fleet.ts";

const STORM: Storm = { routers: 1_000, way: "queue", client: "uclient-fetch", returnSeconds: 60, seed: 1 };
const run = (change: Partial<Storm> = {}): Promise<Result> => simulate({ ...STORM, ...change });

describe("a storm", () => {
  it.each<Partial<Storm>>([
    { way: "queue" },
    { way: "queue", client: "curl" },
    { way: "queue", returnSeconds: 0 },
    { way: "no queue" },
    { way: "no queue", client: "curl", seed: 2 },
    { way: "sample" },
    { routers: 1 },
  ])("%j ends with everybody published, and breaks no law", async (change) => {
    const result = await run(change);
    expect(result.brokenLaws).toEqual([]);
    const { half, most, all, told, attempts, spent } = result;
    expect([half, most, all, told]).toEqual([half, most, all, told].toSorted((a, b) => a - b));
    expect(attempts).toBeGreaterThanOrEqual(result.storm.routers);
    expect(spent.route53Calls).toBeGreaterThan(0);
    expect(cellsOf(result)).toHaveLength(HEAD.length);
  });

  it("is over within what Route 53 gives out, and sooner than without the queue or the sample's way", async () => {
    const [queue, none, sample] = [await run(), await run({ way: "no queue" }), await run({ way: "sample" })];
    // A burst of 750 names, then 50 a second; the lines come back within a minute.
    expect(queue.all).toBeLessThan(90);
    expect(none.all).toBeGreaterThan(queue.all);
    expect(sample.all).toBeGreaterThan(none.all);
    expect(queue.spent.route53Calls).toBeLessThan(none.spent.route53Calls);
  });

  it("of ten thousand takes minutes with the queue: 50 names a second, less the burst", async () => {
    const { all, brokenLaws, spent } = await run({ routers: 10_000 });
    expect(brokenLaws).toEqual([]);
    expect(all).toBeGreaterThan((10_000 - 750) / 50);
    expect(all).toBeLessThan(240);
    expect(spent.route53Calls).toBeLessThan(2_000);
  }, 60_000);

  it("is the same for the same seed, and another for another", async () => {
    const [one, same, other] = [await run(), await run(), await run({ seed: 3 })];
    expect(same).toEqual(one);
    expect(other.attempts === one.attempts && other.all === one.all).toBe(false);
  });
});

it("sees a law that is broken: a name confirmed that the zone does not have", async () => {
  const clock = makeClock();
  const broken: string[] = [];
  const aws = makeAws(clock, false, (law) => void broken.push(law));
  aws.items.set("r0.dyn.example.com", storedHost());
  const times = { atSeconds: 1_800_000_000, minuteSeconds: 1_800_000_000, changes: 1 };
  const next = encodeState({
    phase: "confirmed",
    address: "12.0.0.0",
    was: null,
    target: "Z/60",
    writer: "w",
    ...times,
  });
  const swapped = aws.invoke(({ records }) => records.swap("r0.dyn.example.com", "ipv4", null, next));
  await clock.run(1_000);
  expect(await swapped).toEqual({ kind: "done" });
  expect(broken).toEqual(["13: r0.dyn.example.com is confirmed with 12.0.0.0, and the zone has undefined"]);
});
