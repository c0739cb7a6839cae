// The files of this repository as checks see them; refuses what git ignores.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const IGNORED = new Set(["node_modules", "dist", ".git", ".local", "coverage"]);

/** Every file below `root`, as sorted paths relative to it with forward slashes. */
export function listFiles(root: string, folder = ""): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const paths = entries
    .filter((entry) => !IGNORED.has(entry.name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, path);
      return entry.isFile() ? [path] : [];
    });
  return paths.sort();
}

/** Shell files: named *.sh, started by a shell's #! line, or sourced by the router (hotplug.d, uci-defaults). */
export function shellFiles(root: string): string[] {
  return listFiles(root).filter((path) => {
    if (path.endsWith(".sh") || /\/(hotplug\.d|uci-defaults)\//.test(path)) return true;
    // A file with an extension says what it is; transcripts are data.
    if (/\w\.\w+$/.test(path) || path.startsWith("test/transcripts/")) return false;
    const first = readFileSync(join(root, path), "utf8").split("\n", 1)[0] ?? "";
    return /^#!\S*[/ ](ba|da|)sh\b/.test(first);
  });
}
