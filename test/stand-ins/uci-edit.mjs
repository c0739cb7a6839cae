// What `uci set`, `commit`, `get` and `show` do to parsed sections and to the changes that wait in /tmp/.uci; refuses anonymous sections, values of several lines and new sections without a type, which no test types.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseUci, printUci } from "./uci-syntax.mjs";

const quote = (value) => `'${value.replaceAll("'", "'\\''")}'`;
const changesPath = (root, name) => join(root, "tmp/.uci", name);

function readOr(path, fallback) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return fallback;
  }
}

/** The sections of a package with the changes that wait for a commit, as every command sees them; or uci's error message. */
export function load(root, folder, name) {
  const text = readOr(join(folder, name), null);
  if (text === null) return "Entry not found";
  const sections = parseUci(text);
  if (typeof sections === "string") return sections;
  for (const line of readOr(changesPath(root, name), "").split("\n").slice(0, -1)) {
    const problem = change(sections, target(line));
    if (problem !== null) return problem;
  }
  return sections;
}

/** The parts of `package.section.option=value`; what is missing is undefined. */
function target(word) {
  const [, name, section, option, value] = /^(\w[\w-]*)(?:\.(\w+))?(?:\.(\w+))?(?:=(.*))?$/.exec(word) ?? [];
  return { name, section, option, value };
}

/** Makes one change; null, or uci's error message. */
function change(sections, { section, option, value }) {
  if (section === undefined || value === undefined) return "Invalid argument";
  const found = sections.find((one) => one.name === section);
  if (option === undefined) {
    if (found === undefined) sections.push({ type: value, name: section, options: new Map() });
    else found.type = value;
    return null;
  }
  if (found === undefined) return "Invalid argument";
  // An empty value deletes; any other takes the place of a list too.
  if (value === "") found.options.delete(option);
  else found.options.set(option, value);
  return null;
}

/**
 * Runs a command on `word`.
 * @returns {{ out: string } | { problem: string }}
 */
export function edit(command, { root, folder, word }) {
  const wanted = target(word);
  if (wanted.name === undefined) return { problem: "Invalid argument" };
  const sections = load(root, folder, wanted.name);
  if (typeof sections === "string") return { problem: sections };
  return COMMANDS[command]({ root, folder, word, wanted, sections });
}

function set({ root, word, wanted, sections }) {
  const problem = change(sections, wanted);
  if (problem !== null) return { problem };
  const path = changesPath(root, wanted.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${word}\n`, { flag: "a", mode: 0o600, encoding: "latin1" });
  return { out: "" };
}

/** The file is written anew, without its comments, in its mode. */
function commit({ root, folder, wanted, sections }) {
  const changes = changesPath(root, wanted.name);
  if (readOr(changes, "") === "") return { out: "" };
  const path = join(folder, wanted.name);
  const { mode } = statSync(path);
  const text = printUci(wanted.name, sections).slice(`package ${wanted.name}\n`.length);
  writeFileSync(path, text, { mode, encoding: "latin1" });
  rmSync(changes);
  return { out: "" };
}

function get({ wanted, sections }) {
  const found = sections.find((one) => one.name === wanted.section);
  const value = wanted.option === undefined ? found?.type : found?.options.get(wanted.option);
  if (value === undefined) return { problem: "Entry not found" };
  return { out: `${Array.isArray(value) ? value.join(" ") : value}\n` };
}

function show({ wanted, sections }) {
  const { name } = wanted;
  const lines = sections
    .filter((one) => wanted.section === undefined || one.name === wanted.section)
    .flatMap((one) => {
      const values = [...one.options].map(([option, value]) => [option, [value].flat().map(quote).join(" ")]);
      const all = values.map(([option, text]) => `${name}.${one.name}.${option}=${text}`);
      return [`${name}.${one.name}=${one.type}`, ...all];
    });
  return lines.length === 0 ? { problem: "Entry not found" } : { out: `${lines.join("\n")}\n` };
}

const COMMANDS = { set, commit, get, show };
export const EDITS = Object.keys(COMMANDS);
