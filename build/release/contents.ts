// What a release consists of, as names and bytes: feeds for opkg and apk, the service, keys, checksums and notes. Pure;
// the same packages, keys and time give the same bytes.
import { createHash } from "node:crypto";
import { apk } from "../package/apk.ts";
import { ipkPackage } from "../package/ipk.ts";
import type { Order } from "../package/order.ts";
import type { Product } from "../package/product.ts";
import type { Recipe } from "../package/recipe.ts";
import { apkFeed } from "./apk-feed.ts";
import type { ReleaseKeys } from "./keys.ts";
import { opkgFeed } from "./opkg-feed.ts";
import { usignPublicKey, usignSignature } from "./usign.ts";

/** The folder for routers of an architecture that no executable is made for. */
const OTHERS = { opkg: "all", apk: "noarch" };

/** What goes into a release. */
export interface Ingredients {
  /** Packages for every router and for one architecture alike. */
  orders: readonly Order[];
  /** lambda.zip and templates, by their names in the release. */
  service: readonly Product[];
  notes: string;
  /** Seconds since 1970 that everything is stamped with. */
  epoch: number;
  /** Null: nothing is signed. */
  keys: ReleaseKeys | null;
}

/** Every file of the release, the checksums last. */
export function releaseFiles({ orders, service, notes, epoch, keys }: Ingredients): Product[] {
  const files = [
    ...feeds(orders, epoch, keys),
    ...service,
    ...(keys === null ? [] : publicKeys(keys)),
    { name: "NOTES.md", bytes: Buffer.from(notes) },
  ];
  const sums = Buffer.from(checksums(files));
  const signature = keys === null ? [] : [usignSignature(sums, keys.usign)];
  return [
    ...files,
    { name: "SHA256SUMS", bytes: sums },
    ...signature.map((text) => ({ name: "SHA256SUMS.sig", bytes: Buffer.from(text) })),
  ];
}

/** As sha256sum prints them, in the order of the names. */
export function checksums(files: readonly Product[]): string {
  const line = ({ name, bytes }: Product): string =>
    `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  return [...files]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(line)
    .join("");
}

function publicKeys({ usign, apk: { publicKey } }: ReleaseKeys): Product[] {
  const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
  return [
    { name: "lambda-ddns.pub", bytes: Buffer.from(usignPublicKey(usign.publicKey)) },
    { name: "lambda-ddns.pem", bytes: Buffer.from(pem) },
  ];
}

/** A folder for each architecture, with the packages for every router in each: one line on the router names one folder. */
function feeds(orders: readonly Order[], epoch: number, keys: ReleaseKeys | null): Product[] {
  const ipks = orders.map(({ recipe, content }) => ipkPackage(recipe, content, epoch));
  const apkKeys = keys === null ? [] : [keys.apk];
  const apks = orders.map(({ recipe, content }) => apk(recipe, content, epoch, apkKeys));
  const architectures = [...new Set(orders.map(({ recipe }) => recipe.architecture))].sort();
  return architectures.flatMap((architecture) => {
    const folder = (kind: keyof typeof OTHERS): string =>
      `${kind}/${architecture === "all" ? OTHERS[kind] : architecture}`;
    return [
      ...below(folder("opkg"), opkgFeed(preferred(fitting(ipks, architecture)), keys?.usign ?? null)),
      ...below(folder("apk"), apkFeed(fitting(apks, architecture), apkKeys)),
    ];
  });
}

function fitting<T extends { recipe: Recipe }>(packages: readonly T[], architecture: string): T[] {
  return packages.filter(({ recipe }) => ["all", architecture].includes(recipe.architecture));
}

/**
 * Without those that another one takes the place of: OpenWrt has no quickjs for the releases that have opkg, which
 * would still choose the script's package for the page and fail.
 */
function preferred<T extends { recipe: Recipe }>(packages: readonly T[]): T[] {
  const replaced = packages.flatMap(({ recipe }) => recipe.insteadOf);
  return packages.filter(({ recipe }) => !replaced.includes(recipe.name));
}

function below(folder: string, files: readonly Product[]): Product[] {
  return files.map(({ name, bytes }) => ({ name: `${folder}/${name}`, bytes }));
}
