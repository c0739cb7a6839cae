// The licence texts of what a standalone executable contains, copied from the packages it was made of; refuses to leave one out.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineSource } from "./engine.ts";
import { zigFolder } from "./zig.ts";

/** Writes one text for each part into `folder`: the engine, the C library, the hash, and the compiler's runtime. */
export function writeLicenses(folder: string): void {
  const noble = fileURLToPath(new URL("../../node_modules/@noble/hashes/LICENSE", import.meta.url));
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(engineSource(), "LICENSE"), join(folder, "quickjs.txt"));
  copyFileSync(join(zigFolder(), "lib/libc/musl/COPYRIGHT"), join(folder, "musl.txt"));
  copyFileSync(noble, join(folder, "noble-hashes.txt"));
  copyFileSync(join(zigFolder(), "LICENSE"), join(folder, "zig.txt"));
}
