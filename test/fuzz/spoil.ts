// Garbage from good texts and a seed: cut, doubled, swapped, spiced with what parsers dislike.
import { makeRandom, type Random } from "../world/random.ts";

/** What breaks parsers, terminals, logs and comparisons. */
const SPICES: readonly [string, ...string[]] = [
  "\u0000",
  ..."\u001b[2J \u0007 \r \n \t \" ' \\ ` $( ; | & < > %s %n { } [ ] , : = # -- - . / // ../ @ ~ * ? ! ^".split(
    " ",
  ),
  ..."\u00e9 \u20ac \u{1f600} \ud800 \udfff \ufeff \u2028 \u202e \u200f \u0085 \uffff \u0130 \u212a \u017f".split(
    " ",
  ),
  ..."0 -1 1e999 -0 0x7f 007 1e-7 99999999999999999999 NaN Infinity null true false undefined".split(" "),
  ..."__proto__ constructor toString hasOwnProperty length then \\u0000 \\ud800 \\x41".split(" "),
  ..."10.0.0.1 ::1 ::ffff:1.2.3.4 1.2.3.4 fe80::1%eth0 256.1.1.1 2a00:1450::1 127.1 [::1] ::".split(" "),
  ..."https://x.on.aws/ http://10.0.0.1/ https://127.0.0.1/ //evil/ HTTP/1.1 Retry-After: Location: 201 200 302 503".split(
    " ",
  ),
  " ",
  "\n\n",
  "\r\n",
  "\r\n\r\n",
  "'\\''",
  "a".repeat(300),
  "[".repeat(60),
  '{"a":'.repeat(40),
];

/** A text that a few strokes have spoiled; now and then one that is sound, or no good text at all. */
export function spoil(random: Random, sound: readonly [string, ...string[]]): string {
  let text = random.pick(sound);
  for (let strokes = random.pick([0, 1, 1, 1, 2, 3, 5, 12]); strokes > 0; strokes--)
    text = stroke(random, text, sound);
  return text.slice(0, 70_000);
}

function stroke(random: Random, text: string, sound: readonly [string, ...string[]]): string {
  const at = random.whole(0, text.length);
  const to = Math.min(text.length, at + random.whole(0, random.pick([1, 4, 40])));
  const other = random.pick(sound);
  const piece = other.slice(random.whole(0, other.length), random.whole(0, other.length));
  const ways = [
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + text.slice(to),
    () => text.slice(0, at) + text.slice(at, to).repeat(random.whole(2, 5)) + text.slice(to),
    () => text.slice(0, at) + random.pick(SPICES) + text.slice(at),
    () => text.slice(0, at) + random.pick(SPICES) + text.slice(to),
    () =>
      text.slice(0, at) +
      String.fromCharCode(random.whole(0, random.pick([127, 255, 65_535]))) +
      text.slice(at + 1),
    () => text.slice(0, at) + piece + text.slice(to),
    () => replaceValue(random, text),
  ] as const;
  return random.pick<() => string>([...ways])();
}

/** Puts a spice in place of one whole value: what stands in quotes, a number, or an object or list without another inside. */
function replaceValue(random: Random, text: string): string {
  const places = [...text.matchAll(/"[^"]*"|'[^']*'|\d+|\{[^{}]*\}|\[[^[\]]*\]/g)];
  const place = places[random.whole(0, Math.max(0, places.length - 1))];
  if (!place) return text;
  const quote = /["']/.test(place[0].charAt(0)) && random.chance(0.7) ? place[0].charAt(0) : "";
  return (
    text.slice(0, place.index) +
    quote +
    random.pick(SPICES) +
    quote +
    text.slice(place.index + place[0].length)
  );
}

/** Garbage number `index` for a border. */
export function garbage(border: number, index: number, sound: readonly [string, ...string[]]): string {
  return spoil(makeRandom(index, 100 + border), sound);
}
