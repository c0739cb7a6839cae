// Lays the plan beside the rules for many combinations; tells the first that differ, and which rules were ever needed.
import { plan } from "../../src/client/core/plan.ts";
import type { Decision } from "../../src/client/core/types.ts";
import { COMBINATIONS, combination } from "./plan-cases.ts";
import { demanded, type Facts } from "./plan-rules.ts";

export interface Comparison {
  compared: number;
  /** The first few differences, as lines. */
  different: string[];
  used: Set<string>;
}

/** Every `stride`-th combination, from number `first` on. */
export function compare(stride: number, first = 0): Comparison {
  const found: Comparison = { compared: 0, different: [], used: new Set() };
  for (let index = first; index < COMBINATIONS; index += stride) {
    const facts = combination(index);
    const { rule, decision } = demanded(facts);
    const made = plan(facts.service, facts.state, facts.detection, facts.occasion);
    found.compared += 1;
    found.used.add(rule);
    if (found.different.length < 3 && !same(made, decision))
      found.different.push(tell(index, facts, made, rule));
  }
  return found;
}

function same(one: Decision, other: Decision): boolean {
  if (one.kind === "rest") return other.kind === "rest" && one.until === other.until && one.why === other.why;
  if (one.kind === "ask")
    return (
      other.kind === "ask" &&
      one.why === other.why &&
      one.unless === other.unless &&
      one.refresh === other.refresh
    );
  return (
    other.kind === "send" &&
    one.why === other.why &&
    one.address === other.address &&
    one.refresh === other.refresh
  );
}

function tell(
  index: number,
  { state, detection, occasion, service }: Facts,
  made: Decision,
  rule: string,
): string {
  const { ipSource, forceSeconds } = service;
  return `combination ${index}: ${JSON.stringify({ made, rule, state, detection, occasion, ipSource, forceSeconds })}`;
}
