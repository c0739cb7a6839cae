// What the parts of a run share, and the exit statuses.

import { onLine } from "../detect/netifd.ts";
import type { Host } from "../host/port.ts";
import type { UpdateCommand } from "./arguments.ts";
import type { SharedAnswers } from "./attempt.ts";
import type { Logger } from "./log.ts";
import type { Evaluation, Observation } from "./observe.ts";

/** Exit statuses, the worst first. */
export const EXIT = { usage: 2, refused: 3, failed: 1, done: 0 } as const;

/** The one exit status for all that happened. */
export function worstStatus(statuses: ReadonlySet<number>): number {
  return Object.values(EXIT).find((status) => statuses.has(status)) ?? EXIT.done;
}

/** A run: everything that its parts share. */
export interface Run {
  host: Host;
  command: UpdateCommand;
  found: Observation;
  log: Logger;
  exits: Set<number>;
  shared: SharedAnswers;
}

/** Whether a person means this service by `name`. */
export function isNamed(service: Evaluation["service"], name: string): boolean {
  return name === service.section || name === service.hostname || name === service.id;
}

/** Whether the command is about this service. */
export function isMeant({ command, found }: Run, { service }: Evaluation): boolean {
  const { names, line, trigger } = command;
  if (names.length > 0 && !names.some((name) => isNamed(service, name))) return false;
  if (!line || trigger !== "manual" || typeof found.interfaces === "string") return true;
  return onLine(found.interfaces.list, service.interface, line);
}
