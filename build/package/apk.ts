// Lays a package out as apk-tools 3 packs it for OpenWrt 25.12, which keeps its own lists inside the package. Writes
// below the folder it is given and nowhere else.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Recipe } from "./recipe.ts";
import { fullVersion } from "./recipe.ts";
import { apkScripts } from "./scripts.ts";
import type { Member } from "./tar.ts";

/** The file's name as apk expects it in a repository. */
export function apkName(recipe: Recipe): string {
  return `${recipe.name}-${fullVersion(recipe)}.apk`;
}

/** Writes tree and scripts below `folder` and returns the arguments of `apk` that pack them into `output`. */
export function layOut(recipe: Recipe, content: readonly Member[], folder: string, output: string): string[] {
  const root = join(folder, "root");
  for (const member of [...content, ...lists(recipe, content)]) put(join(root, member.name), member);
  const scripts = Object.entries({
    ...apkScripts(recipe.name),
    "post-deinstall": recipe.scripts["postrm"] ?? "",
  });
  for (const [type, text] of scripts) writeFileSync(join(folder, type), text, { mode: 0o755 });
  return [
    "mkpkg",
    ...fields(recipe).flatMap(([key, value]) => ["--info", `${key}:${value}`]),
    ...scripts.flatMap(([type]) => ["--script", `${type}:${join(folder, type)}`]),
    ...["--files", root, "--output", output],
  ];
}

function fields(recipe: Recipe): [string, string][] {
  const provided = recipe.insteadOf.map((name) => `${name}=${fullVersion(recipe)}`).join(" ");
  const all: [string, string][] = [
    ["name", recipe.name],
    ["version", fullVersion(recipe)],
    ["description", recipe.title],
    ["arch", recipe.architecture === "all" ? "noarch" : recipe.architecture],
    ["license", recipe.license],
    ["origin", "feeds/lambda-ddns"],
    ["maintainer", recipe.maintainer],
    ["depends", recipe.depends.join(" ")],
    ["provides", provided],
  ];
  return all.filter(([, value]) => value !== "");
}

/** OpenWrt's lists of a package's files and configuration, behind their folders; default_postinst and sysupgrade read them. */
function lists(recipe: Recipe, content: readonly Member[]): Member[] {
  const files = content.filter(({ name }) => !name.endsWith("/"));
  const sums = recipe.conffiles.map((path) => {
    const bytes = files.find(({ name }) => name === `.${path}`)?.bytes ?? new Uint8Array();
    return `${path} ${createHash("sha256").update(bytes).digest("hex")}`;
  });
  const list = (suffix: string, lines: readonly string[]): Member => ({
    name: `./lib/apk/packages/${recipe.name}.${suffix}`,
    mode: 0o644,
    bytes: new TextEncoder().encode(`${lines.join("\n")}\n`),
  });
  const folders = ["./lib/", "./lib/apk/", "./lib/apk/packages/"];
  return [
    ...folders.map((name) => ({ name, mode: 0o755, bytes: new Uint8Array() })),
    list("list", files.map(({ name }) => name.slice(1)).sort()),
    list("conffiles", recipe.conffiles),
    list("conffiles_static", sums),
  ];
}

/** The modes are the package's own, whatever the umask here: /usr may not be closed to a router's other users. */
function put(path: string, { name, mode, bytes }: Member): void {
  if (name.endsWith("/")) mkdirSync(path, { recursive: true });
  else writeFileSync(path, bytes);
  chmodSync(path, mode);
}
