// A section as `lambda-ddns-admin` prints it, pasted into the page.
import { parseUci } from "../client/core/uci.ts";

/** The options that adding a service asks for, and whatever else the text says. */
export interface Pasted {
  name: string;
  options: Record<string, string[]>;
}

/** The first service section in `text`, or null when there is none. Indentation and line ends do not matter. */
export function parsePasted(text: string): Pasted | null {
  const lines = text
    .split(new RegExp("\\r\\n|\\r|\\n"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const sections = parseUci(lines.map((line) => `${line.replace(BLANKS, "$1 $2 ")}\n`).join(""));
  const found = sections?.find((section) => section.type === "service");
  if (!found) return null;
  return { name: found.name.startsWith("@") ? "" : found.name, options: Object.fromEntries(found.options) };
}

/** The section's name for `hostname`, as the operator's tool makes it, unlike any of `taken`. */
export function sectionName(hostname: string, taken: readonly string[]): string {
  const plain = hostname
    .replace(new RegExp("\\.$"), "")
    .replace(new RegExp("^\\*"), "any")
    .replace(new RegExp("[^A-Za-z0-9]", "g"), "_");
  let name = plain;
  for (let count = 2; taken.includes(name); count++) name = `${plain}_${count}`;
  return name;
}

const BLANKS = new RegExp("^(config|option|list)\\s+'?([A-Za-z0-9_-]+)'?\\s*");
