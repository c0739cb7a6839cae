// The keys that sign releases, both in one file: Ed25519 for opkg's feed and the checksums, P-256 for apk. Refuses a file
// that others can read, and one that is cut short or some other program's.
import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ApkKey } from "../package/apk-signature.ts";
import type { UsignKey } from "./usign.ts";

/** Both keys of a release. */
export interface ReleaseKeys {
  usign: UsignKey;
  apk: ApkKey;
}

const BLOCK = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;
const REMEDY =
  "restore your copy of it, or make new keys with 'make release-key' (every router then needs the new ones)";

/** Where the keys lie: $RELEASE_KEY, else release-key.pem in the checkout, which git ignores. */
export function keyPath(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["RELEASE_KEY"] || fileURLToPath(new URL("../../release-key.pem", import.meta.url));
}

/** The keys in the file at `path`; null where there is no such file. */
export function readKeys(path: string): ReleaseKeys | null {
  if (!existsSync(path)) return null;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Error(`${path}: others can read it (mode ${mode.toString(8)}): run chmod 600 ${path}`);
  const keys = [...readFileSync(path, "latin1").matchAll(BLOCK)].map(([text]) => decoded(path, text));
  const of = (kind: string, program: string, test: (key: KeyObject) => boolean): KeyObject => {
    const found = keys.filter(test);
    if (found.length === 1 && found[0] !== undefined) return found[0];
    const count = found.length === 0 ? "no" : "more than one";
    throw new Error(`${path}: there is ${count} ${kind} key in it (for ${program}): ${REMEDY}`);
  };
  return {
    usign: pair(of("Ed25519", "opkg", (key) => key.asymmetricKeyType === "ed25519")),
    apk: pair(of("P-256", "apk", (key) => key.asymmetricKeyDetails?.namedCurve === "prime256v1")),
  };
}

/** Makes new keys in a new file at `path` that its owner alone can read; throws where there is a file already. */
export function makeKeys(path: string): ReleaseKeys {
  const texts = [generateKeyPairSync("ed25519"), generateKeyPairSync("ec", { namedCurve: "prime256v1" })].map(
    ({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  );
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Error(
      `${path} exists already and stays: routers trust the keys in it. Move it away to make new ones`,
    );
  }
  try {
    writeSync(
      file,
      `The keys that sign releases of lambda-ddns: for opkg, then for apk. Keep them secret, and a copy.\n${texts.join("")}`,
    );
  } finally {
    closeSync(file);
  }
  const keys = readKeys(path);
  if (keys === null) throw new Error(`${path} vanished`);
  return keys;
}

function decoded(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`${path}: a key in it is damaged: ${REMEDY}`);
  }
}

function pair(privateKey: KeyObject): { privateKey: KeyObject; publicKey: KeyObject } {
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
