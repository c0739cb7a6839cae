// `make apk`: packages for apk (OpenWrt 25.12 and later) in dist/, packed by the apk-tools 3 program on PATH. Refuses,
// with a sentence, where there is none.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apkName, layOut } from "./package/apk.ts";
import type { Order } from "./package/order.ts";
import { readOrder } from "./package/order.ts";
import { sourceEpoch } from "./version.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

function requireApk(): void {
  const { stdout } = spawnSync("apk", ["--version"], { encoding: "utf8" });
  const version = /^apk-tools (\d+)\./.exec(stdout ?? "")?.[1];
  if (version !== undefined && Number(version) >= 3) return;
  const found = version === undefined ? "there is no apk" : `apk-tools ${version} is too old`;
  throw new Error(
    `${found} on PATH; the apk of apk-tools 3 is needed: in staging_dir/host/bin of OpenWrt's SDK for 25.12, or on Alpine 3.23`,
  );
}

/** Packs one package in dist/ and returns its path. Files belong to root: as another user, in a user namespace. */
function pack({ recipe, content }: Order): string {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ddns-apk-"));
  try {
    const output = join(DIST, apkName(recipe));
    const words = ["apk", ...layOut(recipe, content, folder, output)];
    const command = process.getuid?.() === 0 ? words : ["unshare", "--map-root-user", ...words];
    const env = { ...process.env, SOURCE_DATE_EPOCH: `${sourceEpoch()}` };
    const { status, stderr, error } = spawnSync(command[0] ?? "", command.slice(1), {
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`apk mkpkg failed: ${error?.message ?? stderr.trim()}`);
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  requireApk();
  for (const order of readOrder(process.argv.slice(2))) {
    const bytes = readFileSync(pack(order));
    const sum = createHash("sha256").update(bytes).digest("hex");
    console.log(`dist/${apkName(order.recipe)}: ${bytes.length} bytes, sha256 ${sum}`);
  }
} catch (error) {
  console.error(`make apk: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
