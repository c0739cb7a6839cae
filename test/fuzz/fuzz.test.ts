// Generated garbage at every border: nothing makes the client throw, and Node and QuickJS give the same answers to every input (laws 9 and 12).
import { describe, expect, it } from "vitest";
import { extentOf } from "../../build/suites.ts";
import { describeWith, requireQjs } from "../engine/native.ts";
import { BORDERS } from "./borders.ts";
import { feedInQjs, feedInWasm } from "./engines.ts";
import { type Fed, feed, feedDeep, PORTION } from "./feed.ts";
import { garbage } from "./spoil.ts";

const INPUTS = { all: 100_000, ci: 5000, sample: 500 }[extentOf(process.env)];
/** WASM interprets fifty times more slowly. */
const INPUTS_IN_WASM = INPUTS / 10;

/** The first input of a border that two engines answer differently, or null. */
function difference(border: number, one: Fed, other: Fed): string | null {
  const portion = one.sums.findIndex((sum, index) => index < other.sums.length && sum !== other.sums[index]);
  if (portion < 0) return null;
  const name = BORDERS[border]?.name;
  return `${name}: an input from ${portion * PORTION} to ${(portion + 1) * PORTION - 1} is answered differently`;
}

function compared(others: readonly Fed[], count: number): (string | null)[] {
  return others.map((other, border) => {
    expect(other.thrown).toEqual([]);
    return difference(border, feed(border, 0, count), other);
  });
}

describe("garbage in Node", () => {
  it.each(BORDERS.map(({ name }, border) => [name, border] as const))(
    "%s: nothing throws, and what must hold holds",
    (_, border) => {
      const { thrown, different } = feed(border, 0, INPUTS);
      expect(thrown).toEqual([]);
      // Else the garbage is so bad that the border turns all of it away at once.
      expect(different).toBeGreaterThan(1);
    },
    300_000,
  );

  it("nested deep costs no more than an answer", () => {
    expect(feedDeep()).toBe(3 * BORDERS.length);
  });

  it("is worth it: sound texts come through too, and bad ones not", () => {
    const answers = (border: number) => {
      const it = BORDERS[border];
      return it ? Array.from({ length: 500 }, (_, index) => it.answer(garbage(border, index, it.sound))) : [];
    };
    expect(answers(0)).toContain("no configuration");
    expect(answers(0).some((answer) => answer.includes('"services":[{'))).toBe(true);
    expect(answers(1).some((answer) => answer.includes('"kind":"publishable"'))).toBe(true);
    expect(answers(2).some((answer) => answer.includes('"published":"176'))).toBe(true);
    expect(answers(3)).toEqual(expect.arrayContaining(["true", "false"]));
    expect(answers(4).some((answer) => answer.includes('"kind":"published"'))).toBe(true);
    expect(answers(4).some((answer) => answer.includes('"kind":"failed"'))).toBe(true);
  });
});

describe("garbage in QuickJS WASM", () => {
  it("is answered as in Node", async () => {
    const fed = await feedInWasm(BORDERS.length, INPUTS_IN_WASM);
    expect(compared(fed, INPUTS_IN_WASM).filter((one) => one !== null)).toEqual([]);
  }, 1_200_000);
});

describeWith("garbage in native qjs", ["qjs"], () => {
  it("is answered as in Node", async () => {
    const fed = await feedInQjs(requireQjs(), BORDERS.length, INPUTS);
    expect(compared(fed, INPUTS).filter((one) => one !== null)).toEqual([]);
  }, 1_200_000);
});
