// The worst inputs that were found or thought of, one by one, in every engine: what the answer has to hold and what it must never hold.
import { describe, expect, it } from "vitest";
import corpus from "../corpus/garbage.json" with { type: "json" };
import { BORDERS } from "./borders.ts";

function answerTo(border: string, text: string): string {
  const found = BORDERS.find(({ name }) => name === border);
  if (!found) throw new Error(`there is no border ${border}`);
  return found.answer(text);
}

describe("worst finds", () => {
  it.each(corpus)("$border: $why", ({ border, text, holds, never }) => {
    const answer = answerTo(border, text).replaceAll('\\"', '"');
    expect(answer).toContain(holds);
    expect(answer).not.toContain(never);
  });
});
