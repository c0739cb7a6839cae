// Builds the script: a small part that every run parses, and rooms that travel as packed text and are parsed when first
// entered. A room takes what it shares with an earlier part from there, so nothing stands twice.
import { dirname, resolve } from "node:path";
import { type BuildOptions, type BuildResult, build, type Plugin, transformSync } from "esbuild";
import { exportedNames, modulesIn } from "./modules.ts";
import { pack, UNPACK } from "./pack.ts";
import { borrowFrom, LOANS, lend, loansIn, shorten } from "./share.ts";

const ENTRY = "src/client/main.ts";
const ROOMS = resolve("src/client/app/rooms.ts");

/**
 * Which members of `Rooms` travel together in one text. The first text is entered before any other, so the later ones may
 * borrow from it, and its source is the dictionary that they are packed with.
 */
const FIRST = ["program", "report"] as const;
const LATER = { attempt: ["attempt"], desk: ["desk"] } as const;

/** Shorter names of the same things. */
const SHORTER = {
  "Number.POSITIVE_INFINITY": "Infinity",
  "Number.NaN": "NaN",
  "Number.parseInt": "parseInt",
  "Number.parseFloat": "parseFloat",
};

/** Routers have 8 MB of flash, and what is parsed costs 0.8 M instructions a kilobyte. */
export const MOST_BUNDLE_BYTES = 32 * 1024;

export interface Script {
  text: string;
  /** What every run parses. */
  hotBytes: number;
  /** What a room's text is before it is packed: what is parsed when it is entered. */
  coldBytes: Record<string, number>;
}

/**
 * The whole script, minified, with `version` in it. Three parts borrow in one direction: hot ← program ← later rooms. What a
 * part has to hand on is known only when the later ones are built, so hot and program are built twice: first to see which
 * modules each holds, at last with the loans.
 */
export async function buildScript(version: string): Promise<Script> {
  const options: BuildOptions = {
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2023",
    minify: true,
    legalComments: "none",
    external: ["std", "os"],
    define: { __VERSION__: JSON.stringify(version), ...SHORTER },
    logLevel: "error",
  };
  const entry = (rooms: string) =>
    build({ ...options, entryPoints: [ENTRY], plugins: [standInForRooms(rooms)] });
  const hot = modulesOf(await entry("export const rooms = {};"));
  const program = modulesOf(await buildRoom(options, FIRST, borrowFrom(hot, hot)));
  const owners = [...hot, ...program];
  const later: Record<string, string> = {};
  for (const [name, members] of Object.entries(LATER)) {
    later[name] = asFunction(await buildRoom(options, members, borrowFrom(owners, owners)));
  }
  // What the later rooms take from the program's modules, the program puts into the loans as it is entered.
  const handedOn = lend(loansIn(Object.values(later).join(" ")), program, owners);
  const handOn = `${handedOn.imports}\nObject.assign(${LOANS}, { ${handedOn.names} });`;
  const first = asFunction(await buildRoom(options, FIRST, borrowFrom(hot, owners), handOn));
  return await assemble(first, later, (taken) => lend(taken, hot, owners), entry);
}

/** The rooms, packed, in the hot part; `lendHot` gives the loans that it has to hold for them, `entry` builds it around them. */
async function assemble(
  first: string,
  later: Readonly<Record<string, string>>,
  lendHot: (taken: readonly string[]) => { imports: string; names: string },
  entry: (rooms: string) => Promise<BuildResult>,
): Promise<Script> {
  const taken = loansIn(Object.values({ ...later, first }).join(" "));
  const short = (code: string) => shorten(code, taken);
  const { imports, names } = lendHot(taken);
  const loans = { imports: short(imports), names: short(names) };
  const dictionary = short(first);
  const literals = Object.entries(later).map(
    ([name, code]) => [name, literal(pack(short(code), dictionary))] as const,
  );
  literals.unshift(["program", literal(pack(dictionary))]);
  const text = `#!/usr/bin/env -S qjs -m\n${textOf(await entry(roomsSource(literals, loans)))}`;
  const packed = literals.reduce((sum, [, code]) => sum + code.length, 0);
  const coldBytes = Object.fromEntries(
    Object.entries(later).map(([name, code]) => [name, short(code).length]),
  );
  return { text, hotBytes: text.length - packed, coldBytes: { program: dictionary.length, ...coldBytes } };
}

/** One room: a script that puts its members' modules into the loans, as `room`. An export would bring CommonJS glue. */
async function buildRoom(
  options: BuildOptions,
  members: readonly string[],
  borrow: Plugin,
  handOn = "",
): Promise<BuildResult> {
  const lines: string[] = [];
  const parts: string[] = [];
  // Name by name: for a namespace esbuild brings glue that makes every export a getter.
  for (const member of members) {
    const names = await exportedNames(resolve(dirname(ROOMS), `${member}.ts`));
    lines.push(`import { ${names.map((name) => `${name} as ${member}_${name}`)} } from "./${member}.ts";`);
    parts.push(`${member}: { ${names.map((name) => `${name}: ${member}_${name}`)} }`);
  }
  const room = `${LOANS}.room = { ${parts} };`;
  return build({
    ...options,
    format: "iife",
    stdin: { contents: [...lines, handOn, room].join("\n"), resolveDir: dirname(ROOMS), loader: "ts" },
    plugins: [borrow],
  });
}

/** The room's script as a function that takes the loans and gives the room. */
function asFunction(room: BuildResult): string {
  return `${LOANS}=>{${textOf(room).trim()}return ${LOANS}.room}`;
}

/** An expression, minified: as a statement of its own it would be dropped. */
function minified(expression: string): string {
  return transformSync(`kept = ${expression}`, { minify: true }).code.trim().slice("kept=".length);
}

/** `text` as a template literal. */
function literal(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$\{/g, "\\$&")}\``;
}

/** The source that stands for rooms.ts in the script; the program's text is the dictionary of the others. */
function roomsSource(
  literals: readonly (readonly [name: string, literal: string])[],
  loans: { imports: string; names: string },
): string {
  const members = Object.entries({ program: FIRST, ...LATER }).flatMap(([text, names]) =>
    names.map((name) => `${name}: () => enter("${text}").${name}`),
  );
  return `import * as std from "std";
${loans.imports}
const loans = { ${loans.names} };
const texts = { ${literals.map(([name, text]) => `${name}: ${text}`).join(", ")} };
const entered = {};
let dictionary = "";
let unpack;
const enter = (name) => {
  if (!entered[name]) {
    unpack ??= std.evalScript(${literal(minified(UNPACK))});
    const source = unpack(texts[name], dictionary);
    dictionary ||= source;
    entered[name] = std.evalScript(source)(loans);
  }
  return entered[name];
};
export const rooms = { ${members.join(", ")} };
`;
}

function standInForRooms(contents: string): Plugin {
  return {
    name: "stand-in-for-rooms",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /rooms\.ts$/ }, () => ({ path: ROOMS, namespace: "stand-in" }));
      onLoad({ filter: /.*/, namespace: "stand-in" }, () => ({
        contents,
        loader: "js",
        resolveDir: dirname(ROOMS),
      }));
    },
  };
}

function modulesOf({ metafile }: BuildResult): string[] {
  return metafile ? modulesIn(metafile).filter((path) => path !== resolve(ENTRY)) : [];
}

function textOf({ outputFiles }: BuildResult): string {
  return outputFiles?.[0]?.text ?? "";
}
