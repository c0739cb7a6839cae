// What apk is told about a package, in a package and in an index alike: the fields have numbers, not names.
import type { AdbWriter, Value } from "./adb.ts";
import type { Recipe } from "./recipe.ts";
import { fullVersion } from "./recipe.ts";

/** What apk is told about a package, by the number of the field. */
export function infoFields(writer: AdbWriter, recipe: Recipe): Map<number, Value> {
  const provided = recipe.insteadOf.map((name) => ({ name, version: fullVersion(recipe) }));
  const depends = recipe.depends.map((name) => ({ name, version: "" }));
  const texts: [number, string][] = [
    [1, recipe.name],
    [2, fullVersion(recipe)],
    [4, recipe.title],
    [5, recipe.architecture === "all" ? "noarch" : recipe.architecture],
    [6, recipe.license],
    [7, "feeds/lambda-ddns"],
    [8, recipe.maintainer],
  ];
  return new Map([
    ...texts.map(([field, text]): [number, Value] => [field, writer.blob(text)]),
    [15, dependencies(writer, depends)],
    [16, dependencies(writer, provided)],
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
