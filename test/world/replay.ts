// Lives one life again and tells it: npx tsx test/world/replay.ts SEED [--whole]. Without --whole it leaves out all that does not matter.
import { generateLife } from "./generate.ts";
import { live } from "./live.ts";

const seed = Number(process.argv[2]);
const story: string[] = [];
const { broken, world } = live(generateLife(seed), story);
console.log(story.slice(-Number(process.argv[3] ?? 200)).join("\n"));
console.log(broken, world.runs, world.jumped, world.requests, Object.fromEntries(world.injected));
