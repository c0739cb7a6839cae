// Feeds for opkg and apk: what stands in the indexes, and signatures as the real programs judge them.
import { spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apk } from "../../build/package/apk.ts";
import { ipkPackage } from "../../build/package/ipk.ts";
import { askRealApk, realApkVersion } from "../../build/package/real-apk.ts";
import { apkFeed } from "../../build/release/apk-feed.ts";
import { opkgFeed } from "../../build/release/opkg-feed.ts";
import { usignFingerprint, usignPublicKey, usignSignature } from "../../build/release/usign.ts";
import { testWith } from "../openwrt/able.ts";
import { expectGolden, goldenPath } from "./golden.ts";
import { CONTENT, EPOCH, OTHER, SMALL, TEST_KEY } from "./small.ts";
import { fieldsOf, inflate, isSignedBy, numberOf, readAdb, textOf } from "./unapk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-feed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("opkg", () => {
  const key = generateKeyPairSync("ed25519");
  const packages = [ipkPackage(SMALL, CONTENT, EPOCH), ipkPackage(OTHER, CONTENT, EPOCH)];
  const files = new Map(opkgFeed(packages, key).map(({ name, bytes }) => [name, bytes]));
  const index = Buffer.from(files.get("Packages") ?? []).toString();

  test("an entry is the package's control file with the file's name, size and digest, before the description", () => {
    const entries = index.split("\n\n");
    expect(entries).toHaveLength(2);
    for (const [at, { bytes, control }] of packages.entries()) {
      const name = ["small_1.2.3-r4_all.ipk", "other_1.2.3-r4_mips_24kc.ipk"][at] ?? "";
      const added = `Filename: ${name}\nSize: ${bytes.length}\nSHA256sum: ${sha256(bytes)}\n`;
      expect(`${entries[at]?.trimEnd()}\n`).toContain(`${added}Description: `);
      expect(`${entries[at]?.trimEnd()}\n`.replace(added, "")).toBe(control);
      expect(Buffer.from(files.get(name) ?? []).equals(bytes)).toBe(true);
    }
    expect(gunzipSync(files.get("Packages.gz") ?? new Uint8Array()).toString()).toBe(index);
  });

  test("without a key there is no signature", () => {
    expect(opkgFeed(packages, null).map(({ name }) => name)).not.toContain("Packages.sig");
  });

  test("key and signature carry the number that follows from the key", () => {
    const number = (text: string): string =>
      Buffer.from(text.split("\n")[1] ?? "", "base64")
        .subarray(2, 10)
        .toString("hex");
    expect(number(usignPublicKey(key.publicKey))).toBe(usignFingerprint(key.publicKey));
    expect(number(usignSignature(Buffer.from("x"), key))).toBe(usignFingerprint(key.publicKey));
  });

  testWith("signify-openbsd")("signify takes the signature, and only for these bytes and this key", () => {
    const other = generateKeyPairSync("ed25519");
    writeFileSync(join(folder, "key.pub"), usignPublicKey(key.publicKey));
    writeFileSync(join(folder, "other.pub"), usignPublicKey(other.publicKey));
    writeFileSync(join(folder, "Packages"), index);
    writeFileSync(join(folder, "changed"), `${index} `);
    writeFileSync(join(folder, "Packages.sig"), files.get("Packages.sig") ?? "");
    const judged = (pub: string, message: string): number | null =>
      spawnSync("signify-openbsd", ["-V", "-q", "-p", pub, "-x", "Packages.sig", "-m", message], {
        cwd: folder,
      }).status;
    expect(judged("key.pub", "Packages")).toBe(0);
    expect(judged("key.pub", "changed")).not.toBe(0);
    expect(judged("other.pub", "Packages")).not.toBe(0);
  });
});

describe("apk", () => {
  const packages = [apk(SMALL, CONTENT, EPOCH, []), apk(OTHER, CONTENT, EPOCH, [])];
  const files = new Map(apkFeed(packages, [TEST_KEY]).map(({ name, bytes }) => [name, bytes]));
  const index = readAdb(files.get("packages.adb") ?? new Uint8Array());

  test("golden bytes, signed by the well-known key", () => {
    expectGolden("packages.adb", files.get("packages.adb") ?? new Uint8Array());
    askRealApk(goldenPath("packages.adb"));
    expect(index.schema).toBe("indx");
    expect(isSignedBy(index, TEST_KEY.publicKey)).toBe(true);
  });

  test("packages in the order that apk searches, each with its file's size and the digest that apk knows it by", () => {
    const entries = fieldsOf(fieldsOf(index.root)[1]).map(fieldsOf);
    expect(entries.map((fields) => textOf(fields[0]))).toEqual(["other", "small"]);
    for (const [at, { bytes }] of packages.toReversed().entries()) {
      const fields = entries[at] ?? [];
      expect(numberOf(fields[12])).toBe(bytes.length);
      expect(Buffer.from(fields[2] as Buffer).toString("hex")).toBe(sha256(readAdb(bytes).values));
    }
    expect([...files.keys()]).toEqual(["small-1.2.3-r4.apk", "other-1.2.3-r4.apk", "packages.adb"]);
  });

  test("the values are those of the real apk mkndx, where there is one", () => {
    if (realApkVersion() === null) return expect(files.size).toBe(3);
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    const words = ["--compression", "none", "mkndx", "--allow-untrusted", "--output", "real.adb"];
    spawnSync("apk", [...words, "other-1.2.3-r4.apk", "small-1.2.3-r4.apk"], { cwd: folder });
    const real = spawnSync("cat", ["real.adb"], { cwd: folder }).stdout;
    expect(
      inflate(files.get("packages.adb") ?? new Uint8Array())
        .subarray(0, real.length)
        .equals(real),
    ).toBe(true);
  });
});
