// What is said of a wrong configuration: the sentence, and what to do. Parsed only where something is wrong.
import { hostnameProblem } from "../../shared/hostname.ts";
import { urlParts } from "../../shared/url.ts";
import type { ConfigProblem } from "./types.ts";

export const ONE_VALUE = "is a list; only one value is possible here";
export const MISSING_HOSTNAME = "is missing; give the name to keep up to date";
export const MISSING_SECRET =
  "is missing; it came with the section that the operator sent, and 'lambda-ddns-admin rotate' makes a new one";
export const PADDED_SECRET =
  "begins or ends with a blank, a line end or a quote, which counts as part of it; remove it unless the service's record has it too";
export const UNUSED_CODE = "is ignored, since there is a secret; remove one of them";
export const BAD_CODE = "is none: 16 letters and digits, such as 0123-4567-89AB-CDEF";
export const ONE_HOSTNAME = "enrols one hostname; give each a section of its own";

export const MACHINE_IPV4 =
  "is for IPv6 only, where each machine has its own address; set family to 'ipv6' or 'dual'";
export const MACHINE_CODE = "needs a secret; enrol the code in a section without host_id first";

export function badFlag(value: string): string {
  if (value === "") return "is empty; write 1 or 0, or remove the line";
  return `'${value}' is neither 1 nor 0${slip(value)}`;
}

export function badChoice(value: string, choices: readonly string[]): string {
  return `'${value}' is not one of ${choices.join(", ")}${meant(value, choices)}`;
}

export function badSeconds(value: string, row: { least: number; zeroIsNever?: true }): string {
  const never = row.zeroIsNever ? ", or 0 for never" : "";
  return `'${value}' is not a number of seconds from ${row.least} up${never}${slip(value)}`;
}

export function unknownOption(name: string, known: readonly string[]): string {
  return `is unknown and ignored${meant(name, known)}`;
}

export function unknownType(type: string): ConfigProblem["message"] {
  return `section type '${type}' is unknown and ignored; use 'service'`;
}

export function badPath(path: string): string {
  return `'${path}' must be an absolute path${slip(path)}`;
}

export function badInterface(name: string): string {
  const remedy = name.startsWith("@") ? `; write '${name.slice(1)}'` : slip(name);
  return `'${name}' is not a logical interface name such as wan${remedy}`;
}

export function badHostname(name: string): string {
  if (name.includes("://")) return `'${name}' is a URL; write the name alone`;
  if (new RegExp("[,;]").test(name))
    return `'${name}' holds several names; write a line 'list hostname' for each`;
  return `'${name}' ${hostnameProblem(name)}${slip(name)}`;
}

/** Two sections would turn a name to and fro; UCI makes one section of two that have one name. */
export function twice(hostname: string, family: string, other: string, own: string): string {
  const said = `'${hostname}' stands twice for ${family}`;
  return other === own
    ? `${said} in this section; was it pasted twice?`
    : `${said}, first in '${other}'; a new secret goes into that section in place of the old one, and several lines go into its list of interfaces`;
}

export function sharedCode(other: string): string {
  return `stands in '${other}' too; each host has its own`;
}

export function badUrl(url: string): string {
  if (!url) return `is missing; give the function URL, ${SAMPLE_URL}`;
  if (urlParts(url)?.scheme === "http")
    return `'${url}' is plain http, which anyone on the way can read and change; use https`;
  // What stands before an @ may be a password.
  const shown = url.replace(new RegExp("//.*@"), "//…@");
  const scheme = new RegExp("^HTTPS?:", "i").test(url) && !url.startsWith("http");
  return `'${shown}' is not a URL such as ${SAMPLE_URL}${scheme ? "; write https in lower case" : slip(url)}`;
}

const SAMPLE_URL = "https://<id>.lambda-url.<region>.on.aws/";

/** What often happens to a value on its way into the file, as a remedy; "" where nothing of it did. */
function slip(value: string): string {
  if (value.startsWith("\uFEFF")) return "; remove the invisible byte order mark at its start";
  if (new RegExp("^['\"\u2018-\u201F]|['\"\u2018-\u201F]$").test(value))
    return "; remove the quotes that are part of it";
  if (value !== value.trim()) return "; remove the blank at its start or end";
  if (new RegExp("<[^>]*>").test(value)) return "; put your own value in place of the words in <>";
  return "";
}

/** The known word that was probably meant. */
function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near ? `; is '${near}' meant?` : slip(word);
}

/** The one of `words` that differs from `word` by a letter or two, or only in case or blanks; "" where none does. */
export function nearest(word: string, words: readonly string[]): string {
  const plain = spelled(word);
  const distances = words.map((known) => distance(plain, spelled(known)));
  const least = Math.min(...distances);
  // In a short word two letters make another one.
  return least <= (plain.length > 4 ? 2 : 1) ? (words[distances.indexOf(least)] ?? "") : "";
}

const spelled = (word: string): string => word.trim().toLowerCase().replaceAll("-", "_");

/** Letters to insert, remove or replace to get from `a` to `b` (Levenshtein's distance). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [at, letter] of [...a].entries()) {
    const next = [at + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
