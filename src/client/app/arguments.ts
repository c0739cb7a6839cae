// The arguments of `update`, the one command that runs unwatched; the other commands read their own (commands/dispatch.ts).
import type { Trigger } from "../core/types.ts";
import { EVENTS } from "../fast-path.ts";

export interface UpdateCommand {
  trigger: Trigger;
  /** Send although nothing changed. */
  force: boolean;
  /** Print what would be done, and do nothing. */
  dryRun: boolean;
  /** Sections, host names or ids to act on; all where empty. */
  names: string[];
  /** By hand: only services on this logical interface. For events it is a remark, since one run stands for several of them. */
  line: string;
  /** By hand, and nobody watches: it was handed over (`--detach`, which the wrapper turns into `--detached`). */
  detached: boolean;
}

/** Whether somebody sits at the terminal; else syslog is told as well. */
export function isWatched({ trigger, detached }: UpdateCommand): boolean {
  return trigger === "manual" && !detached;
}

const TRIGGERS = [...EVENTS, "manual"] as const;

/** The command in the words after `update`, or a sentence that says what is wrong with them. */
export function parseUpdate(words: readonly string[]): UpdateCommand | string {
  const command: UpdateCommand = {
    trigger: "manual",
    force: false,
    dryRun: false,
    names: [],
    line: "",
    detached: false,
  };
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const trouble = takeWord(command, word, left);
    if (trouble) return trouble;
  }
  return command;
}

/** Reads one word, and its value from those that are left. */
function takeWord(command: UpdateCommand, word: string, left: string[]): string | null {
  if (word === "--force") command.force = true;
  else if (word === "--dry-run") command.dryRun = true;
  else if (word === "--detached") command.detached = true;
  else if (word === "--interface") {
    command.line = left.shift() ?? "";
    if (!command.line) return "--interface takes a logical interface such as wan";
  } else if (word === "--trigger") {
    const name = left.shift();
    const trigger = TRIGGERS.find((one) => one === name);
    if (!trigger) return `--trigger takes one of ${TRIGGERS.join(", ")}`;
    command.trigger = trigger;
  } else if (word.startsWith("-")) return `update has no option ${word}`;
  else command.names.push(word);
  return null;
}
