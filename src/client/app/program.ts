// From arguments to an exit status: catches once what no room expected.
import { type Host, HostError } from "../host/port.ts";
import { parseUpdate } from "./cli.ts";
import { EXIT, update } from "./pass.ts";
import type { Rooms } from "./rooms.ts";

/** Runs the command in the host's arguments; every way out is a status. */
export function main(host: Host, rooms: Rooms): number {
  const [word, ...words] = host.args;
  const command = word === "update" ? parseUpdate(words) : null;
  if (typeof command === "string") return rooms.desk().misused(host, command);
  try {
    return command ? update(host, command, rooms) : rooms.desk().serve(host, rooms);
  } catch (error) {
    const watched = !command || command.trigger === "manual";
    const log = rooms.report().openLog(host, "error", !watched);
    log.say("error", null, rooms.report().troubleLine(error, error instanceof HostError));
    log.flush();
    return EXIT.failed;
  }
}
