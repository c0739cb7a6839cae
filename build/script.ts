// The script: one ES module for `qjs -m`. A run that finds nothing changed parses its first part alone; the others travel as
// comments, which cost next to nothing to pass over, and std.evalScript parses them when they are wanted.
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Part } from "../src/client/parts.ts";

const CLIENT = fileURLToPath(new URL("../src/client", import.meta.url));

/**
 * What each part holds. esbuild keeps modules in the order of their imports, and each stands where it is first needed: so a part
 * that leans on another's modules comes behind them, and may go on later.
 */
const ORDER = `
first host/quickjs fast-path parts
program ../shared/address ../shared/hostname ../shared/url ../shared/text
problems core/problems http/trust exchange/failures app/detection-messages
machine detect/machine
program app/inputs detect/detect core/plan core/settle core/hooks app/log app/egress app/state-file
attempt ../protocol/token ../protocol/messages
machine ../protocol/stated exchange/stated
enroll app/enroll
attempt app/attempt app/probe
hooks app/hooks
program app/update
commands commands/dispatch
main main`;
const ENTRY = ORDER.trim()
  .split("\n")
  .flatMap((line, at) => {
    const [part, ...modules] = line.split(" ");
    return [`part:${part} ${at}`, ...modules.map((path) => `./${path}.ts`)];
  })
  .map((path) => `import "${path}";`)
  .join("\n");
const MARK = /__part\("(\w+)[ \d]*"\)[;,]/;

/** Shorter names of the same things. */
const SHORTER = {
  "Number.POSITIVE_INFINITY": "Infinity",
  "Number.NaN": "NaN",
  "Number.parseInt": "parseInt",
  "Number.parseFloat": "parseFloat",
};

/** The whole script, minified, with `version` in it. */
export async function buildScript(version: string): Promise<string> {
  const { engine, first, lazy } = await buildParts(version, true);
  return assemble(engine, first, lazy);
}

/** The script's parts, and the names under which they find the engine's modules. */
export async function buildParts(version: string, minify: boolean) {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: CLIENT, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    minify,
    legalComments: "none",
    external: ["std", "os"],
    define: { __VERSION__: JSON.stringify(version), ...SHORTER },
    plugins: [marks],
    logLevel: "error",
  });
  const { engine, code } = takeImports(outputFiles[0]?.text ?? "");
  const [, ...rest] = code.split(MARK);
  const names = [
    "first",
    "program",
    "problems",
    "attempt",
    "enroll",
    "machine",
    "hooks",
    "commands",
    "main",
  ] as const;
  const parts = Object.fromEntries(names.map((name) => [name, ""])) as Record<(typeof names)[number], string>;
  for (let at = 0; at < rest.length; at += 2) parts[rest[at] as keyof typeof parts] += rest[at + 1] ?? "";
  const { first, main, ...lazy } = parts;
  return { engine, first: first + main, lazy };
}

/** A module that leaves a mark in the bundle where it stands. */
const marks: Plugin = {
  name: "marks",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice("part:".length), namespace: "part" }));
    onLoad({ filter: /.*/, namespace: "part" }, ({ path }) => ({ contents: `__part("${path}");` }));
  },
};

/** Parts the imports of the engine's modules, `import*as NAME from"std"`, from the code behind them: only a module may import. */
function takeImports(text: string): { engine: string[]; code: string } {
  const engine: string[] = [];
  const imports = /import ?\* ?as ([\w$]+) from ?"(std|os)";/g;
  const code = text.replaceAll(imports, (_, name: string, module: string) => {
    engine.push(`${name}:${module}`);
    return "";
  });
  return { engine, code };
}

/**
 * Every part is evaluated as a script, in the one global scope, where it finds the engine's modules under esbuild's names. What
 * is parsed on demand stands in a comment, which costs least to pass over, and is read back from the file. The tag tells whether
 * that still is the file that the engine read: an upgrade may have put another one in its place.
 */
function assemble(engine: readonly string[], first: string, lazy: Readonly<Record<Part, string>>): string {
  const tag = createHash("sha256").update(JSON.stringify(lazy)).digest("hex").slice(0, 8);
  const comments = Object.entries(lazy).map(([name, code]) => comment(`${name} ${tag}`, code.trim()));
  return `#!/usr/bin/env -S qjs -m
import*as std from"std";import*as os from"os";
${comments.join("\n")}
${LOADER.replace("ENGINE", `${engine}`).replace("TAG", tag)}
std.evalScript(${literal(first)});
`;
}

const LOADER = `const loaded=[];let text;
Object.assign(globalThis,{ENGINE,loadPart(name){
if(loaded.includes(name))return;
loaded.push(name);
text??=std.loadFile(scriptArgs[0])??"";
const part=text.split("/*"+name+" TAG\\n")[1];
if(!part)throw Error("the program was replaced while it ran; the next run takes the new one");
std.evalScript(part.slice(0,part.indexOf("\\n*/")))}});`;

/** `code` as a comment under a heading; throws where it would end the comment. */
function comment(heading: string, code: string): string {
  if (code.includes("*/")) throw new Error(`the part ${heading} holds the end of a comment`);
  return `/*${heading}\n${code}\n*/`;
}

/** `code` as a string. (QuickJS scans a template literal twice, and esbuild prints most strings of the code in double quotes.) */
function literal(code: string): string {
  return `'${code.trim().replaceAll(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
}
