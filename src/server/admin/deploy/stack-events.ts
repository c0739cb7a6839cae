// What CloudFormation's events say of a stack on its way: a line for each resource, what it waits for, and how it ended.

/** What happened to one resource; a stack is a resource of its own. */
export interface StackEvent {
  id: string;
  /** The resource's name in the template. */
  resource: string;
  physicalId: string;
  type: string;
  status: string;
  reason: string;
  /** Unix time in milliseconds. */
  timestampMs: number;
}

/** What was seen of an operation so far. */
export interface Progress {
  stackId: string;
  /** Of the last event seen, or null before the first. */
  lastId: string | null;
  startedMs: number | null;
  /** Names of resources on their way, in the order they began. */
  waiting: readonly string[];
  /** The first resource that failed by itself; those that are given up after it are not to blame. */
  failure: StackEvent | null;
  /** The stack's status once it rests. */
  ended: string | null;
}

/** A stack before an operation; `lastId` is the last event of those that went before. */
export function notBegun(stackId: string, lastId: string | null): Progress {
  return { stackId, lastId, startedMs: null, waiting: [], failure: null, ended: null };
}

const STACK = "AWS::CloudFormation::Stack";

/** Takes in what is new, oldest first, and tells the lines to print. An event that was seen before must not come again. */
export function follow(
  progress: Progress,
  news: readonly StackEvent[],
): { lines: string[]; progress: Progress } {
  const lines: string[] = [];
  let next = progress;
  for (const event of news) {
    next = { ...next, lastId: event.id, startedMs: next.startedMs ?? event.timestampMs };
    if (event.type === STACK && event.physicalId === next.stackId) {
      if (isAtRest(event.status)) next = { ...next, ended: event.status };
      continue;
    }
    next = afterResource(next, event);
    const word = wordFor(event);
    const time = elapsed(event.timestampMs - (next.startedMs ?? 0));
    if (word !== null) lines.push(`${time}  ${event.resource}  ${word}`);
  }
  return { lines, progress: next };
}

function afterResource(progress: Progress, event: StackEvent): Progress {
  const others = progress.waiting.filter((name) => name !== event.resource);
  const isToBlame = event.status.endsWith("_FAILED") && !isGivenUp(event);
  return {
    ...progress,
    waiting: isAtRest(event.status) ? others : [...others, event.resource],
    failure: progress.failure ?? (isToBlame ? event : null),
  };
}

/** The events of the operation that is under way or came last, of all that a stack ever had, oldest first. */
export function lastOperation(events: readonly StackEvent[], stackId: string): StackEvent[] {
  const isBeginning = ({ type, physicalId, reason }: StackEvent) =>
    type === STACK && physicalId === stackId && reason === "User Initiated";
  return events.slice(Math.max(0, events.findLastIndex(isBeginning)));
}

/** What a person who waits may want to know: minutes, seconds, and what is not done yet. */
export function waitingLine({ startedMs, waiting }: Progress, nowMs: number): string {
  const names =
    waiting.slice(0, 3).join(", ") + (waiting.length > 3 ? ` and ${waiting.length - 3} more` : "");
  return `${elapsed(nowMs - (startedMs ?? nowMs))}  waiting for ${names || "CloudFormation"}`;
}

/** Minutes and seconds, such as " 1:07". */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`.padStart(5);
}

/** CLEANUP_IN_PROGRESS and ROLLBACK_IN_PROGRESS are not the end. */
function isAtRest(status: string): boolean {
  return /_(COMPLETE|FAILED|SKIPPED)$/.test(status);
}

/** Failed only because another one did. */
function isGivenUp({ reason }: StackEvent): boolean {
  return /cancel+ed/i.test(reason);
}

const WORDS: Readonly<Record<string, string>> = {
  CREATE_COMPLETE: "made",
  UPDATE_COMPLETE: "changed",
  DELETE_COMPLETE: "deleted",
  DELETE_SKIPPED: "kept",
};

function wordFor(event: StackEvent): string | null {
  if (!event.status.endsWith("_FAILED")) return WORDS[event.status] ?? null;
  return isGivenUp(event) ? null : `FAILED: ${event.reason || "no reason given"}`;
}
