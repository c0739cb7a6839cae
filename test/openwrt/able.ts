// Tests that need programs of this machine: skipped, with the reason printed, where one is missing; with CI=true they
// run and fail instead.
import { test } from "vitest";
import { lacking, type Need } from "../engine/native.ts";

/** vitest's `test` for tests that run `needs`. */
export function testWith(...needs: Need[]): ReturnType<typeof test.skipIf> {
  const reason = process.env["CI"] === "true" ? null : lacking(needs);
  if (reason !== null) console.warn(reason);
  return test.skipIf(reason !== null);
}
