// What the product may weigh, as a list of budgets with their reason. No budget on the raw bytes of the script: flash file
// systems and packages compress, and what the router pays for is what it parses.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pageOrder } from "../luci/order.ts";
import { ipk } from "../package/ipk.ts";
import { readOrder } from "../package/order.ts";
import { ipkProduct } from "../package/product.ts";
import { hasEngineSource } from "../standalone/engine.ts";
import { targetNamed } from "../standalone/targets.ts";
import { hasZig } from "../standalone/zig.ts";
import { buildStandalone } from "../standalone.ts";
import { sourceEpoch } from "../version.ts";
import { type CountedRun, instructions } from "./instructions.ts";

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

/** Instructions of each run as last recorded: write better figures here, and worse ones with their reason in the commit. */
const RECORDED = JSON.parse(
  readFileSync(fileURLToPath(new URL("recorded.json", import.meta.url)), "utf8"),
) as Record<CountedRun, number>;

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

function packageBytes(): number {
  return readOrder([]).reduce(
    (sum, { recipe, content }) => sum + ipk(recipe, content, sourceEpoch()).length,
    0,
  );
}

function instructionBudget(run: CountedRun, what: string): Budget {
  return {
    name: what,
    most: Math.floor(RECORDED[run] * 1.1),
    unit: "instructions",
    why: "a tenth more than recorded; see where they go with callgrind, or record the new figure with its reason",
    measure() {
      const counted = instructions();
      return typeof counted === "string" ? counted : counted[run];
    },
    optional: true,
  };
}

export const BUDGETS: readonly Budget[] = [
  {
    name: "the script's package",
    most: 44 * 1024,
    unit: "bytes",
    // 27 KB of it are the script, 4 KB Amazon's roots, 3 KB the comments of the shell scripts, which people read on the router.
    why: "that is what a router downloads, and about what it keeps in flash",
    measure: packageBytes,
  },
  {
    name: "the page's package for LuCI",
    most: 16 * 1024,
    unit: "bytes",
    // 3 KB of it are the client's own rules and sentences, so that the page says of a value what `check` says.
    why: "routers with LuCI have little flash as well",
    measure: () => ipkProduct(pageOrder()).bytes.length,
  },
  standaloneBudget("x86_64"),
  standaloneBudget("mips"),
  instructionBudget("unchanged", "a run that finds nothing changed, in qjs"),
  instructionBudget("update", "an update by one request, in qjs"),
  instructionBudget("status", "status, in qjs"),
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
