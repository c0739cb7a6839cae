// Packs program text: a stretch that stood before is pointed at. Flash is small, and unpacking costs a tenth of parsing.
// A pointer is three characters: a control character for the length, and two digits for the distance.

/** Lengths 4, 5, 6 … in this order; line ends, tab, escape and NUL may stand in program text or trouble a terminal. */
const LENGTHS = [
  1, 2, 3, 4, 5, 6, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31,
];
const LEAST = 4;
/** Digits are the 91 characters from `#` on, without those that a template literal must escape. */
const FIRST = 35;
const BASE = 91;
const ESCAPED: Readonly<Record<string, string>> = { "\\": "!", "`": "\u007f" };

/** The function that undoes `pack`, as script source. */
export const UNPACK = `(s) => {
  const codes = ${JSON.stringify(LENGTHS)};
  const digit = (c) => (c === "!" ? 57 : c === "\\x7f" ? 61 : c.charCodeAt(0) - ${FIRST});
  let out = "";
  const parts = s.split(/([\\x01-\\x08\\x0b-\\x1f])/);
  for (let i = 0; i < parts.length; i += 2) {
    let literal = parts[i];
    if (i) {
      const from = out.length - 1 - digit(literal[0]) * ${BASE} - digit(literal[1]);
      out += out.substr(from, codes.indexOf(parts[i - 1].charCodeAt(0)) + ${LEAST});
      literal = literal.slice(2);
    }
    out += literal;
  }
  return out;
}`;

/** `text` with pointers. Refuses characters that could be taken for one, or that the script's encoding would widen. */
export function pack(text: string): string {
  if (/[^\n\x20-\x7e]/.test(text)) throw new Error("only printable ASCII and line ends can be packed");
  const seen = new Map<string, number[]>();
  let packed = "";
  let at = 0;
  const learn = (count: number): void => {
    for (const end = at + count; at < end; at++) {
      const key = text.slice(at, at + LEAST);
      seen.set(key, [...(seen.get(key) ?? []), at]);
    }
  };
  while (at < text.length) {
    const here = longest(text, at, seen);
    const next = here.length ? longest(text, at + 1, seen) : here;
    if (here.length === 0 || next.length > here.length + 1) {
      packed += text[at];
      learn(1);
    } else {
      packed += pointer(here);
      learn(here.length);
    }
  }
  return packed;
}

interface Match {
  length: number;
  distance: number;
}

function longest(text: string, at: number, seen: ReadonlyMap<string, number[]>): Match {
  let best: Match = { length: 0, distance: 0 };
  for (const from of seen.get(text.slice(at, at + LEAST)) ?? []) {
    const distance = at - from;
    const most = Math.min(distance, LENGTHS.length + LEAST - 1, text.length - at);
    let length = 0;
    while (length < most && text[from + length] === text[at + length]) length++;
    if (length >= LEAST && length >= best.length && distance <= BASE * BASE) best = { length, distance };
  }
  return best;
}

function pointer({ length, distance }: Match): string {
  const back = distance - 1;
  return (
    String.fromCharCode(LENGTHS[length - LEAST] ?? 0) + digit(Math.floor(back / BASE)) + digit(back % BASE)
  );
}

function digit(value: number): string {
  const character = String.fromCharCode(FIRST + value);
  return ESCAPED[character] ?? character;
}
