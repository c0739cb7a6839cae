// Reads an HTTP answer the way uclient-fetch does, progress line and all: the body goes to stdout as it comes.
import { writeSync } from "node:fs";

const BAR = 31;

/**
 * @param {(text: string) => void} say writes to stderr
 * @param {(code: number, text: string) => void} end ends the process
 */
export function makeReader(say, end) {
  const state = {
    rest: Buffer.alloc(0),
    head: null,
    body: false,
    got: 0,
    total: null,
    left: null,
    startedAt: 0,
    say,
    end,
  };
  return {
    /** Takes bytes; the head on the call that completes it, else null. */
    take(bytes) {
      state.rest = Buffer.concat([state.rest, bytes]);
      if (state.body) advance(state);
      if (state.head !== null) return null;
      state.head = readHead(state);
      return state.head;
    },
    startBody: () => startBody(state),
    closed: () => closed(state),
    /** Prints the progress of the seconds that went by without a byte. */
    timeOut() {
      if (!state.body || state.total === null) return;
      const seconds = Math.floor((Date.now() - state.startedAt + 500) / 1000);
      for (let second = 1; second <= seconds; second += 1) say(progress(state, second));
    },
  };
}

function startBody(state) {
  const { status, headers, chunked } = state.head;
  const length = headers["content-length"];
  state.total = chunked || length === undefined ? null : Number(length);
  if (status === 204) state.total = 0;
  Object.assign(state, { body: true, startedAt: Date.now() });
  advance(state);
}

/** Writes what has come of the body, and ends the process when it is whole. */
function advance(state) {
  if (state.head.chunked) {
    takeChunks(state);
    return;
  }
  emit(state, state.total === null ? state.rest.length : state.total - state.got);
  if (state.total !== null && state.got >= state.total) finish(state);
}

/** Writes at most `length` of the waiting bytes to stdout. */
function emit(state, length) {
  const bytes = state.rest.subarray(0, length);
  if (bytes.length > 0) writeSync(1, bytes);
  state.got += bytes.length;
  state.rest = state.rest.subarray(bytes.length);
  return bytes.length;
}

function finish(state) {
  if (state.total !== null && state.total > 0) state.say(progress(state, 0));
  state.end(0, `\nDownload completed (${state.got} bytes)\n`);
}

/** The server closed the connection. A cut chunked answer is a success to uclient-fetch. */
function closed(state) {
  const nothing = `\r${"(null)".padEnd(20)}${"0".padStart(6)}   - stalled -\nConnection reset prematurely\n`;
  if (!state.body) state.end(4, nothing);
  if (state.head.chunked) finish(state);
  state.end(4, "\nConnection reset prematurely\n");
}

/** Passes on what has come of the chunks, whole or not; `left` is what is missing of the open one, null before the first. */
function takeChunks(state) {
  for (;;) {
    if (state.left === null || state.left === 0) {
      const size = chunkSize(state);
      if (size === null) return;
      if (size === 0) return finish(state);
      state.left = size;
    }
    const length = emit(state, state.left);
    if (length === 0) return;
    state.left -= length;
  }
}

/** Takes a chunk's size line, and the line's end that closes the chunk before; null while it is incomplete. */
function chunkSize(state) {
  const from = state.left === null ? 0 : 2;
  const end = state.rest.indexOf("\r\n", from);
  if (end < 0) return null;
  const size = Number.parseInt(state.rest.subarray(from, end).toString("latin1"), 16);
  state.rest = state.rest.subarray(end + 2);
  return size;
}

/** Status and headers, null while they are incomplete. What does not look like HTTP never completes. */
function readHead(state) {
  const end = state.rest.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = state.rest.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return null;
  state.rest = state.rest.subarray(end + 4);
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf(":")).toLowerCase(),
    line.slice(line.indexOf(":") + 1).trim(),
  ]);
  const headers = Object.fromEntries(pairs);
  return { status, headers, chunked: headers["transfer-encoding"] === "chunked" };
}

/** The progress line; `seconds` without news since the body began, 0 when it is complete. */
function progress({ got, total }, seconds) {
  const share = got / total;
  const stars = "*".repeat(Math.floor(share * BAR));
  const remaining = got === 0 ? 0 : Math.floor(((total - got) * seconds) / got);
  const time = `0:${String(Math.floor(remaining / 60)).padStart(2, "0")}:${String(remaining % 60).padStart(2, "0")}`;
  const percent = `${Math.floor(share * 100)}%`.padStart(5);
  return `\r${"-".padEnd(20)}${percent} |${stars.padEnd(BAR)}|${String(got).padStart(6)}   ${time} ETA`;
}
