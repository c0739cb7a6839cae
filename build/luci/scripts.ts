// Builds the page's two scripts as LuCI's loader takes them: leading `require` directives, a body, a top-level return.
// For feeds they stay readable; in our own packages they are minified, since routers have little flash.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { Source } from "../package/content.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT = join(ROOT, "dist/luci");
const RESOURCES = "www/luci-static/resources";

/** A script: its entry in src/luci, where the router has it, and the modules of LuCI that it asks for. */
interface Script {
  entry: string;
  path: string;
  requires: readonly string[];
}

export const SCRIPTS: readonly Script[] = [
  {
    entry: "page.ts",
    path: `${RESOURCES}/view/lambda-ddns/overview.js`,
    requires: ["view", "form", "fs", "ui", "dom", "rpc", "poll"],
  },
  {
    entry: "overview-box.ts",
    path: `${RESOURCES}/view/status/include/71_lambda-ddns.js`,
    requires: ["baseclass", "fs", "rpc"],
  },
];

/** Builds all scripts below dist/luci/ and says where they belong on the router. */
export function buildScripts(form: "readable" | "small"): Source[] {
  return SCRIPTS.map((script) => {
    const file = join(OUTPUT, form, script.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, scriptText(script, form === "small"));
    return { path: script.path, file };
  });
}

function scriptText({ entry, requires }: Script, minify: boolean): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, "src/luci", entry)],
    bundle: true,
    minify,
    write: false,
    format: "iife",
    target: "es2020",
    charset: "ascii",
    legalComments: "none",
  });
  const directives = ["use strict", ...requires.map((name) => `require ${name}`)];
  const head = directives.map((line) => `'${line}';\n`).join("");
  const body = new TextDecoder().decode(outputFiles[0]?.contents);
  if (minify) return `${head}let page;${body}return page;\n`;
  // Comments name the files that the parts come from; what esbuild says to minifiers is nothing for readers.
  const readable = body.replaceAll("/* @__PURE__ */ ", "");
  const indented = readable.replace(/^(?: {2})+/gm, (blanks) => "\t".repeat(blanks.length / 2));
  return `${head}\nlet page;\n\n${indented}\nreturn page;\n`;
}
