// What `uci set`, `delete`, `commit`, `get`, `show` and `batch` do to parsed sections and to the changes that wait in a folder, /tmp/.uci unless `-t` says otherwise; refuses values of several lines and new sections without a type, which no test types.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseUci, printUci } from "./uci-syntax.mjs";

const quote = (value) => `'${value.replaceAll("'", "'\\''")}'`;
const changesPath = (saved, name) => join(saved, name);

function readOr(path, fallback) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return fallback;
  }
}

/** The sections of a package with the changes that wait for a commit, as every command sees them; or uci's error message. */
export function load(saved, folder, name) {
  const text = readOr(join(folder, name), null);
  if (text === null) return "Entry not found";
  const sections = parseUci(text);
  if (typeof sections === "string") return sections;
  for (const line of readOr(changesPath(saved, name), "").split("\n").slice(0, -1)) {
    const problem = change(sections, target(line));
    if (problem !== null) return problem;
  }
  return sections;
}

/** The parts of `package.section.option=value`; what is missing is undefined. */
function target(word) {
  const [, name, section, option, value] =
    /^(\w[\w-]*)(?:\.(@?\w+(?:\[\d+\])?))?(?:\.(\w+))?(?:=(.*))?$/.exec(word) ?? [];
  return { name, section, option, value };
}

/** A section by its name, or by `@type[n]`. */
function sectionNamed(sections, name) {
  const [, type, index] = /^@(\w+)\[(\d+)\]$/.exec(name ?? "") ?? [];
  if (type === undefined) return sections.find((one) => one.name === name);
  return sections.filter((one) => one.type === type)[Number(index)];
}

/** Makes one change; null, or uci's error message. */
function change(sections, { section, option, value }) {
  if (section === undefined || value === undefined) return "Invalid argument";
  const found = sectionNamed(sections, section);
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
export function edit(command, { saved, folder, word }) {
  const wanted = target(word);
  if (wanted.name === undefined) return { problem: "Invalid argument" };
  const sections = load(saved, folder, wanted.name);
  if (typeof sections === "string") return { problem: sections };
  return COMMANDS[command]({ saved, folder, word, wanted, sections });
}

/** Commands from standard input, a line each; it goes on after one that fails, as uci does, and tells of the last. */
export function batch(text, { saved, folder }) {
  let result = { out: "" };
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, command = "", words = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (!EDITS.includes(command)) return { problem: `unsupported command ${command}` };
    const done = edit(command, { saved, folder, word: words.replaceAll("'", "") });
    if ("problem" in done) result = done;
  }
  return result;
}

/** An empty value deletes. */
function remove(wanted) {
  return set({ ...wanted, word: `${wanted.word}=`, wanted: { ...wanted.wanted, value: "" } });
}

function set({ saved, word, wanted, sections }) {
  const problem = change(sections, wanted);
  if (problem !== null) return { problem };
  const path = changesPath(saved, wanted.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${word}\n`, { flag: "a", mode: 0o600, encoding: "latin1" });
  return { out: "" };
}

/** The file is written anew, without its comments, in its mode. */
function commit({ saved, folder, wanted, sections }) {
  const changes = changesPath(saved, wanted.name);
  if (readOr(changes, "") === "") return { out: "" };
  const path = join(folder, wanted.name);
  const { mode } = statSync(path);
  const text = printUci(wanted.name, sections).slice(`package ${wanted.name}\n`.length);
  writeFileSync(path, text, { mode, encoding: "latin1" });
  rmSync(changes);
  return { out: "" };
}

function get({ wanted, sections }) {
  const found = sectionNamed(sections, wanted.section);
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

const COMMANDS = { set, delete: remove, commit, get, show };
export const EDITS = Object.keys(COMMANDS);
