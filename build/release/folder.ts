// A release's folder: appears whole or not at all, and can be told to be unchanged without building anything.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Product } from "../package/product.ts";
import { writeWhole } from "../package/product.ts";
import { checksums } from "./contents.ts";

/** What a release was made from; equal records mean equal bytes. */
export interface Origin {
  version: string;
  commit: string;
  /** Seconds since 1970. */
  epoch: number;
  /** The number of the key that signed it, or null. */
  key: string | null;
}

/** The file that says so. */
export const ORIGIN = "release.json";
const SUMS = "SHA256SUMS";

export function originText(origin: Origin): string {
  return `${JSON.stringify(origin, null, 2)}\n`;
}

/** Whether `folder` holds the whole release that `origin` would give. */
export function isComplete(folder: string, origin: Origin): boolean {
  if (!existsSync(join(folder, ORIGIN)) || !existsSync(join(folder, SUMS))) return false;
  if (readFileSync(join(folder, ORIGIN), "utf8") !== originText(origin)) return false;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(SUMS))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: path.slice(folder.length + 1), bytes: readFileSync(path) }));
  return checksums(files) === readFileSync(join(folder, SUMS), "utf8");
}

/** Writes `files` beside `folder`, has `judge` look at them there, then puts them in its place. */
export function writeFolder(
  folder: string,
  files: readonly Product[],
  judge: (folder: string) => void,
): void {
  const partial = join(dirname(folder), `.${basename(folder)}.partial-${process.pid}`);
  const old = `${partial}.old`;
  try {
    mkdirSync(partial, { recursive: true });
    for (const { name, bytes } of files) writeWhole(join(partial, name), bytes);
    judge(partial);
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(partial, folder);
  } finally {
    for (const rest of [partial, old]) rmSync(rest, { recursive: true, force: true });
  }
}
