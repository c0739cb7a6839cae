// From arguments to an exit status, loading no more of the program than the run needs.

import { update } from "./app/update.ts";
import { runCommand } from "./commands/dispatch.ts";
import { isUnchanged } from "./fast-path.ts";
import type { Host } from "./host/port.ts";
import { loadPart } from "./parts.ts";

/** Runs the command in the host's arguments; every way out is a status. */
export function main(host: Host): number {
  if (unchanged(host)) return 0;
  loadPart("program");
  if (host.args[0] === "update") return update(host);
  loadPart("commands");
  return runCommand(host);
}

/** Whether nothing is to be done. A router that fails us at the question is for the long way to tell of. */
function unchanged(host: Host): boolean {
  try {
    return isUnchanged(host);
  } catch {
    return false;
  }
}
