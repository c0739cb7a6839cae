// Packs program text: a stretch that stood before is pointed at. A step is a letter for two lengths, some text as it is, and
// digits that say how far back to copy from. Flash is small, and unpacking costs less than parsing what comes out.

/** Digits are the characters from `#` (35) to `~`: 92 of them, all printable. */
const FIRST = 35;
const BASE = 92;

/**
 * A step's letter holds two small numbers: how much plain text comes first (0 to PLAIN - 1), and by how much the copy is longer
 * than LEAST (0 to COPY - 1). The largest of each is continued by a digit.
 */
const PLAIN = 6;
const COPY = 15;
const LEAST = 4;
const MOST_PLAIN = PLAIN - 1 + BASE - 1;
const MOST_COPY = LEAST + COPY - 1 + BASE - 1;

/** Two digits reach back over NEAR characters; a first digit from FAR on begins three, which reach over 135,000. */
const FAR = 76;
const NEAR = FAR * BASE;

/**
 * The function that undoes `pack`, as script source: (packed, dictionary) → text. What is fresh is kept apart from what is
 * done, since a growing string is copied with every step; 900 characters are cheap to copy, and seldom enough joined to the rest.
 */
export const UNPACK = `(packed, done) => {
  const skip = done.length, end = packed.length;
  let fresh = "", at = 0;
  while (at < end) {
    const letter = packed.charCodeAt(at++) - ${FIRST};
    let plain = (letter / ${COPY}) | 0, copy = (letter % ${COPY}) + ${LEAST};
    if (plain === ${PLAIN - 1}) plain += packed.charCodeAt(at++) - ${FIRST};
    if (copy === ${COPY - 1 + LEAST}) copy += packed.charCodeAt(at++) - ${FIRST};
    if (plain) {
      fresh += packed.substr(at, plain);
      at += plain;
    }
    let back = (packed.charCodeAt(at++) - ${FIRST}) * ${BASE} + packed.charCodeAt(at++) - ${FIRST};
    if (back >= ${NEAR}) back = (back - ${NEAR}) * ${BASE} + packed.charCodeAt(at++) - ${FIRST};
    const from = fresh.length - back;
    if (from + copy <= 0) fresh += done.substr(from, copy);
    else if (from >= 0) fresh += fresh.substr(from, copy);
    else {
      done += fresh;
      fresh = done.substr(-back, copy);
    }
    if (fresh.length > 900) {
      done += fresh;
      fresh = "";
    }
  }
  return (done + fresh).slice(skip);
}`;

interface Match {
  length: number;
  back: number;
}

/**
 * `text` in steps; copies may come from `dictionary`, which the reader has already. Refuses characters that the script's
 * encoding would widen.
 */
export function pack(text: string, dictionary = ""): string {
  const whole = dictionary + text;
  if (/[^\n\x20-\x7e]/.test(whole)) throw new Error("only printable ASCII and line ends can be packed");
  const moves = cheapestMoves(whole, dictionary.length);
  let packed = "";
  let plain = "";
  for (let at = dictionary.length; at < whole.length; ) {
    const match = moves[at];
    if (match) packed += step(plain, match);
    else plain += whole[at];
    if (!match && plain.length === MOST_PLAIN) packed += step(plain, EMPTY);
    if (match || plain.length === MOST_PLAIN) plain = "";
    at += match?.length ?? 1;
  }
  return packed + (plain ? step(plain, EMPTY) : "");
}

/** A copy from the end of what is written, where nothing stands yet: `substr` gives "" there. */
const EMPTY: Match = { length: LEAST, back: 0 };

/** For every place the copy that begins there in the cheapest way through, or undefined for a plain character. */
function cheapestMoves(whole: string, start: number): (Match | undefined)[] {
  const matches = allMatches(whole, start);
  const costs = new Array<number>(whole.length + 1).fill(0);
  const moves = new Array<Match | undefined>(whole.length);
  for (let at = whole.length - 1; at >= start; at--) {
    // A little more than its one character: of two ways as cheap, the one with less plain text needs fewer steps.
    costs[at] = 1.02 + (costs[at + 1] ?? 0);
    for (const { length: longest, back } of matches[at] ?? []) {
      for (let length = LEAST; length <= longest; length++) {
        const cost = copyCost(length, back) + (costs[at + length] ?? 0);
        if (cost >= (costs[at] ?? 0)) continue;
        costs[at] = cost;
        moves[at] = { length, back };
      }
    }
  }
  return moves;
}

/** A letter and two digits, and the digits that a far or a long copy needs besides. */
function copyCost(length: number, back: number): number {
  return 3 + (back < NEAR ? 0 : 1) + (length - LEAST < COPY - 1 ? 0 : 1);
}

/** The longest copies from near and from anywhere, for every place from `start` on. */
function allMatches(whole: string, start: number): Match[][] {
  const seen = new Map<string, number[]>();
  const matches: Match[][] = [];
  for (let at = 0; at < whole.length; at++) {
    const key = whole.slice(at, at + LEAST);
    const places = seen.get(key) ?? [];
    if (at >= start) matches[at] = [true, false].flatMap((near) => longest(whole, at, places, near));
    seen.set(key, places);
    places.push(at);
  }
  return matches;
}

/** The longest copy for `at` from one of `places`, the last of several; none overlaps what it makes. As a list of one or none. */
function longest(whole: string, at: number, places: readonly number[], near: boolean): Match[] {
  let best: Match = { length: 0, back: 0 };
  for (const from of places) {
    const back = at - from;
    if (near && back >= NEAR) continue;
    const most = Math.min(back, MOST_COPY, whole.length - at);
    let length = 0;
    while (length < most && whole[from + length] === whole[at + length]) length++;
    if (length >= best.length) best = { length, back };
  }
  return best.length >= LEAST ? [best] : [];
}

/** One step in its characters. */
function step(plain: string, { length, back }: Match): string {
  const copy = length - LEAST;
  const letter = Math.min(plain.length, PLAIN - 1) * COPY + Math.min(copy, COPY - 1);
  const more = plain.length >= PLAIN - 1 ? digit(plain.length - PLAIN + 1) : "";
  const longer = copy >= COPY - 1 ? digit(copy - COPY + 1) : "";
  const far = back < NEAR ? "" : digit(FAR + Math.floor(back / (BASE * BASE)));
  const rest = back % (BASE * BASE);
  return (
    digit(letter) +
    more +
    longer +
    plain +
    far +
    digit(Math.floor((far ? rest : back) / BASE)) +
    digit(back % BASE)
  );
}

function digit(value: number): string {
  return String.fromCharCode(FIRST + value);
}
