// The page's folder of a feed: as in the repository, with the built script, readable, where luci.mk looks for them.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildScript } from "./scripts.ts";

const NAME = "luci-app-lambda-ddns";

/** Writes the self-contained package folder below `feed`. */
export function writePageFeed(feed: string): void {
  const folder = join(feed, NAME);
  rmSync(folder, { recursive: true, force: true });
  cpSync(fileURLToPath(new URL(`../../openwrt/${NAME}`, import.meta.url)), folder, { recursive: true });
  const { path, file } = buildScript("readable");
  const target = join(folder, path.replace(/^www/, "htdocs"));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
}
