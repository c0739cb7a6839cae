// `make bundle`: the client as one ES module for `qjs -m`, with the cold rooms inside as text. Refuses more than 32 KB.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { buildScript, MOST_BUNDLE_BYTES } from "./script/build.ts";

/** Writes dist/lambda-ddns.js, and what it weighs to dist/bundle.json; returns the exit status. */
async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const { text, hotBytes, coldBytes } = await buildScript(version);
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BUNDLE_BYTES) {
    console.error(
      `the bundle has ${bytes} bytes, more than the ${MOST_BUNDLE_BYTES} that are allowed; nothing was written`,
    );
    return 1;
  }
  const sha256 = createHash("sha256").update(text).digest("hex");
  mkdirSync("dist", { recursive: true });
  // At once: a test that runs meanwhile finds the old one or the new one whole.
  writeFileSync(`dist/lambda-ddns.js.${process.pid}`, text, { mode: 0o755 });
  renameSync(`dist/lambda-ddns.js.${process.pid}`, "dist/lambda-ddns.js");
  writeFileSync("dist/bundle.json", `${JSON.stringify({ bytes, hotBytes, coldBytes, sha256 })}\n`);
  const cold = Object.entries(coldBytes).map(([room, size]) => `${room} ${size}`);
  console.log(
    `dist/lambda-ddns.js ${bytes} bytes (parsed at once ${hotBytes}; as text: ${cold.join(", ")}) sha256 ${sha256}`,
  );
  return 0;
}

process.exitCode = await main();
