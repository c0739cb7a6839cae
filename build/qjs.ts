// Finds Bellard's native qjs, or provisions Debian 13's in a cache folder; refuses quickjs-ng and touches nothing of the system.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { aptGet } from "./debian.ts";
import { findProgram } from "./needs.ts";
import { run } from "./run.ts";

/** A qjs that runs here: the program's path (a file named `qjs`, its folder fit for a PATH) and its version date. */
export interface Qjs {
  path: string;
  version: string;
}
/** Why there is none, as one sentence that ends with what to do. */
export interface NoQjs {
  missing: string;
}

const CACHE = fileURLToPath(new URL("../node_modules/.cache/lambda-ddns/qjs", import.meta.url));
const SUITE = "trixie";
const REMEDY = "install Bellard's QuickJS (Debian 13: apt-get install quickjs) or set QJS to its path";

/** The version date of the qjs at `path`, or null where it is not Bellard's or does not start. */
export function qjsVersion(path: string): string | null {
  // --help exits 1 in some releases: only the first line counts.
  const { stdout, stderr } = spawnSync(path, ["--help"], { encoding: "utf8" });
  return /^QuickJS version (\d{4}-\d\d-\d\d)/m.exec(`${stdout}\n${stderr}`)?.[1] ?? null;
}

function usable(path: string): Qjs | null {
  const version = qjsVersion(path);
  return version === null ? null : { path, version };
}

/**
 * $QJS, else `qjs` on PATH, else the provisioned one, which is fetched once (a few seconds).
 * A $QJS that does not work is an error of its own and is never papered over by another engine.
 */
export function findQjs(env: NodeJS.ProcessEnv = process.env, cache = CACHE): Qjs | NoQjs {
  const chosen = env["QJS"];
  if (chosen) {
    return (
      usable(resolve(chosen)) ?? {
        missing: `QJS=${chosen} is not Bellard's QuickJS: unset QJS or correct it`,
      }
    );
  }
  const installed = findProgram("qjs", env["PATH"] ?? "");
  const found = (installed && usable(installed)) || usable(join(cache, "qjs"));
  if (found) return found;
  try {
    provision(cache);
  } catch (error) {
    const words = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { missing: `no native qjs (${words}): ${REMEDY}` };
  }
  return usable(join(cache, "qjs")) ?? { missing: `Debian 13's qjs does not start here: ${REMEDY}` };
}

/** Writes `cache`/qjs, which starts Debian 13's qjs through its own loader; its children keep the system's libc. */
function provision(cache: string): void {
  mkdirSync(cache, { recursive: true });
  console.error(
    "fetching qjs from Debian 13 (a few seconds, once; up to a minute where there is no network)",
  );
  const work = mkdtempSync(join(cache, "work-"));
  try {
    aptGet(work, "deb", SUITE, ["download", "quickjs", "libc6"]);
    for (const file of readdirSync(work).filter((name) => name.endsWith(".deb"))) {
      run("dpkg-deb", ["-x", file, "root"], work);
    }
    install(join(work, "root/usr"), cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Moves what qjs needs into a folder of its own; the wrapper appears last and at once, so that racers never see half of it. */
function install(usr: string, cache: string): void {
  const triplet = readdirSync(join(usr, "lib")).find((name) => name.includes("linux-gnu"));
  if (triplet === undefined) throw new Error("Debian's libc6 holds no library folder");
  const libraries = join(usr, "lib", triplet);
  const loader = readdirSync(libraries).find((name) => /^ld-linux.*\.so/.test(name));
  if (loader === undefined) throw new Error("Debian's libc6 holds no loader");
  const tree = mkdtempSync(join(cache, "tree-"));
  for (const name of [loader, "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0"]) {
    copyFileSync(join(libraries, name), join(tree, name));
    chmodSync(join(tree, name), 0o755);
  }
  renameSync(join(usr, "bin/qjs"), join(tree, "qjs"));
  chmodSync(tree, 0o755);
  const start = [join(tree, loader), "--library-path", tree, join(tree, "qjs")].map(shellQuote).join(" ");
  writeFileSync(join(tree, "start"), `#!/bin/sh\nexec ${start} "$@"\n`, { mode: 0o755 });
  renameSync(join(tree, "start"), join(cache, "qjs"));
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
