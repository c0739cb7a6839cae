// What `lambda-ddns check` prints, as findings; and a problem of the configuration as a sentence.
import type { Problem } from "./status.ts";

export interface Finding {
  mark: "ok" | "note" | "FAIL" | "heading";
  text: string;
}

/** The findings in the lines of `output`; a line without a mark is the heading of a service. */
export function parseFindings(output: string): Finding[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const parts = MARKED.exec(line);
      return parts
        ? { mark: parts[1] as Finding["mark"], text: parts[2] ?? "" }
        : { mark: "heading", text: line.trim() };
    });
}

/** A problem of the configuration, by section and option. */
export function problemText({ section, option, message }: Problem): string {
  return option
    ? _("Section %s, option %s: %s").format(section, option, message)
    : _("Section %s: %s").format(section, message);
}

/** The last `count` lines of a log, without what every line begins with (date, level). */
export function lastLines(log: string, count: number): string[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .slice(-count);
}

const MARKED = new RegExp("^(ok|note|FAIL) +(.*)$");
