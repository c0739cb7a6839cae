// Whether a file is the program that was started, or was imported by another one.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** `moduleUrl`: the file's import.meta.url. Links on the way to the file (npm's, the user's) do not matter. */
export function isMain(moduleUrl: string): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(moduleUrl);
}
