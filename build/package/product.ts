// Writes finished files into dist/ and says what they are; a file appears there whole or not at all.
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { sourceEpoch } from "../version.ts";
import { apk, apkFileName } from "./apk.ts";
import { ipk, ipkName } from "./ipk.ts";
import type { Order } from "./order.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** A file of dist/. */
export interface Product {
  /** The file's name in dist/. */
  name: string;
  bytes: Uint8Array;
}

/** The package for opkg. */
export function ipkProduct({ recipe, content }: Order): Product {
  return { name: ipkName(recipe), bytes: ipk(recipe, content, sourceEpoch()) };
}

/** The package for apk, unsigned. */
export function apkProduct({ recipe, content }: Order): Product {
  return { name: apkFileName(recipe), bytes: apk(recipe, content, sourceEpoch(), []).bytes };
}

/**
 * Writes what `make` makes, has each file judged, which throws, and prints a line for it; on trouble prints it under
 * `target`'s name and ends with 1.
 */
export function writeProducts(
  target: string,
  make: () => readonly Product[],
  judge: (path: string) => void = () => {},
): void {
  try {
    for (const { name, bytes } of make()) {
      writeWhole(`${DIST}/${name}`, bytes);
      judge(`${DIST}/${name}`);
      const sum = createHash("sha256").update(bytes).digest("hex");
      console.log(`dist/${name}: ${bytes.length} bytes, sha256 ${sum}`);
    }
  } catch (error) {
    console.error(`${target}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

/** Writes `bytes` to `path` by way of a file beside it: a full disk leaves what was there, and nothing half-written. */
export function writeWhole(path: string, bytes: Uint8Array, mode = 0o644): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, bytes, { mode });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
