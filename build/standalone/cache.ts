// Things that are fetched or built once and kept below node_modules/.cache; refuses a half-made one: it appears at once or not at all.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/lambda-ddns/standalone", import.meta.url));

/** How to get back the room that the cache takes. */
export const CLEAN_CACHE = "up to 430 MB are kept in node_modules/.cache, which make clean-cache removes";

/** The folder `name` of the cache; where it is missing, `make` fills an empty one, which is then put in place at once. */
export function cached(name: string, make: (folder: string) => void): string {
  const place = join(CACHE, name);
  if (existsSync(place)) return place;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, "work-"));
  try {
    make(work);
    renameSync(work, place);
  } catch (error) {
    // Another build was quicker: its folder holds the same.
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return place;
}

/** Whether `name` is in the cache, so that nothing would have to be fetched for it. */
export function isCached(name: string): boolean {
  return existsSync(join(CACHE, name));
}

/** Throws unless `file` has the recorded `digest` (base64 for sha512, hex for sha256), naming both and the remedy. */
export function verify(file: string, algorithm: "sha256" | "sha512", digest: string, remedy: string): void {
  const encoding = algorithm === "sha512" ? "base64" : "hex";
  const found = createHash(algorithm).update(readFileSync(file)).digest(encoding);
  if (found === digest) return;
  throw new Error(`${file} has ${algorithm} ${found}, not the recorded ${digest}: ${remedy}`);
}
