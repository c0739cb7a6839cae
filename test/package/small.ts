// Small packages and a well-known key, for golden bytes: everything that a package can have, and nothing of the project's
// own files, so that the bytes change only with the formats.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Recipe } from "../../build/package/recipe.ts";
import type { Member } from "../../build/package/tar.ts";

export const EPOCH = 1_760_000_000;
const encoder = new TextEncoder();

const folder = (name: string, mode = 0o755): Member => ({ name, mode, bytes: new Uint8Array() });
const file = (name: string, mode: number, text: string): Member => ({
  name,
  mode,
  bytes: encoder.encode(text),
});

export const SMALL: Recipe = {
  name: "small",
  version: "1.2.3",
  release: "4",
  architecture: "all",
  depends: ["libc", "ca-bundle", "uclient-fetch"],
  insteadOf: ["tiny"],
  section: "net",
  title: "A small package",
  description: "It has one of everything.",
  license: "MIT",
  maintainer: "Nobody <nobody@small.example>",
  conffiles: ["/etc/config/small"],
  scripts: { "postinst-pkg": "echo after\n", postrm: "#!/bin/sh\nexit 0\n" },
};

/** The same for one architecture, without configuration and scripts. */
export const OTHER: Recipe = {
  ...SMALL,
  name: "other",
  architecture: "mips_24kc",
  insteadOf: [],
  conffiles: [],
  scripts: {},
};

/** An empty file, one longer than a short blob can be, one name twice, a folder closed to others, an empty folder. */
export const CONTENT: readonly Member[] = [
  folder("./"),
  folder("./etc/"),
  folder("./etc/config/"),
  file("./etc/config/small", 0o600, "config small\n"),
  folder("./usr/"),
  folder("./usr/bin/"),
  file("./usr/bin/small", 0o755, "#!/bin/sh\n"),
  folder("./usr/share/"),
  folder("./usr/share/empty/"),
  folder("./usr/share/secret/", 0o700),
  file("./usr/share/secret/empty", 0o644, ""),
  file("./usr/share/secret/long", 0o644, "0123456789\n".repeat(30)),
  file("./usr/share/small", 0o644, "config small\n"),
];

/** The key of RFC 6979, A.2.5: known to everybody, so good for nothing but tests. */
export const TEST_KEY: { privateKey: KeyObject; publicKey: KeyObject } = fromJwk({
  kty: "EC",
  crv: "P-256",
  d: base64("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
  x: base64("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
  y: base64("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
});

function base64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64url");
}

function fromJwk(key: Record<string, string>): { privateKey: KeyObject; publicKey: KeyObject } {
  const privateKey = createPrivateKey({ key, format: "jwk" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
