// `make feed`: dist/feed/lambda-ddns/, the package folder with the program inside, for the SDK and for buildbots,
// which have no npm. Refuses to write one without a program.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scriptProgram } from "./package/program.ts";

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

try {
  const program = scriptProgram();
  const folder = path("dist/feed/lambda-ddns");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(path("openwrt/lambda-ddns"), folder, { recursive: true });
  cpSync(path("LICENSE"), `${folder}/LICENSE`);
  cpSync(program, `${folder}/lambda-ddns.js`);
  console.log("dist/feed/lambda-ddns: copy it into a feed, or name dist/feed by src-link in feeds.conf");
} catch (error) {
  console.error(`make feed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
