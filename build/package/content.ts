// What a package puts on the router: the files of its folder below openwrt/, and what was built for it. Modes are told
// by place; links and special files are left out.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NOBLE_LICENSE } from "../standalone/licenses.ts";
import type { Member } from "./tar.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FILES = "openwrt/lambda-ddns/files";
const PAGE = "openwrt/luci-app-lambda-ddns";
const NONE = new Uint8Array();
const LICENSES = "usr/share/lambda-ddns/licenses";

/** A file on the router: its path without the leading slash, and where its bytes come from. */
export interface Source {
  path: string;
  file: string;
}

/** The script's package around `program`, the path of the bundle, with the licence of the one library in it. */
export function scriptContent(program: string): Member[] {
  return members([
    ...filesBelow(FILES),
    { path: "usr/lib/lambda-ddns/lambda-ddns.js", file: program },
    { path: `${LICENSES}/noble-hashes.txt`, file: NOBLE_LICENSE },
  ]);
}

/** The standalone's package around `program`, the path of the executable, with the `licenses` of what is inside. */
export function standaloneContent(program: string, licenses: string): Member[] {
  const texts = readdirSync(licenses).map((name) => ({
    path: `${LICENSES}/${name}`,
    file: join(licenses, name),
  }));
  return members([
    ...filesBelow(FILES),
    { path: "usr/lib/lambda-ddns/lambda-ddns", file: program },
    ...texts,
  ]);
}

/** The page's package: its folders `root` and `htdocs`, as luci.mk installs them, and what was `built`. */
export function pageContent(built: readonly Source[]): Member[] {
  return members([...filesBelow(`${PAGE}/root`), ...filesBelow(`${PAGE}/htdocs`, "www/"), ...built]);
}

/** Every file below `folder` of this repository, to lie below `target` on the router; none where there is no folder. */
function filesBelow(folder: string, target = ""): Source[] {
  const start = join(ROOT, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: `${target}${file.slice(start.length + 1)}`, file }));
}

/** Folders first seen first, all in one order that depends on no file system. */
function members(sources: readonly Source[]): Member[] {
  const all = new Map<string, Member>([["./", { name: "./", mode: 0o755, bytes: NONE }]]);
  for (const { path, file } of sources) {
    path
      .split("/")
      .slice(0, -1)
      .reduce((folder, part) => {
        const name = `${folder}${part}/`;
        all.set(name, { name, mode: 0o755, bytes: NONE });
        return name;
      }, "./");
    const name = `./${path}`;
    all.set(name, {
      name,
      mode: modeOf(path),
      bytes: isShell(path) ? withoutComments(readFileSync(file, "utf8")) : readFileSync(file),
    });
  }
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const isShell = (path: string): boolean =>
  /^(etc\/(init\.d|hotplug\.d|uci-defaults)\/|usr\/bin\/)|\.sh$/.test(path);

/**
 * A shell script without the lines that are comments, but for the interpreter and the licence: they are a tenth of the package.
 * The feed has them, as it has the page's script in its readable form.
 */
function withoutComments(script: string): Buffer {
  const lines = script.split("\n").filter((line) => !/^\s*#/.test(line) || /^#(!| SPDX)/.test(line));
  return Buffer.from(lines.join("\n").replaceAll(/\n{3,}/g, "\n\n"));
}

/** Secrets for root alone; what is started is executable; the rest, sourced scripts too, is data. */
function modeOf(path: string): number {
  if (path.startsWith("etc/config/")) return 0o600;
  const started = /^(usr\/bin|etc\/init\.d)\//.test(path) || path === "usr/lib/lambda-ddns/lambda-ddns";
  return started ? 0o755 : 0o644;
}
