// The one version number, from package.json, and the time stamp of products; refuses a version that apk could not order.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The version in package.json, such as `1.2.0` or `1.2.0_rc1` (opkg and apk take both). */
export function projectVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  requireVersion("package.json: version", version);
  return version;
}

/** Throws where packages cannot carry `version`, naming `where` it stands. */
export function requireVersion(where: string, version: string): void {
  if (/^\d+\.\d+\.\d+(_(alpha|beta|rc)\d+)?$/.test(version)) return;
  throw new Error(`${where} '${version}' is none that packages can carry, such as 1.2.0 or 1.2.0_rc1`);
}

/**
 * Seconds since 1970 that every product of this commit is stamped with: SOURCE_DATE_EPOCH where it is set, else the
 * commit's own time, else 0 (an unpacked archive without git). Never the time of the build.
 */
export function sourceEpoch(environment: NodeJS.ProcessEnv = process.env): number {
  const set = environment["SOURCE_DATE_EPOCH"];
  if (set !== undefined && /^\d{1,10}$/.test(set)) return Number(set);
  try {
    const cwd = new URL("..", import.meta.url);
    const out = execFileSync("git", ["log", "-1", "--format=%ct"], {
      cwd,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Number(out.toString().trim());
  } catch {
    return 0;
  }
}
