// The script: one ES module for `qjs -m`. A run that finds nothing changed parses its first part alone; the others travel as
// strings, which cost a twentieth of their parsing to scan, and std.evalScript parses them when they are wanted.
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Part } from "../src/client/parts.ts";

const CLIENT = fileURLToPath(new URL("../src/client", import.meta.url));

/** Where each part begins: esbuild keeps modules in the order of their imports, and each stands where it is first needed. */
const ENTRY = `
import "./host/quickjs.ts";
import "./fast-path.ts";
import "part:program";
import "./app/update.ts";
import "part:commands";
import "./commands/dispatch.ts";
import "part:main";
import "./main.ts";
`;
const MARK = /__part\("(\w+)"\)[;,]/;

/** Shorter names of the same things. */
const SHORTER = {
  "Number.POSITIVE_INFINITY": "Infinity",
  "Number.NaN": "NaN",
  "Number.parseInt": "parseInt",
  "Number.parseFloat": "parseFloat",
};

/** The whole script, minified, with `version` in it. */
export async function buildScript(version: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: CLIENT, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    minify: true,
    legalComments: "none",
    external: ["std", "os"],
    define: { __VERSION__: JSON.stringify(version), ...SHORTER },
    plugins: [marks],
    logLevel: "error",
  });
  const { engine, code } = takeImports(outputFiles[0]?.text ?? "");
  const [first = "", ...rest] = code.split(MARK);
  const parts = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) parts.set(rest[at] ?? "", rest[at + 1] ?? "");
  return assemble(engine, first + (parts.get("main") ?? ""), {
    program: parts.get("program") ?? "",
    commands: parts.get("commands") ?? "",
  });
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
  const code = text.replaceAll(/import\*as ([\w$]+) from"(std|os)";/g, (_, name: string, module: string) => {
    engine.push(`${name}:${module}`);
    return "";
  });
  return { engine, code };
}

/**
 * Every part is evaluated as a script, in the one global scope, where it finds the engine's modules under esbuild's names. Each
 * string is a statement of its own: QuickJS scans what stands in an object literal twice.
 */
function assemble(engine: readonly string[], first: string, parts: Readonly<Record<Part, string>>): string {
  const lazy = Object.entries(parts).map(([name, code]) => `const ${name}=${literal(code)};`);
  return `#!/usr/bin/env -S qjs -m
import*as std from"std";import*as os from"os";
${lazy.join("\n")}
const parts={${Object.keys(parts).join(",")}};
Object.assign(globalThis,{${engine},loadPart(name){std.evalScript(parts[name])}});
std.evalScript(${literal(first)});
`;
}

/** `code` as a string. (QuickJS scans a template literal twice, and esbuild prints most strings of the code in double quotes.) */
function literal(code: string): string {
  return `'${code.trim().replaceAll(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
}
