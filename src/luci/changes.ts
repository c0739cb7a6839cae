// What to write: only what the user changed, option by option, so that nothing the page does not show is ever touched.
import type { Section } from "./status.ts";

/** A section as the form holds it: LuCI's own members begin with a dot; a value is a text or a list. */
export type FormSection = Readonly<Record<string, unknown>>;

export type Change =
  | { kind: "add"; type: string; section: string; values: Values }
  | { kind: "set"; section: string; values: Values }
  | { kind: "unset"; section: string; options: string[] }
  | { kind: "remove"; section: string };

type Values = Record<string, string | string[]>;

/** Options that are written as lists, however many values there are. */
const LISTS = ["hostname"];

/**
 * What leads from `before` (as it was read) to `after` (as the form has it), in an order that keeps `@service[n]` right:
 * changes, removals from the last one up, additions.
 */
export function changes(before: readonly Section[], after: readonly FormSection[]): Change[] {
  const all: Change[] = [];
  const names = after.map((section) => `${section[".name"]}`);
  for (const section of after) {
    const old = before.find(({ name }) => name === section[".name"]);
    all.push(...(old ? edited(old, section) : added(section)));
  }
  const removed = before.filter(({ type, name }) => type === "service" && !names.includes(name)).reverse();
  const additions = all.filter(({ kind }) => kind === "add");
  return [
    ...all.filter(({ kind }) => kind !== "add"),
    ...removed.map(({ name }): Change => ({ kind: "remove", section: name })),
    ...additions,
  ];
}

function added(section: FormSection): Change[] {
  const values: Values = {};
  for (const option of optionsOf(section)) values[option] = written(option, valuesOf(section[option]));
  // A section `global` that was never there is not made for nothing.
  if (Object.keys(values).length === 0) return [];
  return [{ kind: "add", type: `${section[".type"]}`, section: `${section[".name"]}`, values }];
}

function edited(old: Section, section: FormSection): Change[] {
  const values: Values = {};
  for (const option of optionsOf(section)) {
    const now = valuesOf(section[option]);
    if (!same(now, old.options[option] ?? [])) values[option] = written(option, now);
  }
  const gone = Object.entries(old.options)
    .filter(([option, was]) => was.some((one) => one !== "") && valuesOf(section[option]).length === 0)
    .map(([option]) => option);
  const all: Change[] = [];
  if (Object.keys(values).length > 0) all.push({ kind: "set", section: old.name, values });
  if (gone.length > 0) all.push({ kind: "unset", section: old.name, options: gone });
  return all;
}

/** The options that have a value. */
function optionsOf(section: FormSection): string[] {
  return Object.keys(section).filter((name) => !name.startsWith(".") && valuesOf(section[name]).length > 0);
}

/** An empty text is no value. */
function valuesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === "string" && one !== "");
}

function written(option: string, values: string[]): string | string[] {
  return values.length === 1 && !LISTS.includes(option) ? (values[0] ?? "") : values;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
