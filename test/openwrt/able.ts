// Tests that need programs of this machine: skipped, with the reason printed, where one is missing; with CI=true they
// run and fail instead.
import { test } from "vitest";
import { missingProgram } from "../../build/needs.ts";

/** vitest's `test` for a test that runs `programs`. */
export function testWith(...programs: string[]): ReturnType<typeof test.skipIf> {
  const reasons = programs.map((program) => missingProgram(program)).filter((reason) => reason !== null);
  const skipped = reasons.length > 0 && process.env["CI"] !== "true";
  if (skipped) console.warn(reasons.join("\n"));
  return test.skipIf(skipped);
}
