// A package for apk-tools 3 (OpenWrt 25.12 and later), as `apk mkpkg` writes it: the description, every path with its
// owner and mode, the scripts, then the files' data. OpenWrt keeps its own lists inside the package.
import { createHash } from "node:crypto";
import { deflateSync } from "fflate";
import type { AdbWriter, Schema, Value } from "./adb.ts";
import { adbWriter, block, fileHeader, overwriteBlob } from "./adb.ts";
import { FIELD, infoFields, numbered } from "./apk-info.ts";
import type { ApkKey } from "./apk-signature.ts";
import { signatureBlock } from "./apk-signature.ts";
import { concat, littleEndian } from "./bytes.ts";
import type { Recipe } from "./recipe.ts";
import { fullVersion } from "./recipe.ts";
import { apkScripts } from "./scripts.ts";
import type { Member } from "./tar.ts";

/** A finished package and what an index says of it. */
export interface ApkPackage {
  recipe: Recipe;
  bytes: Uint8Array;
  /** The sum of its files' sizes in bytes. */
  installedSize: number;
  /** The package's own short digest, which stands inside it. */
  uniqueId: Uint8Array;
  /** The SHA-256 that an index knows the package by. */
  identity: Uint8Array;
}

interface Folder {
  /** The path without slashes at its ends; empty for the root. */
  name: string;
  mode: number;
  files: Member[];
}

const UNIQUE_ID_BYTES = 20;
/** The scripts in the order of their fields. */
const SCRIPTS = [
  ...["trigger", "pre-install", "post-install", "pre-deinstall", "post-deinstall", "pre-upgrade"],
  "post-upgrade",
];
const encoder = new TextEncoder();

/** The file's name as apk expects it in a repository. */
export function apkName(recipe: Recipe): string {
  return `${recipe.name}-${fullVersion(recipe)}.apk`;
}

/** The file's name where packages for several architectures lie side by side, which apk takes as well. */
export function apkFileName(recipe: Recipe): string {
  if (recipe.architecture === "all") return apkName(recipe);
  return `${recipe.name}-${fullVersion(recipe)}_${recipe.architecture}.apk`;
}

/** The package's bytes, stamped with `epoch` (seconds since 1970), with a signature by each of `keys`. */
export function apk(
  recipe: Recipe,
  content: readonly Member[],
  epoch: number,
  keys: readonly ApkKey[],
): ApkPackage {
  const folders = foldersOf([...content, ...lists(recipe, content)]);
  const installedSize = folders
    .flatMap(({ files }) => files)
    .reduce((sum, { bytes }) => sum + bytes.length, 0);
  const { adb, uniqueId } = describe(recipe, folders, installedSize, epoch);
  return {
    recipe,
    bytes: adbFile("pckg", adb, keys, dataBlocks(folders)),
    installedSize,
    uniqueId,
    identity: sha256(adb),
  };
}

/** A compressed file: the values in `adb`, signatures by `keys`, then the blocks `data`. */
export function adbFile(
  schema: Schema,
  adb: Uint8Array,
  keys: readonly ApkKey[],
  data: readonly Uint8Array[] = [],
): Uint8Array {
  const signatures = keys.map((key) => signatureBlock(schema, adb, key));
  const plain = concat([fileHeader(schema), block("adb", adb), ...signatures, ...data]);
  return concat([encoder.encode("ADBd"), deflateSync(plain, { level: 9 })]);
}

function describe(
  recipe: Recipe,
  folders: readonly Folder[],
  installedSize: number,
  epoch: number,
): { adb: Uint8Array; uniqueId: Uint8Array } {
  const writer = adbWriter();
  const info = infoFields(writer, recipe);
  const paths = folders.map((folder) => folderValue(writer, folder, epoch));
  info.set(FIELD.installedSize, writer.int(Math.max(installedSize, 1)));
  const ownId = writer.ownBlob(new Uint8Array(UNIQUE_ID_BYTES));
  info.set(FIELD.hashes, ownId);
  const infoValue = numbered(writer, info);
  const pathsValue = writer.object(paths);
  const texts = apkScripts(recipe);
  const scripts = SCRIPTS.map((name) => writer.blob(texts[name] ?? ""));
  const adb = writer.finish(writer.object([infoValue, pathsValue, writer.object(scripts)]));
  const uniqueId = sha256(adb).subarray(0, UNIQUE_ID_BYTES);
  overwriteBlob(adb, ownId, uniqueId);
  return { adb, uniqueId };
}

function folderValue(writer: AdbWriter, { name, mode, files }: Folder, epoch: number): Value {
  const values = files.map((file) => {
    const base = writer.blob(baseName(file.name));
    const hash = writer.blob(sha256(file.bytes));
    const [time, size] = [writer.int(epoch), writer.int(file.bytes.length)];
    return writer.object([base, accessOf(writer, file.mode), size, time, hash]);
  });
  const path = writer.blob(name);
  const access = accessOf(writer, mode);
  return writer.object([path, access, writer.object(values)]);
}

function accessOf(writer: AdbWriter, mode: number): Value {
  return writer.object([writer.int(mode), writer.blob("root"), writer.blob("root")]);
}

/** The data of every file that has any, under the numbers of its folder and of itself. */
function dataBlocks(folders: readonly Folder[]): Uint8Array[] {
  return folders.flatMap(({ files }, folder) =>
    files.flatMap(({ bytes }, file) =>
      bytes.length === 0
        ? []
        : [block("data", concat([littleEndian(folder + 1, 4), littleEndian(file + 1, 4), bytes]))],
    ),
  );
}

/** The members by their folder, both in the order of their names. */
function foldersOf(members: readonly Member[]): Folder[] {
  const sorted = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  const folders = new Map<string, Folder>();
  for (const { name, mode } of sorted.filter(({ name }) => name.endsWith("/")))
    folders.set(name, { name: name.slice(2, -1), mode, files: [] });
  for (const file of sorted.filter(({ name }) => !name.endsWith("/")))
    folders.get(file.name.slice(0, -baseName(file.name).length))?.files.push(file);
  return [...folders.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** OpenWrt's lists of a package's files and configuration, behind their folders; default_postinst and sysupgrade read them. */
function lists(recipe: Recipe, content: readonly Member[]): Member[] {
  const files = content.filter(({ name }) => !name.endsWith("/"));
  const sums = recipe.conffiles.map((path) => {
    const bytes = files.find(({ name }) => name === `.${path}`)?.bytes ?? new Uint8Array();
    return `${path} ${sha256(bytes).toString("hex")}`;
  });
  const list = (suffix: string, lines: readonly string[]): Member[] =>
    lines.length === 0
      ? []
      : [
          {
            name: `./lib/apk/packages/${recipe.name}.${suffix}`,
            mode: 0o644,
            bytes: encoder.encode(`${lines.join("\n")}\n`),
          },
        ];
  const folders = ["./lib/", "./lib/apk/", "./lib/apk/packages/"];
  return [
    ...folders.map((name) => ({ name, mode: 0o755, bytes: new Uint8Array() })),
    ...list("list", files.map(({ name }) => name.slice(1)).sort()),
    ...list("conffiles", recipe.conffiles),
    ...list("conffiles_static", sums),
  ];
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
