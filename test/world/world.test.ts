// A thousand simulated lives of thirty days (ten thousand in the long suites): after all faults the laws hold. A broken one is told by seed and story.
import { describe, expect, it } from "vitest";
import { extentOf } from "../../build/suites.ts";
import { crowd } from "./crowd.ts";
import { generateLife } from "./generate.ts";
import { FAULTS } from "./life.ts";
import { live } from "./live.ts";
import { shrink } from "./shrink.ts";
import { tellStory } from "./story.ts";

const EXTENT = extentOf(process.env);
const LIVES = { all: 10_000, ci: 1000, sample: 20 }[EXTENT];

describe("simulated lives", () => {
  it("keep the laws", async () => {
    const { broken, injected, lives } = await crowd(1, LIVES);
    const faults = Object.values(injected).reduce((sum, times) => sum + times, 0);
    const count = (value: number) => value.toLocaleString("en-US");
    console.log(
      `${count(lives)} lives of 30 days, ${count(faults)} faults injected, ${broken.length} laws broken`,
    );
    const [first] = broken;
    if (first) {
      const story = tellStory(shrink(generateLife(first.seed), first.law), 60);
      const others = broken.slice(0, 20).map(({ seed, law }) => `${seed} (law ${law})`);
      expect.fail(
        `law ${first.law} is broken: ${first.what}\n${story}\nreplay: npx tsx test/world/replay.ts ${first.seed}\nseeds: ${others.join(", ")}`,
      );
    }
    // Twenty lives do not meet every fault.
    if (EXTENT === "sample") return;
    const never = FAULTS.filter(
      (fault) => !Object.keys(injected).some((what) => what.split(" ")[0] === fault),
    );
    expect(never, "faults that never took effect").toEqual([]);
  }, 7_200_000);

  it("are the same each time they are lived", () => {
    const once = () => {
      const story: string[] = [];
      live(generateLife(4711), story);
      return story;
    };
    expect(once()).toEqual(once());
  });
});
