// Reads one HTTP/1 request off a socket, by length or in chunks; refuses pipelining, and bodies over 1 MiB.
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";

export interface WireRequest {
  method: string;
  path: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

const MOST_BYTES = 1 << 20;

/** Calls `done` once, when the whole request has arrived; what is not HTTP ends the connection. */
export function readRequest(socket: Socket, done: (request: WireRequest) => void): void {
  let bytes = Buffer.alloc(0);
  let finished = false;
  socket.on("data", (more: Buffer) => {
    if (finished) return;
    bytes = Buffer.concat([bytes, more]);
    const request = bytes.length > MOST_BYTES ? "too long" : parse(bytes);
    if (request === null) return;
    finished = true;
    if (typeof request === "string") socket.destroy();
    else done(request);
  });
}

/** The request in `bytes`; null while it is incomplete; a sentence when it is none. */
function parse(bytes: Buffer): WireRequest | string | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || path === undefined) return "no request line";
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = bytes.subarray(end + 4);
  const body = headers["transfer-encoding"] === "chunked" ? readChunks(rest) : readLength(rest, headers);
  return body === null ? null : { method, path, headers, body: body.toString("utf8") };
}

function readLength(rest: Buffer, headers: Readonly<Record<string, string>>): Buffer | null {
  const length = Number(headers["content-length"] ?? 0);
  return rest.length < length ? null : rest.subarray(0, length);
}

/** The body of a chunked message, null while it is incomplete. */
export function readChunks(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return null;
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    const from = end + 2;
    if (!Number.isInteger(size) || bytes.length < from + size + 2) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
