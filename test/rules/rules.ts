// The house rules as functions from (path, text) to complaints.

/** One broken rule, as `path: what is wrong`. */
export type Complaint = string;

/** Which rooms of src a room may import from; the client's own rooms stand as `client/ROOM`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  protocol: ["shared"],
  server: ["shared", "protocol"],
  luci: ["shared", "protocol", "client/core"],
  "client/port": ["shared"],
  "client/parts": [],
  "client/fast-path": [],
  "client/core": ["shared", "protocol"],
  "client/host": ["shared", "client/core"],
  "client/exchange": ["shared", "protocol", "client/core"],
  "client/detect": ["shared", "client/core"],
  "client/http": ["shared", "client/core"],
  "client/app": [
    "shared",
    "protocol",
    "client/core",
    "client/host",
    "client/exchange",
    "client/detect",
    "client/http",
    "client/fast-path",
  ],
  "client/commands": [
    "shared",
    "protocol",
    "client/core",
    "client/host",
    "client/exchange",
    "client/app",
    "client/fast-path",
  ],
  "client/program": ["client/host", "client/fast-path", "client/app", "client/commands"],
  "client/main": ["client/program", "client/host"],
};

/** The files that talk to the engine: nothing else may import std, os, or one of them. */
const ENGINE_FILES = ["src/client/host/quickjs.ts", "src/client/host/files.ts"];
const MAIN = "src/client/main.ts";

/** The room of a file; the port is types alone, which every room of the client may name. */
function room(path: string): string {
  if (path === "src/client/host/port.ts") return "client/port";
  const [, first = "", second = ""] = path.split("/");
  if (first !== "client") return first;
  return `client/${second.replace(/\.ts$/, "")}`;
}

/** The path that a relative import means, seen from the file that has it. */
export function target(path: string, specifier: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** What a module imports or re-exports, in order, types included. */
export function imports(text: string): string[] {
  const statements = text.matchAll(/^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']/gm);
  const others = text.matchAll(/\bimport\s*\(?\s*["']([^"']+)["']/g);
  return [...statements, ...others].map((match) => match[1] ?? "");
}

function packageComplaint(path: string, specifier: string): Complaint[] {
  if (specifier === "std" || specifier === "os") {
    return ENGINE_FILES.includes(path)
      ? []
      : [`${path}: only host/quickjs.ts and host/files.ts touch ${specifier}`];
  }
  const pure = ["src/client/", "src/protocol/", "src/shared/"].some((folder) => path.startsWith(folder));
  if (!pure || specifier.startsWith("@noble/hashes/")) return [];
  return [`${path}: imports ${specifier}, which a router does not have`];
}

function mayImport(from: string, into: string): boolean {
  if (from === into || MAY_IMPORT[from]?.includes(into)) return true;
  return ["client/port", "client/parts"].includes(into) && from.startsWith("client/");
}

/** Imports run one way, and server and client never import each other. */
export function importComplaints(path: string, text: string): Complaint[] {
  if (!path.startsWith("src/")) return [];
  return imports(text).flatMap((specifier) => {
    if (!specifier.startsWith(".")) return packageComplaint(path, specifier);
    const to = target(path, specifier);
    if (!to.startsWith("src/")) return to === "package.json" ? [] : [`${path}: imports ${to}, outside src`];
    const among = path === MAIN || ENGINE_FILES.includes(path);
    if (ENGINE_FILES.includes(to) && !among) return [`${path}: only main.ts may import ${to}`];
    const [from, into] = [room(path), room(to)];
    return mayImport(from, into) ? [] : [`${path}: ${from} may not import ${to}`];
  });
}

/** Size, head comment, classes, default exports: what a TypeScript file owes its reader. */
export function shapeComplaints(path: string, text: string): Complaint[] {
  if (!/\.(ts|mts|mjs)$/.test(path) || path.endsWith(".d.mts")) return [];
  const lines = text.trimEnd().split("\n");
  const limit = path.startsWith("test/") ? 400 : 200;
  const rest = lines[0]?.startsWith("#!") ? lines.slice(1) : lines;
  const code = rest.findIndex((line) => !line.startsWith("//"));
  const head = rest.slice(0, code < 0 ? rest.length : code).map((line) => line.slice(3));
  const complaints: Complaint[] = [];
  if (lines.length > limit) complaints.push(`${path}: ${lines.length} lines, at most ${limit}`);
  if (!/^.{20,}\.$/.test(head.join(" "))) {
    complaints.push(`${path}: no comment of whole sentences at its head says what it is and what it refuses`);
  }
  if (path !== "vitest.config.ts" && /^export default\b/m.test(text))
    complaints.push(`${path}: a default export`);
  for (const [, name] of text.matchAll(/^\s*(?:export\s+)?(?:abstract\s+)?class\s+(\w+)/gm)) {
    const allowed = name === "HostError" && path.startsWith("src/client/");
    if (path.startsWith("src/") && !allowed) complaints.push(`${path}: class ${name}`);
  }
  return complaints;
}

// Written apart, so that this file does not complain about itself.
const join = (...parts: string[]): string => parts.join("");
const FOREIGN: readonly [RegExp, string][] = [
  [
    new RegExp(join("/(?:home|Users|wo", "rk)/\\w|/ro", "ot/\\w|/tmp/te", "am")),
    "a path of somebody's machine",
  ],
  [new RegExp(join("\\bissues? #?", "\\d"), "i"), "the number of an issue"],
  [
    new RegExp(join("\\b(?:CE", "O|sub-?ag", "ent|work", "place|co-?wor", "ker)s?\\b")),
    "a word of the place where it was written",
  ],
  [
    new RegExp(
      join(
        "npm",
        "js\\.(?:org|com)|deb\\.deb",
        "ian\\.|yarn",
        "pkg\\.com|pypi",
        "\\.org|proxy\\.gol",
        "ang\\.",
      ),
    ),
    "a registry's host name",
  ],
];

/** Nothing in the tree says where it was written. */
export function foreignComplaints(path: string, text: string): Complaint[] {
  if (path.startsWith("test/transcripts/")) return [];
  return text.split("\n").flatMap((line, index) => {
    const hits = FOREIGN.filter(([pattern]) => pattern.test(line));
    return hits.map(([, what]) => `${path}:${index + 1}: ${what}`);
  });
}
