// The native qjs that tests run and how a suite says what it needs; refuses to skip in silence, and to skip at all with CI=true.
import { describe, it } from "vitest";
import { missingProgram } from "../../build/needs.ts";
import { findQjs } from "../../build/qjs.ts";

// The global setup has looked already: where it found none, no worker tries the network again.
const known = process.env["LAMBDA_DDNS_NO_QJS"];
const found = known === undefined ? findQjs() : { missing: known };

/** The path of Bellard's qjs, or null; its folder holds the program under the name `qjs`. */
export const qjsPath: string | null = "path" in found ? found.path : null;

/** Null where a native qjs is here, else why not and what to do. */
export const qjsMissing: string | null = "missing" in found ? found.missing : null;

/** What a suite cannot do without: "qjs", or a program that has to be on PATH. */
export type Need = "qjs" | (string & {});

/** Null where everything in `needs` is here, else one sentence about the first that is not. */
export function lacking(needs: readonly Need[]): string | null {
  for (const need of needs) {
    const reason = need === "qjs" ? qjsMissing : missingProgram(need);
    if (reason !== null) return reason;
  }
  return null;
}

/** `describe` for a suite with needs: without them it is skipped with the reason in its name; with CI=true it fails. */
export function describeWith(name: string, needs: readonly Need[], body: () => void): void {
  describeUnless(lacking(needs), name, body);
}

/** The same where the reason against it (null: there is none) was found in another way. */
export function describeUnless(reason: string | null, name: string, body: () => void): void {
  if (reason === null) {
    describe(name, body);
    return;
  }
  if (process.env["CI"] === "true") {
    it(name, () => {
      throw new Error(`cannot run here: ${reason}`);
    });
    return;
  }
  describe.skip(`${name} [skipped: ${reason}]`, body);
}

/** The native qjs's path for a suite inside `describeWith(…, ["qjs"], …)`. */
export function requireQjs(): string {
  if (qjsPath === null) throw new Error(qjsMissing ?? "no native qjs");
  return qjsPath;
}
