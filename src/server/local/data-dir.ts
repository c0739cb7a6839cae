// The folder that the local service keeps its things in: who may read them, and how they are replaced.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** Makes the folder if need be and closes it to everybody else: it holds every router's secret. */
export function openDataDir(dataDir: string): string {
  const path = resolve(dataDir);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (error) {
    throw new Error(
      `DATA_DIR ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return path;
}

/** The file's text, or null when there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Puts `text` in place as a whole: after a crash the old text is there or the new one. */
export function replaceFile(path: string, text: string, mode: number): void {
  const next = `${path}.new`;
  writeFileSync(next, text, { mode });
  chmodSync(next, mode);
  renameSync(next, path);
}

/** The path of a socket in the folder, as short as it can be written: the kernel takes 107 bytes. */
export function socketPath(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  const short = `./${relative(process.cwd(), path)}`;
  const best = Buffer.byteLength(short) < Buffer.byteLength(path) ? short : path;
  if (Buffer.byteLength(best) <= 107) return best;
  throw new Error(`DATA_DIR ${dataDir} is too long for a socket in it; choose a folder with a shorter path.`);
}
