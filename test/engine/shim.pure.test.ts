// The shim agrees with vitest: these cases run in vitest, in WASM and in native qjs; each matcher is seen to fail as well.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

const seen: string[] = [];
beforeEach(() => {
  seen.push("hook");
});

describe("equality", () => {
  it.each([
    [1, 1],
    ["a", "a"],
    [Number.NaN, Number.NaN],
    [
      [1, [2]],
      [1, [2]],
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Map([["a", 1]]), new Map([["a", 1]])],
    [new Set([1]), new Set([1])],
    [new Error("x"), new Error("x")],
    [{ a: "xyz" }, { a: expect.stringContaining("y") }],
  ])("%j toEqual %j", (left, right) => {
    expect(left).toEqual(right);
    expect(() => expect(left).not.toEqual(right)).toThrow();
  });
  it.each([
    [1, 2],
    [0, -0],
    [null, undefined],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, [1]],
    [new Uint8Array([1]), new Uint8Array([2])],
    [{ a: 1 }, { a: expect.any(String) }],
  ])("%j not toEqual %j", (left, right) => {
    expect(left).not.toEqual(right);
    expect(() => expect(left).toEqual(right)).toThrow();
  });
  it("is stricter with toStrictEqual and toBe", () => {
    expect({ a: undefined }).not.toStrictEqual({});
    expect([1]).not.toBe([1]);
    expect({ a: 1, b: 2 }).toMatchObject({ a: 1 });
    expect({ a: 1 }).not.toMatchObject({ a: 2 });
    expect([{ a: 1, b: "xyz" }]).toMatchObject([{ b: expect.stringContaining("y") }]);
    expect({ a: { b: 1 }, c: 2 }).toEqual(expect.objectContaining({ a: { b: 1 } }));
    expect({ a: { b: 1, d: 3 } }).not.toEqual(expect.objectContaining({ a: { b: 1 } }));
    expect({ list: [{ a: 1, b: 2 }] }).toMatchObject({ list: [{ b: 2 }] });
    expect([{ a: 1 }, { a: 2 }]).not.toMatchObject([{ a: 1 }]);
    expect({ list: [1, 2] }).not.toMatchObject({ list: [1] });
  });
});

describe("other matchers", () => {
  it("hold and fail", () => {
    expect(null).toBeNull();
    expect(undefined).toBeUndefined();
    expect("abc").toMatch(/b/);
    expect("abc").toContain("bc");
    expect([1, 2]).toContain(2);
    expect([1, 2]).toHaveLength(2);
    expect(1).toBeLessThan(2);
    expect(2).toBeGreaterThanOrEqual(2);
    expect({ a: { b: 1 } }).toHaveProperty("a.b", 1);
    expect(() => {
      throw new TypeError("bad thing");
    }).toThrow("bad thing");
    for (const fails of [
      () => expect(1).toBeNull(),
      () => expect("abc").toMatch(/x/),
      () => expect([1]).toContain(2),
      () => expect([1]).toHaveLength(2),
      () => expect(2).toBeLessThan(2),
      () => expect(1).toBeGreaterThanOrEqual(2),
      () => expect(() => {}).toThrow(),
    ]) {
      expect(fails).toThrow();
    }
  });
  it.each([{ name: "x" }])("names $name by its members", ({ name }) => {
    expect(name).toBe("x");
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("generated inputs", () => {
  it("come from the real fast-check, and its counterexamples are found", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => (a + b).startsWith(a)));
    expect(() => fc.assert(fc.property(fc.nat(), (n) => n < 50))).toThrow("Counterexample");
  });
});
