// Builds the page's script as LuCI's loader takes it: leading `require` directives, a body, a top-level return.
// For feeds it stays readable; in our own packages it is minified, since routers have little flash.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { Source } from "../package/content.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT = join(ROOT, "dist/luci");

/** Where the router has the script, and the modules of LuCI that it asks for. */
export const SCRIPT = "www/luci-static/resources/lambda-ddns/app.js";
export const REQUIRES = ["baseclass", "form", "fs", "ui", "dom", "rpc", "poll"] as const;

/** Builds the script below dist/luci/ and says where it belongs on the router. */
export function buildScript(form: "readable" | "small"): Source {
  const file = join(OUTPUT, form, SCRIPT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, scriptText(form === "small"));
  return { path: SCRIPT, file };
}

function scriptText(minify: boolean): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, "src/luci/app.ts")],
    bundle: true,
    minify,
    write: false,
    format: "iife",
    target: "es2020",
    charset: "ascii",
    legalComments: "none",
  });
  const directives = ["use strict", ...REQUIRES.map((name) => `require ${name}`)];
  const head = directives.map((line) => `'${line}';\n`).join("");
  const body = new TextDecoder().decode(outputFiles[0]?.contents);
  if (minify) return `${head}let app;${body}return app;\n`;
  // Comments name the files that the parts come from; what esbuild says to minifiers is nothing for readers.
  const readable = body.replaceAll("/* @__PURE__ */ ", "");
  const indented = readable.replace(/^(?: {2})+/gm, (blanks) => "\t".repeat(blanks.length / 2));
  return `${head}\nlet app;\n\n${indented}\nreturn app;\n`;
}
