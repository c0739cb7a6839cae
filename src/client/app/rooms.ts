// The rooms that a quiet run never enters. The script's build replaces this file: there they travel as text and are
// parsed when first entered, since parsing is what a run costs. In the standalone and in tests they are ordinary modules.
import * as attempt from "./attempt.ts";
import * as desk from "./desk.ts";
import * as program from "./program.ts";
import * as report from "./report.ts";

export interface Rooms {
  /** The program: commands, configuration, plan. */
  program(): typeof program;
  /** Carries out what was decided. */
  attempt(): typeof attempt;
  /** Words: log lines and what they say. */
  report(): typeof report;
  /** Commands of a person: status, check, address, help. */
  desk(): typeof desk;
}

export const rooms: Rooms = {
  program: () => program,
  attempt: () => attempt,
  report: () => report,
  desk: () => desk,
};
