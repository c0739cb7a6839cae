// Feeds a border with many texts and sums its answers up, portion by portion, so that two engines which differ are told by a small number of inputs.
import { BORDERS } from "./borders.ts";
import { garbage } from "./spoil.ts";

/** What a border made of inputs `from` to `from + count - 1`. */
export interface Fed {
  /** One number a portion of the answers. */
  sums: number[];
  /** The first inputs that made it throw, with what was thrown. */
  thrown: { index: number; error: string; text: string }[];
  /** How many different answers there were. */
  different: number;
}

export const PORTION = 50;

/**
 * The qjs of 2025-04-26 reads these in JSON, where no other engine does, and nobody writes them: not compared. Odd escapes in
 * strings, and numbers such as -07 and 100. with a zero too many or a digit too few.
 */
const LENIENT = /\\[^"\\/bfnrtu]|-0\d|\d\.(?!\d)/;

export function feed(border: number, from: number, count: number): Fed {
  const it = BORDERS[border];
  if (!it) throw new Error(`there is no border ${border}`);
  const fed: Fed = { sums: [], thrown: [], different: 0 };
  const answers = new Set<number>();
  for (let index = from; index < from + count; index++) {
    const text = garbage(border, index, it.sound);
    let answer: string;
    try {
      answer = it.answer(text);
    } catch (error) {
      answer = "thrown";
      if (fed.thrown.length < 3)
        fed.thrown.push({ index, error: `${error}`, text: JSON.stringify(text.slice(0, 500)) });
    }
    const sum = LENIENT.test(text) ? 0 : hash(answer);
    answers.add(sum);
    const portion = Math.floor((index - from) / PORTION);
    fed.sums[portion] = (Math.imul(fed.sums[portion] ?? 0, 31) + sum) | 0;
  }
  return { ...fed, different: answers.size };
}

function hash(text: string): number {
  let sum = text.length;
  for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return sum;
}

/**
 * Texts nested as deep as 64 KiB allow, at every border: an engine without the stack for it has to say so and not to die of
 * it. Gives the number of answers. (Not in WASM, whose stack is the host's.)
 */
export function feedDeep(): number {
  const texts = [
    "[".repeat(60_000),
    `{"interface":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
    '{"a":'.repeat(12_000),
  ];
  return BORDERS.flatMap(({ answer }) => texts.map(answer)).length;
}
