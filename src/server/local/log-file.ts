// The local service's log in its data folder, a line of JSON a request, kept to a size that nobody has to think about.
import { appendFileSync, chmodSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LogEvent } from "../log-events.ts";
import { readIfThere } from "./data-dir.ts";

/** When the file is this long it becomes the former one, and the former one goes. */
const MOST_BYTES = 5_000_000;
const NAME = "server.log";

/** What writes lines into the log of `dataDir`, for its owner alone like everything in it, and shows them. */
export function logInto(dataDir: string, show: (line: string) => void): (line: string) => void {
  const path = join(dataDir, NAME);
  return (line) => {
    const isFull = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES;
    if (isFull) renameSync(path, `${path}.1`);
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
    show(line);
  };
}

/** The lines of that log from a time on (Unix time in milliseconds). A line's place is its id. */
export function readLog(dataDir: string) {
  return async function* (sinceMs: number): AsyncGenerator<LogEvent[]> {
    for (const name of [`${NAME}.1`, NAME]) {
      const lines = (readIfThere(join(dataDir, name)) ?? "").split("\n").slice(0, -1);
      const events = lines.map((text, at) => ({
        id: `${name}:${String(at).padStart(9, "0")}`,
        timestampMs: timeOf(text),
        text,
      }));
      yield events.filter(({ timestampMs }) => timestampMs >= sinceMs);
    }
  };
}

function timeOf(line: string): number {
  try {
    return Date.parse(JSON.parse(line).timestamp) || 0;
  } catch {
    return 0;
  }
}
