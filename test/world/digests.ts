// Short lives summed up: all that the client does, writes and says in each, as one word. A program's part that any engine can run.
import { generateLife } from "./generate.ts";
import { live } from "./live.ts";

/** Events that a life keeps here: an engine that interprets needs a second for a thousand runs. */
const MOST_EVENTS = 8;

/** One word a life, from seed `from` on. */
export function digests(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const life = generateLife(from + index);
    const { world, broken } = live({ ...life, events: life.events.slice(0, MOST_EVENTS) }, null, true);
    return `${life.seed}: ${world.digest} ${world.runs} runs ${world.requests} requests ${broken?.law ?? "law-abiding"}`;
  });
}
