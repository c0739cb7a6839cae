// One section read by its table of options: typed values, and every problem by section and option.
import { loadPart } from "../parts.ts";
import type { Option, Options, Values } from "./options.ts";
import { badChoice, badFlag, badSeconds, ONE_VALUE, unknownOption } from "./problems.ts";
import type { ConfigProblem } from "./types.ts";
import type { UciSection } from "./uci.ts";

/** Reports what is wrong with an option. The sentence is a function, since its words are parsed only where they are needed. */
export type Report = (option: string, sentence: () => string, severity?: ConfigProblem["severity"]) => void;

/** What reports the problems of the section called `section`, adding to `problems`. */
export function reporter(section: string, problems: ConfigProblem[]): Report {
  return (option, sentence, severity = "error") => {
    loadPart("problems");
    problems.push({ severity, section, option, message: sentence() });
  };
}

/** The value of every option in `table`; the default where none is written, or a wrong one. Warns of options that are not in it. */
export function readOptions<Table extends Options>(
  table: Table,
  { options }: UciSection,
  report: Report,
): Values<Table> {
  const read = Object.entries(table).map(([name, row]) => [
    name,
    readOption(name, row, options.get(name), report),
  ]);
  for (const name of options.keys()) {
    if (!Object.hasOwn(table, name)) report(name, () => unknownOption(name, Object.keys(table)), "warning");
  }
  return Object.fromEntries(read) as Values<Table>;
}

function readOption(
  name: string,
  row: Option,
  written: readonly string[] | undefined,
  report: Report,
): boolean | number | string | readonly string[] {
  if (row.type === "list") {
    const values = (written ?? []).filter((value) => value !== "");
    return values.length > 0 || !row.default ? values : [row.default];
  }
  if (written && written.length > 1) report(name, () => ONE_VALUE);
  const value = written?.[0] ?? row.default;
  switch (row.type) {
    case "text":
      return value;
    case "flag":
      if (!FLAG.test(value)) report(name, () => badFlag(value));
      return ON.test(value);
    case "seconds":
      if (isSeconds(value, row)) return Number(value);
      report(name, () => badSeconds(value, row));
      return Number(row.default);
    case "choice":
      if (row.choices.includes(value)) return value;
      report(name, () => badChoice(value, row.choices));
      return row.default;
  }
}

function isSeconds(value: string, row: { least: number; zeroIsNever?: true }): boolean {
  const seconds = DIGITS.test(value) ? Number(value) : -1;
  return seconds >= row.least || (row.zeroIsNever === true && seconds === 0);
}

const FLAG = new RegExp("^(0|1|on|off|true|false|yes|no|enabled|disabled)$");
const ON = new RegExp("^(1|on|true|yes|enabled)$");
const DIGITS = new RegExp("^\\d{1,9}$");
