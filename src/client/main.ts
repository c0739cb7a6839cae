// Hands the router to the program and leaves with its exit status.

import { exit, host } from "./host/quickjs.ts";
import { main } from "./program.ts";

/** EXIT.failed of run.ts, which an unchanged run does not parse. */
const FAILED = 1;

try {
  exit(main(host));
} catch (error) {
  // The router fails us so badly that not even a log line could be written as it should.
  host.printError(`error: ${error}\n`);
  exit(FAILED);
}
