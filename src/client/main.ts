// Hands the router to the program and leaves with its exit status; a quiet run ends here.
import { isQuiet } from "./app/quiet.ts";
import { rooms } from "./app/rooms.ts";
import { exit, host } from "./host/quickjs.ts";

/** EXIT.failed of pass.ts, which a quiet run does not parse. */
const FAILED = 1;

/** Whether nothing is to be done. A router that fails us at the question is for the long way to tell of. */
function quiet(): boolean {
  try {
    return isQuiet(host);
  } catch {
    return false;
  }
}

try {
  exit(quiet() ? 0 : rooms.program().main(host, rooms));
} catch (error) {
  // The router fails us so badly that not even a log line could be written as it should.
  host.printError(`error: ${error}\n`);
  exit(FAILED);
}
