// A program: lives COUNT lives from seed FROM on and prints what came of them as JSON.
import { generateLife } from "./generate.ts";
import { live } from "./live.ts";

/** What came of some lives. */
export interface Account {
  lives: number;
  /** Seed, law and what happened, of each life in which a law was broken. */
  broken: { seed: number; law: string; what: string }[];
  /** How often each kind of fault took effect. */
  injected: Record<string, number>;
  runs: number;
  jumped: number;
  requests: number;
}

/** Lives `count` lives, seeds `from`, `from + 1` … */
export function liveMany(from: number, count: number): Account {
  const account: Account = { lives: count, broken: [], injected: {}, runs: 0, jumped: 0, requests: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const { broken, world } = live(generateLife(seed));
    if (broken) account.broken.push({ seed, law: broken.law, what: broken.what });
    for (const [what, times] of world.injected)
      account.injected[what] = (account.injected[what] ?? 0) + times;
    account.runs += world.runs;
    account.jumped += world.jumped;
    account.requests += world.requests;
  }
  return account;
}

/** Two accounts as one. */
export function add(one: Account, other: Account): Account {
  const injected = { ...one.injected };
  for (const [what, times] of Object.entries(other.injected)) injected[what] = (injected[what] ?? 0) + times;
  return {
    lives: one.lives + other.lives,
    broken: [...one.broken, ...other.broken],
    injected,
    runs: one.runs + other.runs,
    jumped: one.jumped + other.jumped,
    requests: one.requests + other.requests,
  };
}
