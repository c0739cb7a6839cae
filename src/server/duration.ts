// Spans of time in words, for listings and digests.

const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** The span in its largest unit, at least two of weeks: "13 days", "2 weeks"; "less than a minute". */
export function inWords(seconds: number): string {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count >= (unit === "week" ? 2 : 1)) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return "less than a minute";
}

/** How long ago a Unix time was; "never" for none. */
export function ago(seconds: number | null, nowSeconds: number): string {
  if (seconds === null) return "never";
  const age = nowSeconds - seconds;
  return age < 60 ? "just now" : `${inWords(age)} ago`;
}
