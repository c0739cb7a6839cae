// The texts that the page marks for translation, collected from its sources into the template that translators fill in.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../src/luci", import.meta.url));
export const TEMPLATE = fileURLToPath(
  new URL("../../openwrt/luci-app-lambda-ddns/po/templates/lambda-ddns.pot", import.meta.url),
);

/** Each text with the files that it stands in, in the order of the files. */
export function markedTexts(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of readdirSync(SOURCES).sort()) {
    if (!name.endsWith(".ts") || name.endsWith(".d.ts")) continue;
    for (const text of textsOf(readFileSync(join(SOURCES, name), "utf8"), name)) {
      const places = found.get(text) ?? [];
      if (!places.includes(`src/luci/${name}`)) places.push(`src/luci/${name}`);
      found.set(text, places);
    }
  }
  return found;
}

/** The texts marked in `source`. Throws where a mark holds anything but one plain text, which nobody could translate. */
export function textsOf(source: string, name: string): string[] {
  return [...source.matchAll(/(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*")?\s*,?\s*(\))?/g)].map(
    ([mark, text, end]) => {
      if (text === undefined || end === undefined)
        throw new Error(`src/luci/${name}: ${mark}… marks something other than a plain text`);
      return JSON.parse(text) as string;
    },
  );
}

/** The template in gettext's format. */
export function template(texts: ReadonlyMap<string, readonly string[]>): string {
  const entries = [...texts].map(([text, places]) => {
    const where = places.map((place) => `#: ${place}\n`).join("");
    return `${where}msgid ${JSON.stringify(text)}\nmsgstr ""\n`;
  });
  return ['msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n', ...entries].join("\n");
}

/** The translations in the text of a .po file; those that are empty are left out. */
export function parsePo(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, id = '""', translation = '""'] of text.matchAll(/^msgid (".*")\nmsgstr (".*")$/gm)) {
    if (id !== '""' && translation !== '""')
      found.set(JSON.parse(id) as string, JSON.parse(translation) as string);
  }
  return found;
}
