// An ipk as opkg of OpenWrt 24.10 takes it: a gzip'd tar of three members in the customary order.ts refuses what an archive cannot hold.
import type { Recipe } from "./recipe.ts";
import { fullVersion } from "./recipe.ts";
import { OPKG_SCRIPTS } from "./scripts.ts";
import type { Member } from "./tar.ts";
import { gzip, tar } from "./tar.ts";

const encoder = new TextEncoder();

/** The file's name, which opkg wants to end in `.ipk`. */
export function ipkName(recipe: Recipe): string {
  return `${recipe.name}_${fullVersion(recipe)}_${recipe.architecture}.ipk`;
}

/** A finished package and what an index says of it. */
export interface IpkPackage {
  recipe: Recipe;
  bytes: Uint8Array;
  /** The control file. */
  control: string;
}

/** The bytes of the package alone. */
export function ipk(recipe: Recipe, content: readonly Member[], epoch: number): Uint8Array {
  return ipkPackage(recipe, content, epoch).bytes;
}

/** The package; the same bytes for the same recipe, content and `epoch` (seconds since 1970). */
export function ipkPackage(recipe: Recipe, content: readonly Member[], epoch: number): IpkPackage {
  const data = tar(content, epoch);
  const control = controlText(recipe, data.length, epoch);
  const conffiles = recipe.conffiles.map((path) => `${path}\n`).join("");
  const members = [
    folder(),
    ...(conffiles === "" ? [] : [text("conffiles", conffiles, 0o644)]),
    text("control", control, 0o644),
    ...Object.entries({ ...OPKG_SCRIPTS, ...recipe.scripts }).map(([name, script]) =>
      text(name, script, 0o755),
    ),
  ];
  const outer = [
    text("debian-binary", "2.0\n", 0o644),
    { name: "./data.tar.gz", mode: 0o644, bytes: gzip(data) },
    { name: "./control.tar.gz", mode: 0o644, bytes: gzip(tar(members, epoch)) },
  ];
  return { recipe, bytes: gzip(tar(outer, epoch)), control };
}

/** The control file; `installedBytes` is the size of the unpacked data archive, as OpenWrt counts it. */
export function controlText(recipe: Recipe, installedBytes: number, epoch: number): string {
  const other = recipe.insteadOf.join(", ");
  const fields: [string, string][] = [
    ["Package", recipe.name],
    ["Version", fullVersion(recipe)],
    ["Depends", recipe.depends.join(", ")],
    // No Replaces: opkg then removes the other package, but forgets to list the files that both have as ours; its
    // services would never be enabled and its files never removed. By Conflicts it asks the user to remove the other.
    ["Conflicts", other],
    ["Provides", other],
    ["Source", "feeds/lambda-ddns"],
    ["SourceName", recipe.name],
    ["License", recipe.license],
    ["Section", recipe.section],
    ["SourceDateEpoch", `${epoch}`],
    ["Maintainer", recipe.maintainer],
    ["Architecture", recipe.architecture],
    ["Installed-Size", `${installedBytes}`],
    ["Description", `${recipe.title}\n${recipe.description}`.replaceAll("\n", "\n ")],
  ];
  return fields
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

function folder(): Member {
  return { name: "./", mode: 0o755, bytes: new Uint8Array() };
}

function text(name: string, content: string, mode: number): Member {
  return { name: `./${name}`, mode, bytes: encoder.encode(content) };
}
