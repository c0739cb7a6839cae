// Text at the border: UTF-8 encoded by hand (QuickJS has no TextEncoder) and foreign text made fit for a log.

/** UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD, as the Encoding Standard says. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}

/**
 * `text` on one line and at most `maxChars` long, so that a stranger's answer can stand in a log or on a
 * terminal: C0 and C1 controls, line and paragraph separators, bidirectional overrides and half characters become `?`.
 */
export function printable(text: string, maxChars = 200): string {
  const short = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return short.replace(UNPRINTABLE, "?");
}

// Built from a string: the big-endian standalone cannot read a literal that was compiled elsewhere. With "u" a surrogate is
// one that stands alone.
const UNPRINTABLE = new RegExp(
  "[\\0-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]",
  "gu",
);
