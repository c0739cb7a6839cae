// Lines of the service's log on their way to an operator: which are wanted, and in which order they are shown. Pure.

/** One line. `id` tells it from every other, `text` is JSON or words of AWS's own. */
export interface LogEvent {
  id: string;
  timestampMs: number;
  text: string;
}

/** What is wanted of the log; all of it where nothing is said. */
export interface LogFilter {
  requestId?: string;
  host?: string;
  /** Only answers from 400 up, and lines of level error or warn. */
  errorsOnly?: boolean;
}

/** Whether a line is wanted. A line that is no JSON object is one of AWS's own: it is wanted with its request's id. */
export function isWanted(text: string, { requestId, host, errorsOnly }: LogFilter): boolean {
  const entry = parse(text);
  if (requestId !== undefined && !text.includes(requestId)) return false;
  if (host !== undefined && entry["host"] !== host) return false;
  if (!errorsOnly) return true;
  const { status, level } = entry;
  if (typeof status === "number") return status >= 400;
  return level === undefined || ["error", "warn", "ERROR", "WARN"].includes(String(level));
}

/** The same question in CloudWatch's words, as far as it can be put there; "" for everything. */
export function filterPattern({ requestId, host }: LogFilter): string {
  const quoted = (value: string): string => JSON.stringify(value);
  const words = [
    ...(host === undefined ? [] : [`$.host = ${quoted(host)}`]),
    // Lambda's own lines about a request call it requestId, or hold it deeper.
    ...(requestId === undefined
      ? []
      : [
          `($.request_id = ${quoted(requestId)} || $.requestId = ${quoted(requestId)} || $.record.requestId = ${quoted(requestId)})`,
        ]),
  ];
  return words.length === 0 ? "" : `{ ${words.join(" && ")} }`;
}

/** What was shown, and what waits for lines that may still come before it. */
export interface Progress {
  /** Id to time, in Unix milliseconds. */
  shown: ReadonlyMap<string, number>;
  waiting: readonly LogEvent[];
}

export const START: Progress = { shown: new Map(), waiting: [] };

/** CloudWatch shows a line up to so long after its time, out of order. */
export const HOLD_BACK_MS = 3000;

/** The lines that are due now that `page` has come, in order of time and id, each once; `last`: no more pages come. */
export function merge(
  { shown, waiting }: Progress,
  page: readonly LogEvent[],
  nowMs: number,
  last: boolean,
): { due: LogEvent[]; progress: Progress } {
  const all = new Map([...waiting, ...page].map((event) => [event.id, event]));
  const fresh = [...all.values()].filter(({ id }) => !shown.has(id)).sort(inOrder);
  const isDue = ({ timestampMs }: LogEvent): boolean => last || timestampMs <= nowMs - HOLD_BACK_MS;
  const due = fresh.filter(isDue);
  return {
    due,
    progress: {
      shown: new Map([...shown, ...due.map(({ id, timestampMs }): [string, number] => [id, timestampMs])]),
      waiting: fresh.filter((event) => !isDue(event)),
    },
  };
}

/** Forgets lines from before `sinceMs`, where no later page begins: a watch goes on for days. */
export function forget({ shown, waiting }: Progress, sinceMs: number): Progress {
  return { shown: new Map([...shown].filter(([, timestampMs]) => timestampMs >= sinceMs)), waiting };
}

function inOrder(a: LogEvent, b: LogEvent): number {
  return a.timestampMs - b.timestampMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
