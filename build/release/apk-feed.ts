// One folder of a feed for apk: the packages and their index, as `apk mkndx` writes it.
import type { Value } from "../package/adb.ts";
import { adbWriter } from "../package/adb.ts";
import type { ApkPackage } from "../package/apk.ts";
import { adbFile, apkName } from "../package/apk.ts";
import { FIELD, infoFields, numbered } from "../package/apk-info.ts";
import type { ApkKey } from "../package/apk-signature.ts";
import type { Product } from "../package/product.ts";

/** The folder's files; apk refuses an index without a signature unless it is told --allow-untrusted. */
export function apkFeed(packages: readonly ApkPackage[], keys: readonly ApkKey[]): Product[] {
  return [
    ...packages.map(({ recipe, bytes }) => ({ name: apkName(recipe), bytes })),
    { name: "packages.adb", bytes: adbFile("indx", index(packages), keys) },
  ];
}

/** The index's values. apk searches by halves, so the packages stand in the order of their names. */
function index(packages: readonly ApkPackage[]): Uint8Array {
  const writer = adbWriter();
  const sorted = [...packages].sort((a, b) => (a.recipe.name < b.recipe.name ? -1 : 1));
  const entries = sorted.map(({ recipe, bytes, uniqueId, identity, installedSize }): Value => {
    const fields = infoFields(writer, recipe, uniqueId);
    fields.set(FIELD.installedSize, writer.int(Math.max(installedSize, 1)));
    fields.set(FIELD.fileSize, writer.int(bytes.length));
    fields.set(FIELD.hashes, writer.blob(identity));
    return numbered(writer, fields);
  });
  return writer.finish(writer.object([0, writer.object(entries)]));
}
