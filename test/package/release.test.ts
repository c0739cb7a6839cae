// Releases: keys, what may be released, what is in the folder, and that the folder appears whole or not at all.
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { releasable } from "../../build/release/checks.ts";
import { type Ingredients, releaseFiles } from "../../build/release/contents.ts";
import { isComplete, type Origin, originText, writeFolder } from "../../build/release/folder.ts";
import { keyPath, makeKeys, readKeys } from "../../build/release/keys.ts";
import { changelogEntry, releaseNotes } from "../../build/release/notes.ts";
import { setVersion, versionComplaint } from "../../build/release/version-files.ts";
import { projectVersion, requireVersion } from "../../build/version.ts";
import { testWith } from "../openwrt/able.ts";
import { CONTENT, EPOCH, OTHER, SMALL } from "./small.ts";
import { isSignedBy, readAdb } from "./unapk.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ddns-release-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("keys", () => {
  const path = (): string => join(folder, "key.pem");

  test("are made once, for their owner alone, and read back", () => {
    const made = makeKeys(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readKeys(path())?.apk.publicKey.equals(made.apk.publicKey)).toBe(true);
    const before = readFileSync(path(), "utf8");
    expect(() => makeKeys(path())).toThrow("exists already and stays");
    expect(readFileSync(path(), "utf8")).toBe(before);
  });

  test("none where there is no file; where it lies can be chosen; git does not see it", () => {
    expect(readKeys(path())).toBeNull();
    expect(keyPath({ RELEASE_KEY: "/keys/mine.pem" })).toBe("/keys/mine.pem");
    const { status } = spawnSync("git", ["check-ignore", "-q", keyPath({})], { cwd: ROOT });
    expect(status).toBe(0);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  test.each<[string, (text: string) => string, string]>([
    [
      "cut short",
      (text) => text.slice(0, text.length - 60),
      "there is no P-256 key in it (for apk): restore your copy",
    ],
    [
      "cut in the middle of a line",
      (text) => text.replace(/(BEGIN PRIVATE KEY-----\n.{20}).*/, "$1"),
      "a key in it is damaged",
    ],
    ["empty", () => "", "there is no Ed25519 key in it (for opkg)"],
    ["another program's", () => `${rsa}`, "there is no Ed25519 key in it (for opkg)"],
    ["twice", (text) => `${text}${text}`, "there is more than one Ed25519 key in it"],
  ])("%s: a sentence that names the file and the remedy", (_, spoil, message) => {
    makeKeys(path());
    writeFileSync(path(), spoil(readFileSync(path(), "utf8")));
    expect(() => readKeys(path())).toThrow(message);
    expect(() => readKeys(path())).toThrow(path());
  });

  test("readable by others: refused", () => {
    makeKeys(path());
    chmodSync(path(), 0o644);
    expect(() => readKeys(path())).toThrow(`others can read it (mode 644): run chmod 600 ${path()}`);
  });
});

describe("the version", () => {
  const COPIES = ["package.json", "package-lock.json"].concat(
    ["lambda-ddns", "lambda-ddns-standalone", "luci-app-lambda-ddns"].map(
      (name) => `openwrt/${name}/Makefile`,
    ),
  );

  test("is the same wherever it stands", () => {
    expect(versionComplaint(ROOT, projectVersion())).toBeNull();
  });

  test("is set everywhere at once, and nothing else is touched", () => {
    for (const path of COPIES) cpSync(join(ROOT, path), join(folder, path));
    setVersion(folder, "98.76.54_rc1");
    expect(versionComplaint(folder, "98.76.54_rc1")).toBeNull();
    expect(versionComplaint(folder, "1.0.0")).toBe(
      "package.json: the version is 98.76.54_rc1, package.json says 1.0.0: run make set-version VERSION=1.0.0",
    );
    for (const path of COPIES) {
      const [was, is] = [join(ROOT, path), join(folder, path)].map((file) =>
        readFileSync(file, "utf8").split("\n"),
      );
      const changed = is?.filter((line, at) => line !== was?.[at]) ?? [];
      expect(changed, path).toHaveLength(path === "package-lock.json" ? 2 : 1);
      for (const line of changed) expect(line).toContain("98.76.54_rc1");
    }
  });

  test.each(["1.2", "v1.2.0", "1.2.0-rc1", ""])("'%s' is none", (version) => {
    expect(() => requireVersion("VERSION", version)).toThrow(
      `VERSION '${version}' is none that packages can carry`,
    );
  });
});

describe("what may be released", () => {
  const git = (cwd: string, ...words: string[]): string => {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    const own = ["-c", "user.name=N", "-c", "user.email=n@release.example", "-c", "init.defaultBranch=main"];
    const { status, stdout, stderr } = spawnSync("git", [...own, ...words], { cwd, env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };

  /** A repository of one commit, whose name is returned. */
  function commit(text = "one"): string {
    if (!existsSync(join(folder, ".git"))) git(folder, "init", "-q");
    writeFileSync(join(folder, "file"), text);
    git(folder, "add", "-A");
    git(folder, "commit", "-q", "-m", text);
    return git(folder, "rev-parse", "HEAD");
  }

  test("a clean commit, tagged or not", () => {
    const name = commit();
    expect(releasable(folder, "1.0.0")).toEqual({ commit: name, remarks: [] });
    git(folder, "tag", "v1.0.0");
    expect(releasable(folder, "1.0.0").commit).toBe(name);
  });

  test("not a changed or a new file, which is named", () => {
    commit();
    writeFileSync(join(folder, "new"), "");
    expect(() => releasable(folder, "1.0.0")).toThrow("not everything is committed (new)");
    rmSync(join(folder, "new"));
    writeFileSync(join(folder, "file"), "changed");
    expect(() => releasable(folder, "1.0.0")).toThrow("not everything is committed (file)");
  });

  test("not a version that another commit is tagged with, here or in origin, by either kind of tag", () => {
    const first = commit();
    for (const [version, annotated] of [
      ["1.0.0", false],
      ["1.1.0", true],
    ] as const) {
      git(folder, "tag", ...(annotated ? ["-a", "-m", "x"] : []), `v${version}`);
      commit(version);
      expect(() => releasable(folder, version)).toThrow(`the tag v${version} exists here and is `);
    }
    git(folder, "clone", "-q", "--bare", folder, "origin.git");
    git(folder, "remote", "add", "origin", join(folder, "origin.git"));
    writeFileSync(join(folder, ".git/info/exclude"), "origin.git\n");
    git(folder, "tag", "-d", "v1.0.0", "v1.1.0");
    expect(() => releasable(folder, "1.0.0")).toThrow(
      `exists in origin and is ${first.slice(0, 12)}, not this commit`,
    );
    expect(() => releasable(folder, "1.1.0")).toThrow("exists in origin");
    expect(releasable(folder, "1.2.0").remarks).toEqual([]);
  });

  test("an origin that does not answer is said", () => {
    commit();
    git(folder, "remote", "add", "origin", join(folder, "nowhere"));
    expect(releasable(folder, "1.0.0").remarks).toEqual([
      "origin does not answer, so it is not known whether v1.0.0 exists there",
    ]);
  });

  test("not a folder without git", () => {
    expect(() => releasable(folder, "1.0.0")).toThrow("this is no git checkout");
  });
});

describe("notes", () => {
  const CHANGELOG = "# Changelog\n\n## Unreleased\n\n## 1.1.0: 2026-01-02\n\n- New.\n\n## 1.0.0\n\n- Old.\n";

  test("are the version's part of the changelog, and which file a router needs", () => {
    expect(changelogEntry(CHANGELOG, "1.1.0")).toBe("- New.");
    expect(changelogEntry(CHANGELOG, "1.0.0")).toBe("- Old.");
    const notes = releaseNotes({
      version: "1.1.0",
      full: "1.1.0-r2",
      entry: "- New.",
      architectures: ["mips_24kc"],
      signed: false,
    });
    expect(notes).toMatch(/^# lambda-ddns 1\.1\.0\n\n- New\.\n/);
    expect(notes).toContain("`apk/noarch/lambda-ddns-1.1.0-r2.apk`");
    expect(notes).toContain("This release is not signed");
  });

  test.each(["1.1", "1.1.1", "Unreleased"])("%s is not in the changelog", (version) => {
    expect(() => changelogEntry(CHANGELOG, version)).toThrow(`CHANGELOG.md says nothing of ${version}`);
  });
});

describe("contents", () => {
  const ingredients = (keys = makeKeys(join(folder, "key.pem"))): Ingredients => ({
    orders: [
      { recipe: SMALL, content: [...CONTENT] },
      { recipe: { ...OTHER, insteadOf: ["small"] }, content: [...CONTENT] },
      { recipe: { ...SMALL, name: "page" }, content: [...CONTENT] },
    ],
    service: [{ name: "service/lambda.zip", bytes: Buffer.from("zip") }],
    notes: "notes\n",
    epoch: EPOCH,
    keys,
  });

  test("a folder for each architecture and one for the others; opkg's is spared the package that cannot be installed", () => {
    expect(
      releaseFiles(ingredients())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      ...["NOTES.md", "SHA256SUMS", "SHA256SUMS.sig"],
      ...["other", "packages.adb", "page", "small"].map(
        (name) => `apk/mips_24kc/${name.includes(".") ? name : `${name}-1.2.3-r4.apk`}`,
      ),
      ...["packages.adb", "page", "small"].map(
        (name) => `apk/noarch/${name.includes(".") ? name : `${name}-1.2.3-r4.apk`}`,
      ),
      ...["lambda-ddns.pem", "lambda-ddns.pub"],
      ...["Packages", "Packages.gz", "Packages.sig", "page_1.2.3-r4_all.ipk", "small_1.2.3-r4_all.ipk"].map(
        (name) => `opkg/all/${name}`,
      ),
      ...[
        "Packages",
        "Packages.gz",
        "Packages.sig",
        "other_1.2.3-r4_mips_24kc.ipk",
        "page_1.2.3-r4_all.ipk",
      ].map((name) => `opkg/mips_24kc/${name}`),
      "service/lambda.zip",
    ]);
  });

  test("the same ingredients give the same bytes, signatures too; packages and indexes are signed by the key beside them", () => {
    const given = ingredients();
    const [once, again] = [releaseFiles(given), releaseFiles(given)];
    expect(once).toEqual(again);
    for (const { name, bytes } of once.filter(({ name }) => /\.(apk|adb)$/.test(name)))
      expect(isSignedBy(readAdb(bytes), given.keys?.apk.publicKey ?? expect.fail()), name).toBe(true);
  });

  test("without keys nothing claims to be signed", () => {
    const files = releaseFiles({ ...ingredients(), keys: null });
    expect(files.filter(({ name }) => /\.(sig|pub|pem)$/.test(name))).toEqual([]);
    for (const { bytes } of files.filter(({ name }) => name.endsWith(".adb")))
      expect(readAdb(bytes).signatures).toEqual([]);
  });

  testWith("sha256sum")("the checksums are of every file, as sha256sum reads them", () => {
    writeFolder(join(folder, "out"), releaseFiles(ingredients()), () => {});
    const { status, stdout } = spawnSync("sha256sum", ["-c", "SHA256SUMS"], {
      cwd: join(folder, "out"),
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const files = readdirSync(join(folder, "out"), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(stdout.trim().split("\n")).toHaveLength(files.length - 2);
  });
});

describe("the folder", () => {
  const origin: Origin = { version: "1.0.0", commit: "c", epoch: EPOCH, key: null };
  const write = (judge = (): void => {}): void => {
    const record = { name: "release.json", bytes: Buffer.from(originText(origin)) };
    const files = releaseFiles({ orders: [], service: [record], notes: "", epoch: EPOCH, keys: null });
    writeFolder(join(folder, "1.0.0"), files, judge);
  };

  test("is complete for what it was made from, and for nothing else, and no longer when a file was changed", () => {
    expect(isComplete(join(folder, "1.0.0"), origin)).toBe(false);
    write();
    expect(isComplete(join(folder, "1.0.0"), origin)).toBe(true);
    expect(isComplete(join(folder, "1.0.0"), { ...origin, commit: "d" })).toBe(false);
    writeFileSync(join(folder, "1.0.0/NOTES.md"), "changed");
    expect(isComplete(join(folder, "1.0.0"), origin)).toBe(false);
    write();
    writeFileSync(join(folder, "1.0.0/release.json"), "{");
    expect(isComplete(join(folder, "1.0.0"), origin)).toBe(false);
  });

  test("stays as it was when the new one is refused, and nothing lies beside it", () => {
    write();
    expect(() =>
      write(() => {
        throw new Error("refused");
      }),
    ).toThrow("refused");
    expect(isComplete(join(folder, "1.0.0"), origin)).toBe(true);
    expect(readdirSync(folder)).toEqual(["1.0.0"]);
  });
});

testWith("sh")("a disk that is full: one line, and nothing half-written in place of what was there", () => {
  const target = join(folder, "dist.bin");
  writeFileSync(target, "before");
  const product = join(ROOT, "build/package/product.ts");
  const script = `import { writeWhole } from ${JSON.stringify(product)}; writeWhole(${JSON.stringify(target)}, new Uint8Array(1 << 20));`;
  writeFileSync(join(folder, "write.mts"), script);
  // The shell's limit of a file's size, in blocks of 512 bytes, takes the part of the disk.
  const line = `ulimit -f 100; exec "${process.execPath}" --import tsx "${join(folder, "write.mts")}"`;
  const { status, stderr } = spawnSync("sh", ["-c", line], { cwd: ROOT, encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("EFBIG");
  expect(readFileSync(target, "utf8")).toBe("before");
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
});
