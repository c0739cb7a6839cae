// UCI's file syntax, bytes as latin-1: text → sections, sections → what `uci export` prints; refuses the whole file at its first error, with uci's words.

const isSpace = (char) => char !== undefined && " \t\n\r\v\f".includes(char);
const NAME = /^\w+$/;
const TYPE = /^[!-~]+$/;

/**
 * Parses a configuration file.
 * @param {string} text bytes as latin-1
 * @returns {Section[] | string} the sections in order, or uci's error message
 * @typedef {{ type: string, name: string, options: Map<string, string | string[]> }} Section
 */
export function parseUci(text) {
  const state = { lines: text.match(/[^\n]*\n|[^\n]+/g) ?? [], line: 0, buffer: "", pos: 0, sections: [] };
  try {
    while (state.line < state.lines.length) {
      Object.assign(state, { buffer: nextLine(state), pos: 0 });
      parseLine(state);
    }
  } catch (error) {
    if (error instanceof Error) throw error;
    return `Parse error (${error}) at line ${state.line}, byte ${state.pos}`;
  }
  return state.sections;
}

function nextLine(state) {
  state.line += 1;
  return state.lines[state.line - 1] ?? "";
}

/** Appends the next line of the file; false at its end. */
function readOn(state) {
  if (state.line >= state.lines.length) return false;
  state.buffer += nextLine(state);
  return true;
}

const current = (state) => state.buffer[state.pos];

function skipWhitespace(state) {
  while (isSpace(current(state))) state.pos += 1;
}

function parseLine(state) {
  for (;;) {
    skipWhitespace(state);
    const word = /^[^ \t]*/.exec(state.buffer.slice(state.pos))[0];
    if (word === "" || word.startsWith("#")) return;
    const command = COMMANDS[word];
    if (command === undefined) throw "invalid command";
    state.pos += word.length + 1;
    command(state);
    if (current(state) !== ";") return;
    state.pos += 1;
  }
}

/** The next argument, "" where there is none. */
function argument(state, required) {
  skipWhitespace(state);
  let value = "";
  while (current(state) !== undefined && current(state) !== ";" && !isSpace(current(state))) {
    const char = current(state);
    if (char === "#") {
      state.buffer = state.buffer.slice(0, state.pos);
      break;
    }
    if (char === "'" || char === '"') value += quoted(state, char);
    else value += escaped(state);
  }
  if (isSpace(current(state))) state.pos += 1;
  if (value === "" && required) throw "insufficient arguments";
  return value;
}

/** One character, after a backslash if there is one; a backslash before a line's end joins it with the next. */
function escaped(state) {
  if (current(state) === "\\") {
    state.pos += 1;
    if (current(state) === undefined || current(state) === "\n") {
      state.pos += 1;
      readOn(state);
      return "";
    }
  }
  state.pos += 1;
  return state.buffer[state.pos - 1];
}

function quoted(state, quote) {
  let value = "";
  state.pos += 1;
  while (current(state) !== quote) {
    if (current(state) === undefined) {
      if (!readOn(state)) throw `EOF with unterminated ${quote}`;
    } else if (quote === '"') {
      value += escaped(state);
    } else {
      value += current(state);
      state.pos += 1;
    }
  }
  state.pos += 1;
  return value;
}

function nameArgument(state, required) {
  const name = argument(state, required);
  if (name !== "" && !NAME.test(name)) throw "invalid character in name field";
  return name;
}

function endOfCommand(state) {
  if (argument(state, false) !== "") throw "too many arguments";
}

function config(state) {
  const type = argument(state, true);
  if (!TYPE.test(type)) throw "invalid character in type field";
  const name = nameArgument(state, false);
  endOfCommand(state);
  const before = state.sections.find((section) => name !== "" && section.name === name);
  // A section named again goes on where it was; the last section is the open one.
  state.open = before ?? { type, name, options: new Map() };
  if (before === undefined) state.sections.push(state.open);
}

function option(state, isList) {
  const name = nameArgument(state, true);
  const value = argument(state, false);
  endOfCommand(state);
  if (state.open === undefined) throw "option/list command found before the first section";
  const { options } = state.open;
  const before = options.get(name) ?? [];
  if (isList) options.set(name, [...(Array.isArray(before) ? before : [before]), value]);
  else if (value === "") options.delete(name);
  else options.set(name, value);
}

function packageName(state) {
  argument(state, true);
  endOfCommand(state);
}

const list = (state) => option(state, true);
const single = (state) => option(state, false);
const COMMANDS = {
  p: packageName,
  package: packageName,
  c: config,
  config,
  o: single,
  option: single,
  l: list,
  list,
};

const quote = (value) => `'${value.replaceAll("'", "'\\''")}'`;

/** What `uci export` prints for the package `name`, bytes as latin-1. */
export function printUci(name, sections) {
  const texts = sections.map(({ type, name: section, options }) => {
    const lines = [...options].flatMap(([key, value]) =>
      Array.isArray(value)
        ? value.map((one) => `\tlist ${key} ${quote(one)}\n`)
        : `\toption ${key} ${quote(value)}\n`,
    );
    return `\nconfig ${type}${section === "" ? "" : ` ${quote(section)}`}\n${lines.join("")}`;
  });
  return `package ${name}\n${texts.join("")}\n`;
}
