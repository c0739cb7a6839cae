// `make simulate-fleet`: storms of 1,000, 10,000 and 100,000 routers, with and without the queue, beside the sample's way.
import { isMain } from "../../src/server/is-main.ts";
import { type Result, type Storm, simulate, type Way } from "./fleet.ts";

/** List prices in dollars, us-east-1, on demand: see docs/fleet.md. */
const PRICE = { invocation: 0.2e-6, gigabyteSecond: 13.3334e-6, read: 0.125e-6, write: 0.625e-6 };
const FUNCTION_GB = 0.5;

/** What a storm costs in dollars; Route 53's calls and the stream cost nothing. */
export function costOf({ spent }: Result): number {
  const { invocations, drains, busyMs, readUnits, writeUnits } = spent;
  const lambda =
    (invocations + drains) * PRICE.invocation + (busyMs / 1000) * FUNCTION_GB * PRICE.gigabyteSecond;
  return lambda + readUnits * PRICE.read + writeUnits * PRICE.write;
}

/** Seconds as minutes, or as hours where they are many. */
export function inMinutes(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export const HEAD = [
  "routers",
  "way",
  "half",
  "90 %",
  "all",
  "told",
  "attempts",
  "Route 53 calls (throttled)",
  "read units",
  "write units",
  "cost",
  "laws broken",
];

/** A result as cells under HEAD. */
export function cellsOf(result: Result): string[] {
  const { storm, half, most, all, told, attempts, spent, brokenLaws } = result;
  const count = (value: number) => value.toLocaleString("en-US");
  return [
    count(storm.routers),
    storm.way,
    ...[half, most, all, told].map(inMinutes),
    count(attempts),
    `${count(spent.route53Calls)} (${count(spent.route53Throttled)})`,
    count(spent.readUnits),
    count(spent.writeUnits),
    `$${costOf(result).toFixed(2)}`,
    count(brokenLaws.length),
  ];
}

async function main(): Promise<number> {
  const ways: readonly Way[] = ["queue", "no queue", "sample"];
  let broken = 0;
  process.stdout.write(`| ${HEAD.join(" | ")} |\n|${HEAD.map(() => "---").join("|")}|\n`);
  for (const routers of [1_000, 10_000, 100_000]) {
    for (const way of ways) {
      const storm: Storm = { routers, way, client: "uclient-fetch", returnSeconds: 60, seed: 1 };
      const startMs = Date.now();
      // No line for minutes would look like a hang.
      const alive = setInterval(() => process.stderr.write(`${routers} routers, ${way} …\n`), 4_000);
      const result = await simulate(storm);
      clearInterval(alive);
      broken += result.brokenLaws.length;
      process.stdout.write(`| ${cellsOf(result).join(" | ")} |\n`);
      for (const law of result.brokenLaws.slice(0, 10)) process.stderr.write(`broken: law ${law}\n`);
      process.stderr.write(`${routers} routers, ${way}: ${((Date.now() - startMs) / 1000).toFixed(1)} s\n`);
    }
  }
  return broken === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) process.exitCode = await main();
