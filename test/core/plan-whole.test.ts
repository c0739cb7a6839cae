// The plan over every combination of what is remembered, seen and due, against rules that were written apart from it.
import { describe, expect, it } from "vitest";
import { COMBINATIONS } from "./plan-cases.ts";
import { compare } from "./plan-compare.ts";
import { RULES } from "./plan-rules.ts";

describe("every decision", () => {
  it("is the one that the rules demand", () => {
    const { compared, different, used } = compare(1);
    expect(different).toEqual([]);
    expect(compared).toBe(COMBINATIONS);
    expect([...used].sort()).toEqual(RULES.map(({ name }) => name).sort());
  }, 300_000);
});
