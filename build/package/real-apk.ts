// The apk of apk-tools 3 on this machine, where there is one: a second opinion of what was written without it.
import { spawnSync } from "node:child_process";

/** The version of the apk on PATH, such as `3.0.6`; null where there is none or an older one. */
export function realApkVersion(): string | null {
  const { stdout } = spawnSync("apk", ["--version"], { encoding: "utf8" });
  return /^apk-tools (3\.[\w.]+)/.exec(stdout ?? "")?.[1] ?? null;
}

/** Throws where the apk on PATH refuses the package or index at `path`; returns whether there is one. */
export function askRealApk(path: string): boolean {
  if (realApkVersion() === null) return false;
  const { status, stdout, stderr } = spawnSync("apk", ["verify", "--allow-untrusted", path], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the apk on PATH refuses ${path}: ${(stderr || stdout).trim()}`);
  return true;
}
