// The log: lines to stderr, and to syslog too where nobody watches the run; at a terminal they are folded.
import { printable } from "../../shared/text.ts";
import type { Service } from "../core/types.ts";
import type { Host, Level } from "../host/port.ts";
import { serviceName } from "./messages.ts";

/** Logs a line about a service, or about the program (null). */
export type Say = (level: Level, about: Service | null, line: string) => void;

export interface Logger {
  say: Say;
  /** Hands the collected lines to syslog: one call of `logger` a priority, since processes are what costs. */
  flush(): void;
}

const LEVELS: readonly Level[] = ["error", "warn", "info", "debug"];
const PRIORITIES = { error: "err", warn: "warning", info: "info", debug: "debug" } as const;

/** logd keeps 1,024 bytes of a line. */
const MOST_LINE_CHARS = 900;

/** What one call of logger may be given: a pipe holds 64 KiB, and a character takes up to three bytes (UTF-8). */
const MOST_SYSLOG_CHARS = 16_000;

/** Whether lines of `level` are wanted where `threshold` is the configured log level. */
function wanted(level: Level, threshold: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(threshold);
}

/**
 * Collects and prints lines down to `threshold`; with `syslog` they go to syslog as well, when the log is flushed. At a
 * terminal lines are folded, and a service is not named twice in a row.
 */
export function openLog(host: Host, threshold: Level, syslog: boolean): Logger {
  const kept = new Map<Level, string>();
  const show =
    (syslog ? null : terminal(host)) ??
    ((level, about, line) => {
      const text = `${about ? `${serviceName(about)}: ` : ""}${line}\n`;
      host.printError(`${level}: ${text}`);
      if (syslog) kept.set(level, (kept.get(level) ?? "") + text);
    });
  return {
    say(level, about, line) {
      if (wanted(level, threshold)) show(level, about, printable(line, MOST_LINE_CHARS));
    },
    flush() {
      for (const [level, stdin] of kept) {
        const argv = ["logger", "-t", "lambda-ddns", "-p", `daemon.${PRIORITIES[level]}`] as const;
        host.run({ argv, stdin: stdin.slice(0, MOST_SYSLOG_CHARS), deadlineSeconds: 5, output: "bounded" });
      }
    },
  };
}

/** Shows lines at a terminal, or null where there is none. */
function terminal(host: Host): Say | null {
  const columns = host.columns();
  if (columns === null) return null;
  let last: Service | null = null;
  return (level, about, line) => {
    const again = about !== null && about === last;
    const text = again ? `  ${level}: ${line}` : `${level}: ${about ? `${serviceName(about)}: ` : ""}${line}`;
    last = about;
    host.printError(`${fold(text, 2, columns).join("\n")}\n`);
  };
}

/** `text` in lines of at most `columns`, the later ones indented; a word that fits no line stands alone. */
export function fold(text: string, indent: number, columns = 80): string[] {
  const lines: string[] = [];
  // Whatever a terminal says of itself: lines get shorter.
  const width = Math.max(columns, indent + 20);
  let line = text;
  while (line.length > width) {
    const space = line.lastIndexOf(" ", width);
    const at = space > indent ? space : width;
    lines.push(line.slice(0, at));
    line = " ".repeat(indent) + line.slice(space > indent ? at + 1 : at);
  }
  return [...lines, line];
}
