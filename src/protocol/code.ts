// The code that a router enrols with, as people read and type it.

/** Crockford's base32: digits and capitals without I, L, O and U. */
export const CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 16 characters of five bits each: 80 bits. */
export const CODE_LENGTH = 16;

/**
 * The one spelling of a code that a person typed, 16 capitals and digits, or null when `text` is none. Blanks and dashes
 * are left out, letters may be small; I and L stand for 1 and O for 0, which no code has. U is no character of a code.
 */
export function normalizeCode(text: string): string | null {
  let code = "";
  for (const character of text) {
    const capital = character.toUpperCase();
    const letter = "IL".includes(capital) ? "1" : capital === "O" ? "0" : capital;
    if (CODE_ALPHABET.includes(letter)) code += letter;
    else if (!" \t-".includes(letter)) return null;
  }
  return code.length === CODE_LENGTH ? code : null;
}
