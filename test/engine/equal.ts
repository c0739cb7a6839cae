// Deep equality and printing for the shim, in plain ES2023 so that QuickJS runs it; refuses to look into functions and class instances it does not know.

/** A stand-in for a value, such as expect.any(String). */
export interface Matcher {
  readonly matches: (value: unknown) => boolean;
  readonly describes: string;
}

const MATCHER = Symbol("matcher");

export function matcher(describes: string, matches: (value: unknown) => boolean): Matcher {
  return { [MATCHER]: true, describes, matches } as Matcher;
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === "object" && value !== null && MATCHER in value;
}

type Entries = Record<PropertyKey, unknown>;

/** The own keys that count: all for strict equality, those with a value otherwise. */
function keysOf(value: Entries, strict: boolean): PropertyKey[] {
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return strict ? keys : keys.filter((key) => value[key] !== undefined);
}

function kind(value: object): string {
  return Object.prototype.toString.call(value);
}

/** toEqual's equality, or toStrictEqual's: undefined members and prototypes count too. */
export function equals(left: unknown, right: unknown, strict: boolean): boolean {
  if (isMatcher(right)) return right.matches(left);
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (kind(left) !== kind(right)) return false;
  if (strict && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (left instanceof Date || left instanceof RegExp) return String(left) === String(right);
  if (left instanceof Error) return left.message === (right as Error).message;
  if (left instanceof Map || left instanceof Set) {
    return equals([...left], [...(right as Iterable<unknown>)], strict);
  }
  if (Array.isArray(left) && left.length !== (right as unknown[]).length) return false;
  const [a, b] = [left as Entries, right as Entries];
  const keys = keysOf(a, strict);
  if (keys.length !== keysOf(b, strict).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key], strict));
}

/** toMatchObject's: everything that `part` names is in `whole`; arrays agree in length, member by member. */
export function contains(whole: unknown, part: unknown): boolean {
  if (isMatcher(part) || typeof part !== "object" || part === null) return equals(whole, part, false);
  if (Array.isArray(part)) {
    if (!Array.isArray(whole) || whole.length !== part.length) return false;
    return part.every((member, index) => contains(whole[index], member));
  }
  if (Object.getPrototypeOf(part) !== Object.prototype) return equals(whole, part, false);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) => contains((whole as Entries)[key], value));
}

/** A value as a short text for messages. */
export function show(value: unknown): string {
  if (isMatcher(value)) return value.describes;
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "bigint" || typeof value === "symbol" || value === undefined) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const text = JSON.stringify(value, (_key, member) => shown(member)) ?? String(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function shown(member: unknown): unknown {
  if (member === undefined) return "<undefined>";
  return isMatcher(member) ? member.describes : member;
}
