// The command logs: what the service wrote, in order, as a person reads it; the request id that a router logged finds its line.
import {
  filterPattern,
  forget,
  isWanted,
  type LogEvent,
  type LogFilter,
  merge,
  START,
} from "../log-events.ts";
import { terminalLine } from "../terminal-line.ts";
import type { Options } from "./args.ts";

/** The log, from a time on; `pattern` is CloudWatch's, and may be passed over. */
export type LogSource = (sinceMs: number, pattern: string) => AsyncIterable<LogEvent[]>;

/** What the command needs of the world. */
export interface LogPorts {
  source: LogSource;
  /** Writes to the terminal; false once nobody reads any more. */
  print(text: string): boolean;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Whether colours are wanted. */
  colours: boolean;
}

const HOUR_SECONDS = 3600;
const POLL_MS = 2000;
const LATE_MS = 60_000;

/** Prints what is wanted, and with --watch goes on until nobody reads any more. */
export async function logs(options: Options, ports: LogPorts): Promise<void> {
  const { source, print, now, sleep } = ports;
  const filter: LogFilter = {
    ...(options.request === undefined ? {} : { requestId: options.request }),
    ...(options.host === undefined ? {} : { host: options.host }),
    errorsOnly: options.errors ?? false,
  };
  let since = now() - (options.since ?? HOUR_SECONDS) * 1000;
  let progress = START;
  for (let round = 0; round === 0 || options.watch; round++) {
    const begun = now();
    const page: LogEvent[] = [];
    for await (const events of source(since, filterPattern(filter)))
      page.push(...events.filter(({ text }) => isWanted(text, filter)));
    const merged = merge(progress, page, now(), !options.watch);
    progress = merged.progress;
    for (const event of merged.due) if (!print(`${shown(event, options, ports)}\n`)) return;
    // Lines come a minute late at the most: of the time that this round, however long, began to ask at.
    since = Math.max(since, begun - LATE_MS);
    progress = forget(progress, since);
    if (options.watch) await sleep(POLL_MS);
  }
}

function shown({ text, timestampMs }: LogEvent, { json }: Options, { colours }: LogPorts): string {
  if (json) return text;
  const day = new Date(timestampMs).toISOString().slice(0, 10);
  const line = `${day} ${terminalLine(text)}`;
  if (!colours) return line;
  if (/"level":"error"/i.test(text)) return `\x1b[31m${line}\x1b[0m`;
  return /"level":"warn"/i.test(text) ? `\x1b[33m${line}\x1b[0m` : line;
}
