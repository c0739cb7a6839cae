// The command list: every host on a line of at most 80 columns, an IPv6 address beside an IPv4 one on a line of its own.
import { printable } from "../../shared/text.ts";
import { ADVICE } from "../digest.ts";
import { ago } from "../duration.ts";
import { time } from "./context.ts";
import { codeText, type HostReport, type HostState, isProblem, jsonOf, reportOn } from "./report.ts";
import type { NamedRecord } from "./store.ts";

/** "nn minutes ago" and "unwatched" are the widest. */
const CONTACT_WIDTH = 14;
const STATE_WIDTH = 9;
const GAP = 2;
/** What remains of 80 columns for name and address. */
const LEFT_WIDTH = 80 - CONTACT_WIDTH - STATE_WIDTH - 2 * GAP;
const IPV4_WIDTH = 15;

/** The listing of `hosts`; with `problems` of those that need looking after. */
export function list(
  hosts: readonly NamedRecord[],
  options: { problems?: boolean; json?: boolean },
  nowSeconds: number,
): string {
  const all = hosts.map((host) => reportOn(host, nowSeconds));
  const shown = options.problems ? all.filter(isProblem) : all;
  if (options.json) return `${JSON.stringify(shown.map(jsonOf), null, 1)}\n`;
  if (all.length === 0) return "No hosts yet; make one with add.\n";
  if (shown.length === 0) return `No problems: ${counts(all)}.\n`;
  const field = fieldOf(shown);
  const rows = shown.flatMap((report) => rowsOf(report, field, nowSeconds));
  const advice = options.problems ? adviceOn(shown) : [];
  return [
    row("NAME", "ADDRESS", "STATE", "LAST CONTACT", field),
    ...rows,
    "",
    ...advice,
    `${counts(all)}.`,
    "",
  ].join("\n");
}

/** Columns for name and address together, as few as the widest needs. */
function fieldOf(reports: readonly HostReport[]): number {
  const names = reports.map(({ hostname }) => hostname.length + GAP + IPV4_WIDTH);
  const addresses = reports.flatMap((report) => report.names.map(({ address }) => address.length));
  return Math.min(LEFT_WIDTH, Math.max(...names, ...addresses));
}

function rowsOf(report: HostReport, field: number, nowSeconds: number): string[] {
  const { hostname, names, reason, twoSecretsUntilSeconds, code } = report;
  const lines = names.map(({ address, state, lastContactSeconds }, index) =>
    row(
      index === 0 ? printable(hostname, 255) : "",
      printable(address, 50),
      stateWord(report, report.state === "broken" || report.state === "disabled" ? report.state : state),
      ago(lastContactSeconds, nowSeconds),
      field,
    ),
  );
  if (lines.length === 0)
    lines.push(row(printable(hostname, 255), "-", stateWord(report, report.state), "never", field));
  if (reason !== null) lines.push(`  ${report.state}: ${printable(reason, 65)}`);
  if (twoSecretsUntilSeconds !== null) lines.push(`  two secrets until ${time(twoSecretsUntilSeconds)}`);
  if (code !== null) lines.push(`  code ${codeText(code)}`);
  return lines;
}

/** A router that is meant to be silent is not late. */
function stateWord({ isWatched }: HostReport, state: HostState): string {
  return !isWatched && (state === "late" || state === "gone" || state === "never") ? "unwatched" : state;
}

/** One line; the name on a line of its own where both do not fit into `field` columns. */
function row(name: string, address: string, state: string, contact: string, field: number): string {
  const fits = name.length + GAP + address.length <= field;
  const apart = field - IPV4_WIDTH - GAP;
  const isAligned = name.length <= apart && address.length <= IPV4_WIDTH;
  const both = isAligned
    ? `${name.padEnd(apart + GAP)}${address}`
    : name + address.padStart(field - name.length);
  const left = fits ? both : `${name}${name === "" ? "" : "\n"}${address.padStart(field)}`;
  return `${left}${" ".repeat(Math.max(0, field - (fits ? both.length : field)))}  ${state.padEnd(STATE_WIDTH)}  ${contact}`;
}

/** "30 hosts: 27 ok, 2 late, 1 disabled". */
function counts(reports: readonly HostReport[]): string {
  const words = reports.map((report) => stateWord(report, report.state));
  const parts = STATES.flatMap((state) => {
    const count = words.filter((word) => word === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${reports.length} host${reports.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}

const STATES = ["ok", "late", "gone", "never", "stuck", "broken", "disabled", "unwatched"];

/** What to do about each class that is there. */
function adviceOn(reports: readonly HostReport[]): string[] {
  const classes = new Set(reports.flatMap(({ state, names }) => [state, ...names.map((name) => name.state)]));
  const lines = Object.entries(ADVICE).flatMap(([name, text]) =>
    classes.has(name as HostState) ? [`${name}: ${text}`] : [],
  );
  return lines.length === 0 ? [] : [...lines, ""];
}
