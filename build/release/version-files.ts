// Where the version stands: in package.json, and in copies for programs that read nothing else. Sets and compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MAKEFILE = /^(PKG_VERSION:=)(.*)$/m;

/** The copies, each with the pattern that finds it; package.json itself comes first. */
const COPIES: readonly { path: string; pattern: RegExp }[] = [
  { path: "package.json", pattern: /^( {2}"version": ")([^"]*)/m },
  { path: "package-lock.json", pattern: /^( {2}"version": ")([^"]*)/m },
  { path: "package-lock.json", pattern: /^( {6}"version": ")([^"]*)/m },
  { path: "openwrt/lambda-ddns/Makefile", pattern: MAKEFILE },
  { path: "openwrt/lambda-ddns-standalone/Makefile", pattern: MAKEFILE },
  { path: "openwrt/luci-app-lambda-ddns/Makefile", pattern: MAKEFILE },
];

/** The first copy below `root` that is not `version`, in a sentence; null where all agree. */
export function versionComplaint(root: string, version: string): string | null {
  for (const { path, pattern } of COPIES) {
    const found = pattern.exec(readFileSync(join(root, path), "utf8"))?.[2];
    if (found !== version)
      return `${path}: the version is ${found ?? "missing"}, package.json says ${version}: run make set-version VERSION=${version}`;
  }
  return null;
}

/** Writes `version` into every copy below `root`. */
export function setVersion(root: string, version: string): void {
  for (const { path, pattern } of COPIES) {
    const file = join(root, path);
    writeFileSync(file, readFileSync(file, "utf8").replace(pattern, `$1${version}`));
  }
}
