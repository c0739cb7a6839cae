// `make feed`: dist/feed/, the package folders with their programs inside, for the SDK and for buildbots, which have
// no npm. Refuses to write one without a program.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writePageFeed } from "./luci/feed.ts";
import { scriptProgram } from "./package/program.ts";
import { writeStandaloneFeed } from "./standalone/feed.ts";
import { NOBLE_LICENSE } from "./standalone/licenses.ts";

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** Writes the self-contained package `lambda-ddns` around `program`, the path of the bundle. */
function writeScriptFeed(program: string): void {
  const folder = path("dist/feed/lambda-ddns");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(path("openwrt/lambda-ddns"), folder, { recursive: true });
  cpSync(path("LICENSE"), `${folder}/LICENSE`);
  cpSync(program, `${folder}/lambda-ddns.js`);
  cpSync(NOBLE_LICENSE, `${folder}/noble-hashes.txt`);
}

try {
  writeScriptFeed(scriptProgram());
  writeStandaloneFeed(path("dist/feed"));
  writePageFeed(path("dist/feed"));
  for (const name of ["lambda-ddns", "lambda-ddns-standalone", "luci-app-lambda-ddns"])
    console.log(`dist/feed/${name}`);
  console.log("Copy the folders into a feed, or name dist/feed by src-link in feeds.conf.");
} catch (error) {
  console.error(`make feed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
