// Lives one life again and tells it: npx tsx test/world/replay.ts SEED [--whole]. Without --whole all that does not matter is left out first.
import { generateLife } from "./generate.ts";
import { live } from "./live.ts";
import { shrink } from "./shrink.ts";
import { tellStory } from "./story.ts";

const [seed = "", option] = process.argv.slice(2);
if (!/^\d+$/.test(seed) || (option !== undefined && option !== "--whole")) {
  console.error("usage: npx tsx test/world/replay.ts SEED [--whole]");
  process.exitCode = 2;
} else {
  const life = generateLife(Number(seed));
  const { broken, world } = live(life);
  if (option) console.log(tellStory(life, Number.POSITIVE_INFINITY));
  else if (broken) console.log(tellStory(shrink(life, broken.law), 80));
  console.log(broken ? `law ${broken.law}: ${broken.what}` : "no law is broken");
  console.log(`${world.runs} runs, ${world.jumped} looks jumped over, ${world.requests} requests`);
  if (broken) process.exitCode = 1;
}
