// Host names as users write them: judged, never changed, because the token is made over the very letters.

const LABEL = new RegExp("^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$");

/**
 * What is wrong with `name` as the name of an address record, or null when it may be sent. At most 253 octets
 * (RFC 1035, section 2.3.4; a final dot apart), labels of 1 to 63 letters, digits, `-` and `_`, at least two of them; `*` alone
 * may be the first label (RFC 4592). Other scripts need their A-label (`xn--…`).
 */
export function hostnameProblem(name: string): string | null {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  if (bare === "") return "is empty";
  if (bare.length > 253) return `is ${bare.length} characters long, at most 253 are allowed`;
  const labels = bare.split(".");
  for (const [index, label] of labels.entries()) {
    if (index === 0 && label === "*") continue;
    if (label === "") return "has an empty label (two dots in a row, or one in front)";
    if (label.length > 63) return `has a label of ${label.length} characters, at most 63 are allowed`;
    if (!LABEL.test(label)) return labelProblem(label);
  }
  if (labels.length < 2) return "is a single label; write the full name, such as home.example.com";
  // Four numbers are an address, and no top-level domain is all digits (RFC 3696, section 2).
  return Number.isNaN(Number(labels.at(-1))) ? null : "ends in a number; an address is not a host name";
}

function labelProblem(label: string): string {
  if (label.includes("*")) return "has a * that is not the whole first label";
  if (label.startsWith("-") || label.endsWith("-")) return "has a label that begins or ends with a hyphen";
  return "has a character that is not a letter, digit, hyphen, underscore or dot; other scripts need the xn-- form";
}
