// The measurements as Markdown; refuses to round a ratio into flattery: two digits, from unrounded medians.
import type { Idle } from "./idle.ts";
import type { Cost } from "./measure.ts";

export interface Row {
  name: string;
  cost: Cost;
  /** The bare request by the same program and CA file; null for itself or where there is none. */
  bare: Cost | null;
}

const HEAD =
  "instructions M | own M | × bare | CPU ms | own RSS MB | largest RSS MB | ΣRSS MB | processes | requests | handshakes | bytes";

/** A table of costs under the heading `first`. */
export function costTable(first: string, rows: readonly Row[]): string {
  const lines = [`| ${first} | ${HEAD} |`, `|---|${"---:|".repeat(HEAD.split("|").length)}`];
  return [...lines, ...rows.map(costLine)].join("\n");
}

function costLine({ name, cost, bare }: Row): string {
  const cells = [
    millions(cost.instructions),
    millions(cost.ownInstructions),
    ratio(cost.instructions, bare?.instructions ?? null),
    cost.cpuMs.toFixed(1),
    cost.ownMb.toFixed(1),
    cost.largestMb.toFixed(1),
    cost.summedMb.toFixed(1),
    `${cost.processes}`,
    `${cost.requests}`,
    `${cost.handshakes}`,
    `${cost.bytes}`,
  ];
  return `| ${name} | ${cells.join(" | ")} |`;
}

export function idleTable(rows: readonly { name: string; idle: Idle }[]): string {
  const lines = ["| idle | processes | PSS MB | wake-ups an hour |", "|---|---:|---:|---:|"];
  const line = ({ name, idle }: { name: string; idle: Idle }) =>
    `| ${name} | ${idle.processes} | ${idle.pssMb.toFixed(1)} | ${idle.wakeupsPerHour} |`;
  return [...lines, ...rows.map(line)].join("\n");
}

function millions(count: number | null): string {
  return count === null ? "–" : (count / 1e6).toFixed(1);
}

function ratio(count: number | null, bare: number | null): string {
  return count === null || bare === null ? "–" : (count / bare).toFixed(2);
}
