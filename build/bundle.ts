// `make bundle`: the client as one ES module for `qjs -m`, in dist/lambda-ddns.js.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildScript } from "./script.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = `${ROOT}dist/lambda-ddns.js`;

const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string };
const text = await buildScript(version);
mkdirSync(`${ROOT}dist`, { recursive: true });
// At once: a test that runs meanwhile finds the old one or the new one whole.
writeFileSync(`${OUT}.${process.pid}`, text, { mode: 0o755 });
renameSync(`${OUT}.${process.pid}`, OUT);
const sha256 = createHash("sha256").update(text).digest("hex");
console.log(`dist/lambda-ddns.js ${Buffer.byteLength(text)} bytes sha256 ${sha256}`);
