// Typed access to the options of one section; whatever is wrong with one becomes a problem that names it.
import type { ConfigProblem } from "./types.ts";
import type { UciSection } from "./uci.ts";

/**
 * Typed access to one section's options; whatever is wrong becomes a problem that names section and option. `seconds` takes
 * whole numbers from `least` up, and 0 for "never" where `zero` says so; `unknown` warns of every option that is not in `known`.
 */
export function reader(section: UciSection, problems: ConfigProblem[]) {
  const tell = (severity: ConfigProblem["severity"]) => (option: string, message: string) =>
    void problems.push({ severity, section: section.name, option, message });
  const fail = tell("error");
  const warn = tell("warning");
  const list = (option: string): string[] => section.options.get(option) ?? [];
  const text = (option: string, fallback: string): string => {
    const values = list(option);
    if (values.length > 1) fail(option, "is a list; only one value is possible here");
    return values[0] ?? fallback;
  };
  return {
    fail,
    warn,
    list,
    text,
    flag(option: string): boolean {
      const value = text(option, "1");
      if (!BOOLEAN.test(value)) fail(option, `'${value}' is neither 1 nor 0`);
      return TRUE.test(value);
    },
    choice<Word extends string>(option: string, fallback: Word, words: readonly Word[]): Word {
      const value = text(option, fallback);
      const found = words.find((word) => word === value);
      if (!found) fail(option, `'${value}' is not one of ${words.join(", ")}`);
      return found ?? fallback;
    },
    seconds(option: string, fallback: number, least: number, zero = false): number {
      const value = text(option, `${fallback}`);
      const found = DIGITS.test(value) ? Number(value) : -1;
      if (found >= least || (zero && found === 0)) return found;
      fail(option, `'${value}' is not a number of seconds from ${least} up${zero ? ", or 0 for never" : ""}`);
      return fallback;
    },
    unknown(known: string): void {
      for (const option of section.options.keys()) {
        if (!` ${known} `.includes(` ${option} `)) warn(option, "is unknown and ignored");
      }
    },
  };
}

const BOOLEAN = new RegExp("^(0|1|on|off|true|false|yes|no|enabled|disabled)$");
const TRUE = new RegExp("^(1|on|true|yes|enabled)$");
const DIGITS = new RegExp("^\\d{1,9}$");
