// Stands in for vitest inside QuickJS: describe, it, it.each and the matchers that pure suites use; refuses asynchronous cases, and what it lacks fails by name.
import { contains, equals, type Matcher, matcher, show } from "./equal.ts";

type Body = () => unknown;
interface Case {
  name: string;
  body: Body;
}

const cases: Case[] = [];
const path: string[] = [];
const before: { depth: number; body: Body }[] = [];

export function describe(name: string, body: Body): void {
  path.push(name);
  body();
  while (before.some(({ depth }) => depth === path.length)) before.pop();
  path.pop();
}

export function beforeEach(body: Body): void {
  before.push({ depth: path.length, body });
}

export function it(name: string, body: Body): void {
  const hooks = before.map((hook) => hook.body);
  const all = (): unknown => {
    for (const hook of hooks) hook();
    return body();
  };
  cases.push({ name: [...path, name].join(" > "), body: all });
}

/** Fills %s and its like, %# and $member into the name of a case. */
function title(name: string, row: readonly unknown[], index: number): string {
  const values = [...row];
  const filled = name.replace(/%[sdifjo#%]/g, (mark) => {
    if (mark === "%%") return "%";
    if (mark === "%#") return String(index);
    const value = values.shift();
    return typeof value === "string" ? value : show(value);
  });
  const first = row[0];
  if (typeof first !== "object" || first === null) return filled;
  return filled.replace(/\$(\w+)/g, (whole, key: string) =>
    key in first ? show(first[key as never]) : whole,
  );
}

type Register = (name: string, body: Body) => void;

function eachOf(register: Register) {
  return (table: readonly unknown[]) =>
    (name: string, body: (...row: never[]) => unknown): void => {
      for (const [index, entry] of table.entries()) {
        const row = Array.isArray(entry) ? entry : [entry];
        register(title(name, row, index), () => body(...(row as never[])));
      }
    };
}

it.each = eachOf(it);
it.skip = (): void => {};
describe.each = eachOf(describe);
export const test = it;

function fail(negated: boolean, what: string): never {
  throw new Error(`expected ${negated ? "not " : ""}${what}`);
}

function throws(body: unknown, expected: unknown): boolean {
  try {
    (body as Body)();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (expected === undefined) return true;
    if (typeof expected === "string") return message.includes(expected);
    if (expected instanceof RegExp) return expected.test(message);
    if (typeof expected === "function") return error instanceof expected;
    return message === (expected as Error).message;
  }
  return false;
}

function includes(whole: unknown, part: unknown): boolean {
  if (typeof whole === "string") return whole.includes(String(part));
  return [...(whole as Iterable<unknown>)].some((member) => Object.is(member, part));
}

function hasProperty(whole: unknown, key: unknown, rest: readonly unknown[]): boolean {
  const steps = Array.isArray(key) ? key : String(key).split(".");
  let value = whole;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !(step in value)) return false;
    value = value[step as never];
  }
  return rest.length === 0 || equals(value, rest[0], false);
}

const length = (value: unknown): unknown => (value as { length?: unknown } | null)?.length;
const CHECKS: Record<string, (value: never, expected: never, ...rest: unknown[]) => boolean> = {
  toBe: (value, expected) => Object.is(value, expected),
  toEqual: (value, expected) => equals(value, expected, false),
  toStrictEqual: (value, expected) => equals(value, expected, true),
  toMatchObject: (value, expected) => contains(value, expected),
  toBeNull: (value) => value === null,
  toBeUndefined: (value) => value === undefined,
  toBeDefined: (value) => value !== undefined,
  toBeTruthy: (value) => Boolean(value),
  toBeFalsy: (value) => !value,
  toBeNaN: (value) => Number.isNaN(value),
  toMatch: (value: string, expected: string | RegExp) =>
    typeof expected === "string" ? value.includes(expected) : expected.test(value),
  toContain: (value, expected) => includes(value, expected),
  toContainEqual: (value: Iterable<unknown>, expected) =>
    [...value].some((member) => equals(member, expected, false)),
  toThrow: (value, expected) => throws(value, expected),
  toThrowError: (value, expected) => throws(value, expected),
  toBeLessThan: (value: number, expected: number) => value < expected,
  toBeLessThanOrEqual: (value: number, expected: number) => value <= expected,
  toBeGreaterThan: (value: number, expected: number) => value > expected,
  toBeGreaterThanOrEqual: (value: number, expected: number) => value >= expected,
  toHaveLength: (value, expected) => length(value) === expected,
  toHaveProperty: (value, expected, ...rest) => hasProperty(value, expected, rest),
  toBeTypeOf: (value, expected) => Object.is(typeof value, expected),
  toBeInstanceOf: (value, expected) => (value as unknown) instanceof (expected as new () => object),
};

type Assertions = Record<string, (...args: unknown[]) => void> & { not?: Assertions };

function assertions(value: unknown, negated: boolean, note: string): Assertions {
  const made: Assertions = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    made[name] = (...[expected, ...rest]) => {
      if (check(value as never, expected as never, ...rest) === negated) {
        fail(negated, `${show(value)} ${name} ${show(expected)}${note}`);
      }
    };
  }
  return made;
}

/** vitest's expect, as far as CHECKS goes; `note` is added to the message of a failure. */
export function expect(value: unknown, note = ""): Assertions {
  const words = note === "" ? "" : ` (${note})`;
  return Object.assign(assertions(value, false, words), {
    not: assertions(value, true, words),
  }) as Assertions;
}

const isA = (type: unknown, value: unknown): boolean =>
  typeof value === (type as { name: string }).name.toLowerCase() ||
  value instanceof (type as new () => object);
expect.any = (type: unknown): Matcher =>
  matcher(`any ${(type as { name: string }).name}`, (value) => isA(type, value));
expect.anything = (): Matcher => matcher("anything", (value) => value !== null && value !== undefined);
expect.stringContaining = (part: string): Matcher =>
  matcher(`…${part}…`, (value) => typeof value === "string" && value.includes(part));
expect.stringMatching = (pattern: string | RegExp): Matcher =>
  matcher(String(pattern), (value) => typeof value === "string" && new RegExp(pattern).test(value));
expect.objectContaining = (part: object): Matcher =>
  matcher(show(part), (value) =>
    Object.entries(part).every(([key, member]) => hasProperty(value, [key], [member])),
  );
expect.arrayContaining = (part: readonly unknown[]): Matcher =>
  matcher(
    show(part),
    (value) => Array.isArray(value) && part.every((one) => value.some((x) => equals(x, one, false))),
  );

/** What a run of all registered cases came to. */
export interface SuiteCount {
  passed: number;
  failed: { name: string; message: string }[];
}

/** Runs every registered case in order; none stops the others. */
export function runCases(): SuiteCount {
  const count: SuiteCount = { passed: 0, failed: [] };
  for (const { name, body } of cases) {
    try {
      const result = body();
      if (result instanceof Promise) throw new Error("an asynchronous case: pure suites are synchronous");
      count.passed += 1;
    } catch (error) {
      count.failed.push({ name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return count;
}
