// What apk is told about a package, in a package and in an index alike: the fields have numbers, not names.
import type { AdbWriter, Value } from "./adb.ts";
import type { Recipe } from "./recipe.ts";
import { fullVersion } from "./recipe.ts";

/** The fields' numbers. */
export const FIELD = {
  ...{ name: 1, version: 2, hashes: 3, description: 4, arch: 5, license: 6, origin: 7, maintainer: 8 },
  ...{ installedSize: 12, fileSize: 13, depends: 15, provides: 16 },
};

/** What apk is told about a package, by the number of the field; a package that is not finished has no `uniqueId` yet. */
export function infoFields(
  writer: AdbWriter,
  recipe: Recipe,
  uniqueId: Uint8Array = new Uint8Array(),
): Map<number, Value> {
  const provided = recipe.insteadOf.map((name) => ({ name, version: fullVersion(recipe) }));
  const depends = recipe.depends.map((name) => ({ name, version: "" }));
  const texts: [number, string | Uint8Array][] = [
    [FIELD.name, recipe.name],
    [FIELD.version, fullVersion(recipe)],
    [FIELD.hashes, uniqueId],
    [FIELD.description, recipe.title],
    [FIELD.arch, recipe.architecture === "all" ? "noarch" : recipe.architecture],
    [FIELD.license, recipe.license],
    [FIELD.origin, "feeds/lambda-ddns"],
    [FIELD.maintainer, recipe.maintainer],
  ];
  return new Map([
    ...texts.map(([field, text]): [number, Value] => [field, writer.blob(text)]),
    [FIELD.depends, dependencies(writer, depends)],
    [FIELD.provides, dependencies(writer, provided)],
  ]);
}

/** An object whose fields have these numbers. */
export function numbered(writer: AdbWriter, fields: ReadonlyMap<number, Value>): Value {
  const last = Math.max(...fields.keys());
  return writer.object(Array.from({ length: last }, (_, index) => fields.get(index + 1) ?? 0));
}

/** Sorted by name, which apk's search relies on. */
function dependencies(writer: AdbWriter, all: readonly { name: string; version: string }[]): Value {
  const sorted = [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  return writer.object(
    sorted.map(({ name, version }) => writer.object([writer.blob(name), writer.blob(version)])),
  );
}
