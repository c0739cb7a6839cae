// Comma-separated values as RFC 4180 has them, with the number of the line that each row begins on.
// Pure. Refuses what is ambiguous and names its line; takes LF, CRLF and a byte order mark.

export interface Row {
  /** From 1. */
  line: number;
  fields: readonly string[];
}

/** The rows in `text`; throws a sentence that names the line. Lines without a character are passed over. */
export function parseCsv(text: string): Row[] {
  const rows: Row[] = [];
  let line = 1;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    const { fields, end } = readRow(text, at, line);
    if (fields.length > 1 || fields[0] !== "") rows.push({ line, fields });
    line += text.slice(at, end).split("\n").length - 1;
    at = end;
  }
  return rows;
}

/** One row, and where the next one begins. */
function readRow(text: string, start: number, line: number): { fields: string[]; end: number } {
  const fields: string[] = [];
  let at = start;
  do {
    if (fields.length > 0) at++;
    const field = text[at] === '"' ? quoted(text, at, line) : plain(text, at, line);
    fields.push(field.text);
    at = field.end;
  } while (text[at] === ",");
  if (text.startsWith("\r\n", at)) at++;
  if (at < text.length && text[at] !== "\n")
    throw new Error(`Line ${line}: there is something behind a closing quote.`);
  return { fields, end: at + 1 };
}

interface Field {
  text: string;
  /** The first character behind it. */
  end: number;
}

function plain(text: string, start: number, line: number): Field {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text.slice(end, end + 2) !== "\r\n")
    end++;
  const field = text.slice(start, end);
  if (field.includes('"'))
    throw new Error(`Line ${line}: a quote in the middle of a value; put the whole value into quotes.`);
  return { text: field.trim(), end };
}

function quoted(text: string, start: number, line: number): Field {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at++;
    } else return { text: value, end: at + 1 };
  }
  throw new Error(`Line ${line}: a quote is opened and not closed.`);
}
