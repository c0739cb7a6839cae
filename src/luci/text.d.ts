// What LuCI adds to the language: translated texts, and printf on strings. Nothing of the page's other surroundings.

/** The translation of `text` in the user's language, else `text`. */
declare function _(text: string): string;

interface String {
  /** As printf: %s and %d. Nothing is escaped, so the result may only become a text node. */
  format(...values: readonly (string | number)[]): string;
}
