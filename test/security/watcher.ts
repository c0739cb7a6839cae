// Watches a router's processes from the outside, through /proc, as any user of it could. What it has seen
// is a set of texts: one a command line, environment or state, those among them that do not outlive the run.
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processesOf } from "../faults/packaged.ts";

export interface Seen {
  /** Command lines, words parted by blanks. */
  commands: Set<string>;
  environments: Set<string>;
  states: Set<string>;
}

/** Looks every few milliseconds until `stop`, which tells what was seen. */
export function watch(root: string): { stop(): Seen } {
  const seen: Seen = { commands: new Set(), environments: new Set(), states: new Set() };
  const look = (): void => {
    for (const pid of processesOf(root)) {
      const [command, environment] = ["cmdline", "environ"].map((file) => readProc(pid, file));
      if (command) seen.commands.add(command);
      if (environment) seen.environments.add(environment);
    }
    for (const text of readFolder(join(root, "var/run/lambda-ddns"))) seen.states.add(text);
  };
  const timer = setInterval(look, 3);
  return {
    stop() {
      clearInterval(timer);
      return seen;
    },
  };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function readFolder(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => {
    try {
      return readFileSync(join(folder, name), "latin1");
    } catch {
      return ""; // It was replaced meanwhile.
    }
  });
}

/** Files below `root` that others than their owner may read, with their text. */
export function openFiles(root: string): [path: string, text: string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (lstatSync(path).mode & 0o044) !== 0)
    .map((path) => [path, readFileSync(path, "latin1")]);
}
