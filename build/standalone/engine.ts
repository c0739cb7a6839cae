// QuickJS' source: Debian's source package, checked against a recorded hash; refuses any other bytes.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { aptGet } from "../debian.ts";
import { missingProgram } from "../needs.ts";
import { run } from "../run.ts";
import { cached, isCached, verify } from "./cache.ts";

const VERSION = "2025.04.26";
const ARCHIVE = `quickjs_${VERSION}.orig.tar.xz`;
const SHA256 = "ec81da5b3249ed648dbc7df4a1654988910e66a118d9b71cb63534216efcfbbe";
const SUITE = "trixie";
const FOLDER = `quickjs-${VERSION}`;

/** Whether the source is here already. */
export function hasEngineSource(): boolean {
  return isCached(FOLDER);
}

/** Where the source is unpacked; fetched by apt on the first call, or taken from $QUICKJS_SOURCE (a copy of the archive). */
export function engineSource(): string {
  return cached(FOLDER, (work) => {
    const chosen = process.env["QUICKJS_SOURCE"];
    const apt = join(work, "apt");
    const archive = chosen ? resolve(chosen) : download(apt);
    if (!existsSync(archive)) throw new Error(`${archive} does not exist: give a copy of ${ARCHIVE}`);
    const noXz = missingProgram("xz");
    if (noXz !== null) throw new Error(noXz);
    verify(archive, "sha256", SHA256, `it is not Debian's ${ARCHIVE}; remove it and build again`);
    run("tar", ["-xJf", archive, "-C", work, "--strip-components=1"]);
    rmSync(apt, { recursive: true, force: true });
  });
}

/** Downloads the source package into the new folder `work` and returns the archive's path. */
function download(work: string): string {
  mkdirSync(work);
  try {
    aptGet(work, "deb-src", SUITE, ["source", "--download-only", "quickjs"]);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(
      `QuickJS' source cannot be fetched (${words}): set QUICKJS_SOURCE to a copy of ${ARCHIVE}`,
    );
  }
  return join(work, ARCHIVE);
}
