// Waits for a stack to come to rest, and shows what happens meanwhile.
import type { Clock, Stacks, Terminal } from "./cloud.ts";
import { follow, lastOperation, notBegun, type Progress, waitingLine } from "./stack-events.ts";
import { adviceOn, isDone } from "./stack-status.ts";

const POLL_MS = 2_000;
/** Silence that a person takes for a hang. */
const SILENT_MS = 15_000;
/** Calls in a row that may fail: a minute without a network. */
const MOST_FAILURES = 30;

interface Waiter extends Clock {
  stacks: Pick<Stacks, "eventsAfter">;
  terminal: Pick<Terminal, "print">;
}

/** Goes on from `start` until the stack rests. An error of a call that only looks is no reason to give up. */
export async function untilAtRest(start: Progress, waiter: Waiter): Promise<Progress> {
  const { stacks, terminal, now, sleep } = waiter;
  let progress = start;
  let told = now();
  let failures = 0;
  for (;;) {
    const news = await stacks.eventsAfter(progress.stackId, progress.lastId).catch((error: unknown) => {
      if (++failures > MOST_FAILURES) throw error;
      return null;
    });
    if (news) failures = 0;
    const next = follow(progress, news ?? []);
    progress = next.progress;
    for (const line of next.lines) terminal.print(`  ${line}\n`);
    if (next.lines.length > 0) told = now();
    if (progress.ended !== null) return progress;
    if (now() - told >= SILENT_MS) {
      terminal.print(`  ${waitingLine(progress, now())}\n`);
      told = now();
    }
    await sleep(POLL_MS);
  }
}

/** Joins the operation that is under way on a stack, from its beginning. */
export async function join(stackId: string, waiter: Waiter): Promise<Progress> {
  const events = lastOperation(await waiter.stacks.eventsAfter(stackId, null), stackId);
  const { lines, progress } = follow(notBegun(stackId, null), events);
  for (const line of lines) waiter.terminal.print(`  ${line}\n`);
  return progress.ended === null ? await untilAtRest(progress, waiter) : progress;
}

/** Throws what went wrong first, and what to do, unless the operation ended as it was meant to. */
export function assertDone({ ended, failure }: Progress, stack: string): void {
  if (ended !== null && isDone(ended)) return;
  if (!failure)
    throw new Error(`The stack ${stack} ended as ${ended}; its events in the AWS console say why.`);
  const advice = adviceOn(failure.reason);
  throw new Error(
    `The stack ${stack} ended as ${ended}, since ${failure.resource} (${failure.type}) failed: ` +
      `${failure.reason || "no reason was given"}${advice ? `\n${advice}` : ""}`,
  );
}
