// Golden files: bytes that were written by this repository and accepted by the real program at the time; whoever changes
// a format on purpose writes them anew with UPDATE_GOLDEN=1 and has the real program judge them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`golden/${name}`, import.meta.url));
}

/** Expects `bytes` to be those of the golden file `name`. */
export function expectGolden(name: string, bytes: Uint8Array): void {
  const path = goldenPath(name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(goldenPath(""), { recursive: true });
    writeFileSync(path, bytes);
  }
  expect(Buffer.from(bytes).toString("latin1"), path).toBe(readFileSync(path, "latin1"));
}
