// The text of `uci export`: packages, sections, options and lists. Refuses anything uci would not print.

export interface UciSection {
  type: string;
  /** The section's name, or `@type[n]` as uci addresses an anonymous one. */
  name: string;
  options: Map<string, string[]>;
}

/** The sections of an export in their order, or null when the text is not one (cut, or of another program). */
export function parseUci(text: string): UciSection[] | null {
  const sections: UciSection[] = [];
  let rest = text;
  while (rest !== "") {
    const statement = STATEMENT.exec(rest);
    if (!statement) return null;
    rest = rest.slice(statement[0].length);
    const [, keyword, word = "", quoted] = statement;
    const value = quoted?.slice(1, -1).replaceAll("'\\''", "'");
    if (keyword === "config")
      sections.push({ type: word, name: value ?? anonymous(sections, word), options: new Map() });
    else if (keyword !== "package" && !addOption(sections.at(-1), keyword === "list", word, value))
      return null;
  }
  return sections;
}

function anonymous(sections: readonly UciSection[], type: string): string {
  return `@${type}[${sections.filter((section) => section.type === type).length}]`;
}

function addOption(
  section: UciSection | undefined,
  list: boolean,
  name: string,
  value: string | undefined,
): boolean {
  if (!section || value === undefined) return false;
  section.options.set(name, list ? [...(section.options.get(name) ?? []), value] : [value]);
  return true;
}

// One statement with its line end and the blank lines after it. A value may hold line breaks; `'` is spelled '\''.
const STATEMENT = new RegExp(
  "^\\n*\\t?(package|config|option|list) ([^\\s']+)(?: ('(?:[^']|'\\\\'')*'))?\\n+",
);
