// A line of the service's log as a person reads it on a terminal; programs get the JSON.

/** What stands in front of every line anyway, or is only for programs. */
const PASSED_OVER = ["timestamp", "level", "duration_ms", "route53_calls", "dynamodb_calls"];

/**
 * `line`, a JSON object, in words: the time of day, what kind of line it is, then the rest. What is no object comes back as it is.
 */
export function terminalLine(line: string): string {
  const entry = parse(line);
  if (!entry) return line;
  const time = `${entry["timestamp"] ?? ""}`.slice(11, 19);
  const level = entry["level"] === "info" ? "" : `${entry["level"]}: `;
  return [time, level + (entry["mode"] === undefined ? other(entry) : request(entry))]
    .filter((part) => part !== "")
    .join(" ");
}

/** One request: `set host1.example.com from 5.6.7.8: 201 changed (12 ms, id …)`. */
function request(entry: Record<string, unknown>): string {
  const { mode, host, address, status, verdict, fault, duration_ms: milliseconds, request_id: id } = entry;
  const who = [mode, host, address === undefined ? undefined : `from ${address}`].filter(
    (word) => word !== undefined,
  );
  const why = fault === undefined ? "" : `: ${fault}`;
  return `${who.join(" ")}: ${status} ${verdict}${why} (${milliseconds} ms, id ${id})`;
}

function other(entry: Record<string, unknown>): string {
  return Object.entries(entry)
    .filter(([name]) => !PASSED_OVER.includes(name))
    .map(([name, value]) =>
      name === "event" ? `${value}` : `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
    )
    .join(", ");
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
