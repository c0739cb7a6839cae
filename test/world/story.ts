// A life told: what the router is like, then what happened, the last lines first to go where they are many.
import type { Life } from "./life.ts";
import { live } from "./live.ts";
import { describeEvent } from "./world.ts";

/** The story of `life` in at most about `mostLines` lines, the end kept. */
export function tellStory(life: Life, mostLines: number): string {
  const { events, sections, ...rest } = life;
  const head = [JSON.stringify(rest), ...sections.map((section) => JSON.stringify(section))];
  const scenario =
    events.length <= mostLines ? events.map((event) => `at ${event.at}: ${describeEvent(event)}`) : [];
  const story: string[] = [];
  live(life, story);
  const told = story.slice(-Math.min(mostLines, story.length));
  const left = story.length - told.length;
  if (left > 0) told.unshift(`… ${left} lines before`);
  return [...head, ...scenario, ...told].map((line) => line.slice(0, 400)).join("\n");
}
