// Rules about the repository as a whole: phrases that readers stumbled over, imports in a circle, what the build may lean on.
import { imports, target } from "./rules.ts";

/** Phrases that were read as translated, or said nothing; what people read must do without them. */
const PHRASES = [
  "rests everything",
  "outside the protocol",
  "tell strangers",
  "parted by",
  "mend that line",
  "rest (calm)",
  "refuses nothing",
  "is nobody's trouble",
  "it notices",
];

/** The phrases of the list that `text` holds, each with the file that it stands in. */
export function phraseComplaints(path: string, text: string): string[] {
  // The list itself, and tests that say what must not be said.
  if (path.startsWith("test/")) return [];
  const low = text.toLowerCase();
  return PHRASES.filter((phrase) => low.includes(phrase)).map((phrase) => `${path}: "${phrase}"`);
}

/** Circles of imports among `files` (path and text), types included: each as its files in order. */
export function importCircles(files: ReadonlyMap<string, string>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) circles.push([...above.slice(above.indexOf(path)), path].join(" → "));
    if (above.includes(path) || done.has(path)) return;
    for (const specifier of imports(files.get(path) ?? "")) {
      if (specifier.startsWith(".")) walk(target(path, specifier), [...above, path]);
    }
    done.add(path);
  };
  for (const path of files.keys()) walk(path, []);
  return circles;
}

/** What in build/ leans on tests. */
export function buildComplaints(path: string, text: string): string[] {
  if (!path.startsWith("build/")) return [];
  return imports(text)
    .filter((specifier) => specifier.startsWith(".") && target(path, specifier).startsWith("test/"))
    .map((specifier) => `${path}: imports ${specifier}`);
}
