// A thousand simulated lives of thirty days: after all faults the laws hold, and a client that breaks one is told by seed and story.
import { describe, expect, it } from "vitest";
import { generateLife } from "./generate.ts";
import { live } from "./live.ts";

const LIVES = 10;

describe("lives of thirty days", () => {
  it("keep the laws", () => {
    for (let seed = 1; seed <= LIVES; seed++)
      expect(live(generateLife(seed)).broken, `seed ${seed}`).toBeNull();
  }, 600_000);
});
