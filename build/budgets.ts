// What the product may weigh, as a list of budgets with their reason; refuses a product that is over one, or that is not there to be weighed.
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One limit. `measure` gives the figure in `unit`, or a sentence when it cannot be taken. */
export interface Budget {
  name: string;
  most: number;
  unit: string;
  /** Why this much and no more. */
  why: string;
  measure(): number | string;
}

function bytesOf(path: string): number | string {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.size ?? `${path} is not built`;
}

export const BUDGETS: readonly Budget[] = [
  {
    name: "the bundle",
    most: 32 * 1024,
    unit: "bytes",
    why: "routers have 8 MB of flash, and what is parsed costs 0.8 M instructions a kilobyte",
    measure: () => bytesOf("dist/lambda-ddns.js"),
  },
];

/** A line about one budget, and whether it holds. */
export function weigh({ name, most, unit, why, measure }: Budget): { holds: boolean; line: string } {
  const figure = measure();
  if (typeof figure === "string") return { holds: false, line: `${name}: ${figure}` };
  const holds = figure <= most;
  const line = `${name}: ${figure} ${unit}, at most ${most}${holds ? "" : ` (${why})`}`;
  return { holds, line };
}
