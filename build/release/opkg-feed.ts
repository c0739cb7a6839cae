// One folder of a feed for opkg: the packages, their index, plain and packed, and its signature.
import { createHash } from "node:crypto";
import type { IpkPackage } from "../package/ipk.ts";
import { ipkName } from "../package/ipk.ts";
import type { Product } from "../package/product.ts";
import { gzip } from "../package/tar.ts";
import type { UsignKey } from "./usign.ts";
import { usignSignature } from "./usign.ts";

/** The folder's files. Without a key there is no signature, which opkg refuses unless its check is switched off. */
export function opkgFeed(packages: readonly IpkPackage[], key: UsignKey | null): Product[] {
  const index = new TextEncoder().encode(packages.map(entry).join("\n"));
  const signature =
    key === null ? [] : [{ name: "Packages.sig", bytes: Buffer.from(usignSignature(index, key)) }];
  return [
    ...packages.map(({ recipe, bytes }) => ({ name: ipkName(recipe), bytes })),
    { name: "Packages", bytes: index },
    { name: "Packages.gz", bytes: gzip(index) },
    ...signature,
  ];
}

/** The control file with where and how large the package is, before the description, which may have several lines. */
function entry({ recipe, control, bytes }: IpkPackage): string {
  const file = [
    `Filename: ${ipkName(recipe)}`,
    `Size: ${bytes.length}`,
    `SHA256sum: ${createHash("sha256").update(bytes).digest("hex")}`,
  ];
  return control.replace(/^Description: /m, `${file.join("\n")}\n$&`);
}
