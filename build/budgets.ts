// What the product may weigh, as a list of budgets with their reason; refuses a product that is over one, or that is not there to be weighed.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unchangedInstructions } from "../test/bench/unchanged.ts";
import { MOST_BUNDLE_BYTES } from "./script/build.ts";
import { hasEngineSource } from "./standalone/engine.ts";
import { targetNamed } from "./standalone/targets.ts";
import { hasZig } from "./standalone/zig.ts";
import { buildStandalone } from "./standalone.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One limit. `measure` gives the figure in `unit`, or a sentence when it cannot be taken. */
export interface Budget {
  name: string;
  most: number;
  unit: string;
  /** Why this much and no more. */
  why: string;
  measure(): number | string;
  /** Needs tools that a developer's machine may lack: without them it is named and passed over, but with CI=true it fails. */
  optional?: true;
}

/** What the unchanged run cost when it was last recorded, in qjs 2025-04-26: write a better figure here. */
const UNCHANGED_INSTRUCTIONS = 8_800_000;

function bytesOf(path: string): number | string {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.size ?? `${path} is not built`;
}

/** The part of the bundle that every run parses, as `make bundle` counted it. */
function hotBytes(): number | string {
  try {
    const { hotBytes } = JSON.parse(readFileSync(join(ROOT, "dist/bundle.json"), "utf8")) as {
      hotBytes: number;
    };
    return hotBytes;
  } catch {
    return "dist/bundle.json is missing: run make bundle";
  }
}

/** Builds the executable, which refuses by itself what is over the target's limit; fetches a compiler only in CI. */
function standaloneBytes(name: string): number | string {
  if (process.env["CI"] !== "true" && !(hasZig() && hasEngineSource())) {
    return "the cross compiler is not fetched by default: run `make standalone` once";
  }
  return statSync(buildStandalone(targetNamed(name))).size;
}

function standaloneBudget(name: string): Budget {
  return {
    name: `the standalone for ${name}`,
    most: targetNamed(name).maxBytes,
    unit: "bytes",
    why: "it is stored beside everything else in a few megabytes of flash",
    measure: () => standaloneBytes(name),
    optional: true,
  };
}

export const BUDGETS: readonly Budget[] = [
  {
    name: "the bundle",
    most: MOST_BUNDLE_BYTES,
    unit: "bytes",
    why: "routers have 8 MB of flash, and what is parsed costs 0.8 M instructions a kilobyte",
    measure: () => bytesOf("dist/lambda-ddns.js"),
  },
  {
    name: "the hot part of the bundle",
    most: 10 * 1024,
    unit: "bytes",
    why: "every run parses it, also the one that finds nothing changed",
    measure: hotBytes,
  },
  standaloneBudget("x86_64"),
  standaloneBudget("mips"),
  {
    name: "a run that finds nothing changed, in qjs",
    most: UNCHANGED_INSTRUCTIONS * 1.1,
    unit: "instructions",
    why: "a tenth more than recorded; see where they go with callgrind, or record the new figure with its reason",
    measure: unchangedInstructions,
    optional: true,
  },
];

/** A line about one budget, whether it holds, and whether it was measured at all. */
export function weigh(budget: Budget): { holds: boolean; measured: boolean; line: string } {
  const { name, most, unit, why } = budget;
  const figure = measured(budget);
  if (typeof figure === "string") {
    const holds = budget.optional === true && process.env["CI"] !== "true";
    return { holds, measured: false, line: `${name}: ${figure}` };
  }
  const holds = figure <= most;
  const line = `${name}: ${figure} ${unit}, at most ${most}${holds ? "" : ` (${why})`}`;
  return { holds, measured: true, line };
}

function measured({ measure }: Budget): number | string {
  try {
    return measure();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
