// What travels packed comes out letter for letter, in every engine: short texts and long ones, with copies from near, from far, from the dictionary and across its end.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pack, UNPACK } from "../../build/script/pack.ts";

const unpack: (packed: string, dictionary: string) => string = new Function(`return ${UNPACK}`)();

function expectSame(text: string, dictionary = ""): void {
  const packed = pack(text, dictionary);
  expect(packed).toMatch(/^[\n\x20-\x7e]*$/);
  expect(unpack(packed, dictionary)).toBe(text);
}

/** Text in which a little stands often: whole words in any order, and letters between them. */
const words = fc.constantFrom("function", "return ", "=>{", "this.state", "a", "b", "`", "\\", "\n", "~");
const prose = fc.array(words, { maxLength: 300 }).map((list) => list.join(""));

/** `length` characters in which four in a row hardly ever come back. */
function noise(length: number, seed: number): string {
  let text = "";
  for (let at = 0, value = seed; at < length; at++) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) & 0x7fffffff;
    text += String.fromCharCode(32 + ((value >>> 8) % 95));
  }
  return text;
}

describe("packed text", () => {
  it("is what it was, with and without a dictionary", () => {
    fc.assert(
      fc.property(prose, prose, (text, dictionary) => expectSame(text, dictionary)),
      {
        numRuns: 200,
      },
    );
  });

  it.each([0, 1, 4, 5, 95, 96, 97, 192, 500])("without anything that comes back: %i characters", (length) => {
    expectSame(noise(length, 7));
  });

  it.each([3, 4, 18, 19, 109, 110, 111, 400])("a copy of %i characters", (length) => {
    const text = noise(length, 11);
    expectSame(`${text}${noise(20, 13)}${text}`);
    expectSame(text, text);
    expectSame(`!${text}`, noise(30, 17) + text.slice(0, length - 1));
  });

  // Two digits reach 6,992 characters back, and what is fresh is put to the rest every 900.
  it.each([800, 899, 900, 901, 1800, 6990, 6991, 6992, 6993, 8463, 8464, 8555, 20_000])(
    "a copy from %i characters back",
    (far) => {
      const text = "0123456789abcdef";
      expectSame(`${text}${noise(far - text.length, 19)}${text}`);
      expectSame(text, text + noise(far - text.length, 23));
      expectSame(`${noise(far % 997, 29)}${text}`, text + noise(far, 31));
    },
  );

  it("is smaller where something comes back", () => {
    expect(pack("const answer = 42;\n".repeat(100)).length).toBeLessThan(150);
  });

  it.each(["ä", "\t", "\0", "\u007f", "😀"])("refuses %j, which would not travel as one byte", (text) => {
    expect(() => pack(text)).toThrow("printable ASCII");
    expect(() => pack("", text)).toThrow("printable ASCII");
  });
});
