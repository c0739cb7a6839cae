// What the operator was told about a host, as the JSON text of an attribute; and what is to be told next.
// Pure. As with the zone there is a mark before the telling and a confirmation after it: whoever finds an old mark tells again.

import { parseObject } from "../protocol/messages.ts";
import type { Family } from "../shared/address.ts";
import type { Health, HealthClass } from "./health.ts";

/** A family's name, or "host" for a host of which no family was ever published. */
type Unit = Family | "host";
type Problem = Exclude<HealthClass, "ok">;
/** The problems that the operator knows of; a unit that is missing is taken for well. */
export type KnownProblems = Readonly<Partial<Record<Unit, Problem>>>;

export interface Told {
  problems: KnownProblems;
  /** Set while a run is telling: whose mark it is, since when (Unix time), and what was known before. */
  telling: { by: string; atSeconds: number; before: KnownProblems } | null;
}

/** A run is cut off well before (see aws/template.yaml): whoever made an older mark will not tell any more. */
export const TELLING_SECONDS = 900;

/** One thing to tell: a unit whose class is not the one that was told last. */
export interface Change {
  hostname: string;
  owner: string | null;
  health: Health;
  /** The class that was told last; "ok" where nothing was. */
  before: HealthClass;
}

/** What to do about one host: nothing, forget silently, leave it to another run, or tell. */
export type Step =
  | { kind: "nothing" | "other-run" }
  | { kind: "forget" }
  | { kind: "tell"; changes: Omit<Change, "hostname" | "owner">[]; mark: string; done: string | null };

/** The next step for a host whose `told` is `text`; `health` null: nobody wants to be told about it. */
export function nextStep(
  text: string | null,
  health: readonly Health[] | null,
  run: { id: string; nowSeconds: number },
): Step {
  const told = decodeTold(text);
  const isTelling = told.telling && Math.abs(run.nowSeconds - told.telling.atSeconds) < TELLING_SECONDS;
  if (isTelling) return { kind: "other-run" };
  if (health === null) return { kind: text === null ? "nothing" : "forget" };
  const known = told.telling?.before ?? told.problems;
  const changes = health.flatMap((one): Omit<Change, "hostname" | "owner">[] => {
    // A host of which nothing was ever heard comes back by its first family.
    const before = known[unitOf(one)] ?? known.host ?? "ok";
    return before === one.class ? [] : [{ health: one, before }];
  });
  const problems = problemsIn(health);
  const done = isEmpty(problems) ? null : encodeTold({ problems, telling: null });
  if (changes.length > 0) {
    const telling = { by: run.id, atSeconds: run.nowSeconds, before: known };
    return { kind: "tell", changes, mark: encodeTold({ problems, telling }), done };
  }
  // A unit that is gone from the table (or a damaged text) leaves something behind that nobody has to hear of.
  return { kind: done === null && text !== null ? "forget" : "nothing" };
}

function unitOf({ family }: Health): Unit {
  return family ?? "host";
}

function problemsIn(health: readonly Health[]): KnownProblems {
  return Object.fromEntries(
    health.flatMap((one) => (one.class === "ok" ? [] : [[unitOf(one), one.class]])),
  ) as KnownProblems;
}

function isEmpty(problems: KnownProblems): boolean {
  return Object.keys(problems).length === 0;
}

/** What an attribute's text says was told; nothing where there is none, or a damaged one. */
export function decodeTold(text: string | null): Told {
  const members = text === null ? null : parseObject(text);
  const { by, at, before } = members ?? {};
  const isTelling = typeof by === "string" && typeof at === "number";
  const telling = isTelling ? { by, atSeconds: at, before: knownIn(before) } : null;
  return { problems: knownIn(members?.["problems"]), telling };
}

/** The text that decodeTold reads. */
export function encodeTold({ problems, telling }: Told): string {
  if (!telling) return JSON.stringify({ problems });
  const { by, atSeconds, before } = telling;
  return JSON.stringify({ problems, by, at: atSeconds, before });
}

const UNITS: readonly Unit[] = ["ipv4", "ipv6", "host"];
const PROBLEMS: readonly string[] = ["late", "gone", "never", "stuck"] satisfies Problem[];

function knownIn(value: unknown): KnownProblems {
  if (typeof value !== "object" || value === null) return {};
  const members = value as Record<string, unknown>;
  return Object.fromEntries(
    UNITS.flatMap((unit) => (PROBLEMS.includes(String(members[unit])) ? [[unit, members[unit]]] : [])),
  ) as KnownProblems;
}
