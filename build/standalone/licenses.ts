// The licence texts of what a standalone executable contains, copied from the packages it was made of; refuses to leave one out.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineSource } from "./engine.ts";
import { zigFolder } from "./zig.ts";

/** The licence of @noble/hashes, whose SHA-256 is part of the client. */
export const NOBLE_LICENSE = fileURLToPath(
  new URL("../../node_modules/@noble/hashes/LICENSE", import.meta.url),
);

/** Writes one text for each part into `folder`: the engine, the C library, the hash, and the compiler's runtime. */
export function writeLicenses(folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(engineSource(), "LICENSE"), join(folder, "quickjs.txt"));
  copyFileSync(join(zigFolder(), "lib/libc/musl/COPYRIGHT"), join(folder, "musl.txt"));
  copyFileSync(NOBLE_LICENSE, join(folder, "noble-hashes.txt"));
  copyFileSync(join(zigFolder(), "LICENSE"), join(folder, "zig.txt"));
}
