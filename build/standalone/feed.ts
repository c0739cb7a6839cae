// The second package folder for OpenWrt's SDK: recipe, files and the client as one ES module.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NOBLE_LICENSE } from "./licenses.ts";
import { buildStandaloneScript } from "./script.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Writes the self-contained package `lambda-ddns-standalone` below the feed's folder `feed`; returns its path. */
export function writeStandaloneFeed(feed: string): string {
  const folder = join(feed, "lambda-ddns-standalone");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "openwrt/lambda-ddns-standalone"), folder, { recursive: true });
  cpSync(join(ROOT, "openwrt/lambda-ddns/files"), join(folder, "files"), { recursive: true });
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  cpSync(NOBLE_LICENSE, join(folder, "noble-hashes.txt"));
  buildStandaloneScript(join(folder, "lambda-ddns.js"));
  return folder;
}
