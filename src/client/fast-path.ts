// The short way of a run that finds everything as it was: no configuration read, nothing decided anew, nothing written.
// It holds only what every run parses; whatever it is not sure of goes the long way.
import type { Host, JobResult, Uptime } from "./host/port.ts";

/** What a look that ended in rest saw: while all of it stands, the next look would end the same way. */
export interface Memo {
  /** When it was written, and until when it holds. */
  at: Uptime;
  until: Uptime;
  /** Stamps of the files that were read, by path; "" where there was none. */
  files: Record<string, string>;
  /** The interfaces, without what counts by itself. */
  dump: string;
}

/** uci and ubus answer at once or never. */
export const LOCAL_SECONDS = 10;

/**
 * Where a memo stands, or the sentence of a run that could not look, which is no JSON. (Spelled out, since the fast path parses
 * nothing of paths.ts.)
 */
export function memoPath(host: Host): string {
  return `${host.root}/var/run/lambda-ddns/memo`;
}

/** What wakes a run that nobody watches. */
export const EVENTS = ["boot", "reload", "ifup", "clock", "timer"] as const;

/** Whether this is a run that nobody watches, and everything is as the last look left it. Throws HostError. */
export function isUnchanged(host: Host): boolean {
  const [word, option, trigger, ...more] = host.args;
  const plain = more.length === 0 || (more.length === 2 && more[0] === "--interface" && more[1]);
  const event = EVENTS.some((one) => one === trigger);
  if (word !== "update" || option !== "--trigger" || !event || !plain) return false;
  const memo = parseMemo(host.readText(memoPath(host)));
  // Without files there would be nothing to compare, and every change to overlook.
  if (!memo?.files) return false;
  const now = host.uptime();
  if (!(memo.at <= now && now < memo.until)) return false;
  for (const path in memo.files) if (stampOf(host, path) !== memo.files[path]) return false;
  const { ended, code, stdout } = askNetifd(host);
  return ended === "exit" && code === 0 && withoutCounters(stdout) === memo.dump;
}

/** Whatever is JSON: a member that is missing fails the comparison that it stands in. */
function parseMemo(text: string | null): Memo | null {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

/** The stamp of the file at `path`, "" where there is none. */
export function stampOf(host: Host, path: string): string {
  return host.fileFacts(path)?.stamp ?? "";
}

/** Runs the one call that shows all interfaces. */
export function askNetifd(host: Host): JobResult {
  const argv = ["ubus", "call", "network.interface", "dump"] as const;
  return host.run({ argv, stdin: "", deadlineSeconds: LOCAL_SECONDS, output: "whole" });
}

/** A dump without uptimes and lifetimes, which run by themselves; a lifetime that has ended (0) stays. */
export function withoutCounters(dump: string): string {
  let text = dump;
  // Not one expression for all: it would be tried at every character, which costs as much as the rest of the fast path.
  for (const name of ["uptime", "preferred", "valid"])
    text = text.split(`"${name}": `).map(withoutCount).join(name);
  return text;
}

function withoutCount(text: string, index: number): string {
  const count = Number.parseInt(text, 10);
  return index > 0 && count > 0 ? text.slice(`${count}`.length) : text;
}
