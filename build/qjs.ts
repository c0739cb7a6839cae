// Finds Bellard's native qjs, or provisions Debian 13's in a cache folder; refuses quickjs-ng and touches nothing of the system.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "./needs.ts";

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
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
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

/** The mirror that this machine's own apt sources name for Debian itself. */
function debianMirror(): string {
  const targets = run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const mirror = targets.split("\n").find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error("this machine's apt names no Debian mirror");
  return mirror;
}

function run(program: string, args: string[], cwd?: string): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
  });
  if (error) throw new Error(`${program} does not start: ${error.message}`);
  if (status !== 0)
    throw new Error(`${program} ${args[args.length - 1]}: ${stderr.trim().split("\n").pop()}`);
  return stdout;
}

/** Downloads quickjs and its libc6, checked against Debian's archive keyring, with apt's state kept inside `work`. */
function download(work: string): void {
  const source = `Types: deb\nURIs: ${debianMirror()}\nSuites: ${SUITE}\nComponents: main\nSigned-By: ${KEYRING}\n`;
  writeFileSync(join(work, "debian.sources"), source);
  mkdirSync(join(work, "lists/partial"), { recursive: true });
  mkdirSync(join(work, "archives/partial"), { recursive: true });
  const options = {
    "Dir::Etc::sourcelist": join(work, "debian.sources"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": join(work, "lists"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": work,
    "APT::Sandbox::User": "root", // The work folder is ours alone; apt's own user could not write there.
    "Acquire::Languages": "none",
    "Acquire::Retries": "2",
    "Acquire::http::Timeout": "20",
  };
  const apt = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  run("apt-get", [...apt, "-qq", "-o", "APT::Update::Error-Mode=any", "update"]);
  run("apt-get", [...apt, "-qq", "download", "quickjs", "libc6"], work);
}

/** Writes `cache`/qjs, which starts Debian 13's qjs through its own loader; its children keep the system's libc. */
function provision(cache: string): void {
  if (!existsSync(KEYRING)) throw new Error("Debian's archive keyring is not installed");
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "work-"));
  try {
    download(work);
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
