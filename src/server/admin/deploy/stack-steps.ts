// What deploy and destroy have in common: whose a stack and a bucket are, how a stack is deleted, and what is asked before.
import type { Clock, Stack, Stacks, Terminal } from "./cloud.ts";
import { notBegun } from "./stack-events.ts";
import { standingOf } from "./stack-status.ts";
import { assertDone, untilAtRest } from "./wait.ts";

/** The bucket for zips, which is this account's in this region. */
export function bucketName(account: string, region: string): string {
  return `lambda-ddns-${account}-${region}`;
}

/** Deletes a stack and shows how; throws what kept it. */
export async function removeStack(
  name: string,
  stack: Stack,
  ports: Clock & { stacks: Stacks; terminal: Terminal },
): Promise<void> {
  const { stacks, terminal } = ports;
  const lastId = (await stacks.eventsAfter(stack.id, null)).at(-1)?.id ?? null;
  terminal.print(`stack ${name}: deleting\n`);
  await stacks.remove(stack.id);
  assertDone(await untilAtRest(notBegun(stack.id, lastId), ports), name);
}

/** A stack of that name may be anybody's. */
export function assertOurs(name: string, { parameters, status }: Stack): void {
  if ("CodeKey" in parameters && "Domain" in parameters) return;
  if (standingOf(status) === "absent") return;
  throw new Error(`The stack ${name} is not of this project; choose another name with --stack.`);
}

/** Asks, unless everything is agreed to (`yes`); throws a sentence where the answer is no or nobody is there. */
export async function assertAgreed(
  question: string,
  { yes }: { yes: boolean },
  terminal: Terminal,
): Promise<void> {
  if (yes) return;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer === null) throw new Error(`${question} Nobody is there to be asked: run it again with --yes.`);
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("Nothing was changed.");
}
