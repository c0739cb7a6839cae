// `make release`: dist/release/<version>/ with every package, signed feeds, the service, checksums and notes; refuses
// what is not committed, has no changelog entry, or whose version another commit has.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageOrder } from "./luci/order.ts";
import { ARCHITECTURES, type Order, readOrder } from "./package/order.ts";
import type { Product } from "./package/product.ts";
import { lambdaProgram } from "./package/program.ts";
import { askRealApk } from "./package/real-apk.ts";
import { fullVersion, readRecipe } from "./package/recipe.ts";
import { releasable } from "./release/checks.ts";
import { releaseFiles } from "./release/contents.ts";
import { isComplete, ORIGIN, type Origin, originText, writeFolder } from "./release/folder.ts";
import { keyPath, type ReleaseKeys, readKeys } from "./release/keys.ts";
import { changelogEntry, releaseNotes } from "./release/notes.ts";
import { usignFingerprint } from "./release/usign.ts";
import { versionComplaint } from "./release/version-files.ts";
import { projectVersion, sourceEpoch } from "./version.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function packages(): Order[] {
  console.log("building the script and the page");
  const forAll = readOrder(["--variant", "script"]);
  const forOne = Object.keys(ARCHITECTURES).flatMap((target) => {
    console.log(`building the executable for ${target}`);
    return readOrder(["--variant", "standalone", "--target", target]);
  });
  return [...forAll, pageOrder(), ...forOne];
}

function service(): Product[] {
  console.log("building the service");
  const templates = readdirSync(join(ROOT, "aws")).filter((name) => /\.(yaml|json)$/.test(name));
  const files = [
    ...templates.map((name) => join(ROOT, "aws", name)),
    join(ROOT, "aws/README.md"),
    lambdaProgram(),
  ];
  return files.map((file) => ({
    name: `service/${file.slice(file.lastIndexOf("/") + 1)}`,
    bytes: readFileSync(file),
  }));
}

function make(entry: string, origin: Origin, keys: ReleaseKeys | null): Product[] {
  const orders = packages();
  const architectures = Object.values(ARCHITECTURES).flat().sort();
  const full = fullVersion(readRecipe());
  const notes = releaseNotes({ version: origin.version, full, entry, architectures, signed: keys !== null });
  const record = { name: ORIGIN, bytes: Buffer.from(originText(origin)) };
  return releaseFiles({ orders, service: [...service(), record], notes, epoch: origin.epoch, keys });
}

/** Shows the apk on PATH, where there is one, every index and every package. */
function judge(folder: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of names.filter((name) => /\.(apk|adb)$/.test(name))) askRealApk(join(folder, name));
}

function release(): void {
  const version = projectVersion();
  const complaint = versionComplaint(ROOT, version);
  if (complaint !== null) throw new Error(complaint);
  const entry = changelogEntry(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"), version);
  const { commit, remarks } = releasable(ROOT, version);
  for (const remark of remarks) console.log(`note: ${remark}`);
  const path = keyPath();
  const keys = readKeys(path);
  if (keys === null)
    console.log(`note: ${path} does not exist, so nothing is signed; 'make release-key' makes it`);
  const key = keys === null ? null : usignFingerprint(keys.usign.publicKey);
  const origin: Origin = { version, commit, epoch: sourceEpoch(), key };
  const folder = join(ROOT, "dist/release", version);
  if (isComplete(folder, origin)) {
    console.log(`dist/release/${version}: complete and unchanged`);
  } else {
    const files = make(entry, origin, keys);
    writeFolder(folder, files, judge);
    const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    console.log(
      `dist/release/${version}: ${files.length} files, ${total} bytes, ${key ? `signed with ${key}` : "unsigned"}`,
    );
  }
  console.log("Where each file goes, and what comes next: docs/releasing.md");
}

try {
  release();
} catch (error) {
  console.error(`make release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
