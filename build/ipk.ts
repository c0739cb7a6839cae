// `make ipk`: packages for opkg in dist/, without OpenWrt's SDK; the same commit gives the same bytes. Refuses to
// package a program that was not built.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { ipk, ipkName } from "./package/ipk.ts";
import { readOrder } from "./package/order.ts";
import { sourceEpoch } from "./version.ts";

try {
  for (const { recipe, content } of readOrder(process.argv.slice(2))) {
    const bytes = ipk(recipe, content, sourceEpoch());
    const path = `dist/${ipkName(recipe)}`;
    mkdirSync(new URL("../dist", import.meta.url), { recursive: true });
    writeFileSync(new URL(`../${path}`, import.meta.url), bytes);
    console.log(`${path}: ${bytes.length} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
  }
} catch (error) {
  console.error(`make ipk: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
