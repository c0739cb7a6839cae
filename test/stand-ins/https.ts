// A real HTTPS (or HTTP) server on loopback that plays a script of answers and records what was asked; refuses, and later fails, an unscripted request.
import { Buffer } from "node:buffer";
import { createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { authorities, type CertificateKind, identity } from "./certificates.ts";
import { readRequest, type WireRequest } from "./http-wire.ts";

/** One answer of the script. Without more it is a whole HTTP/1.1 answer with Content-Length, then the connection closes. */
export interface Reply {
  /** 200 unless stated. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** How the body travels: its length told, in chunks, or to the end of the connection. */
  framing?: "length" | "chunked" | "close";
  /** "1.0" or "1.1". */
  version?: string;
  /** These bytes instead of everything above; "cut" and "stall" send them whole. */
  raw?: string | Uint8Array;
  /** Waits before the first byte. */
  delaySeconds?: number;
  /**
   * What happens after the bytes: "close" as it should be; "cut" drops the last half of the body and closes; "stall" sends
   * half of the body and then nothing; "reset" cuts the connection with RST instead of an answer; "hang" never answers; "drip" sends one byte a second.
   */
  ending?: "close" | "cut" | "stall" | "reset" | "hang" | "drip";
}

/** One request as it arrived. */
export interface Asked extends WireRequest {
  /** The caller's address. */
  from: string;
  /** The name that the TLS client asked for; "" in plain HTTP and for addresses. */
  serverName: string;
}

export type Scripted = Reply | ((asked: Asked) => Reply);

export interface HttpsOptions {
  certificate?: CertificateKind;
  /** Names and addresses in the certificate. */
  names?: readonly string[];
  /** Plain HTTP instead of HTTPS. */
  plain?: boolean;
  /** "127.0.0.1" unless stated; "::1" for IPv6. */
  listen?: string;
}

const NAMES = ["localhost", "127.0.0.1", "::1", "*.lambda-url.eu-west-1.on.aws"];

interface State {
  script: Scripted[];
  always: ((asked: Asked) => Reply) | null;
  asked: Asked[];
  unscripted: string[];
  sockets: Set<Socket>;
  timers: Set<NodeJS.Timeout>;
}

/** Starts a server on a port of its own; close it in the test's teardown, which also fails it for unscripted requests. */
export async function startHttps(options: HttpsOptions = {}) {
  const state: State = {
    script: [],
    always: null,
    asked: [],
    unscripted: [],
    sockets: new Set(),
    timers: new Set(),
  };
  const serve = (socket: Socket): void => takeSocket(state, socket);
  const id = options.plain ? null : await identity(options.certificate ?? "good", options.names ?? NAMES);
  const server =
    id === null ? createPlainServer(serve) : createTlsServer({ ...id, ALPNProtocols: ["http/1.1"] }, serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((done) => server.listen(0, options.listen ?? "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const scheme = options.plain ? "http" : "https";
  return {
    port,
    /** The PEM of the authority that signs good certificates. */
    ca: (await authorities()).trusted.pem,
    url: (path = "/", host = "localhost") => `${scheme}://${host}:${port}${path}`,
    /** Appends answers to the script; each is used once, in order. */
    script(...replies: Scripted[]): void {
      state.script.push(...replies);
    },
    /** Answers everything that the script does not, like a service. */
    answerAlways(service: (asked: Asked) => Reply): void {
      state.always = service;
    },
    /** Every request so far. */
    asked: state.asked,
    /** Throws for a request that no script foresaw and for an answer that nobody fetched; forgets both, and the log. */
    verify: () => verify(state),
    close: () => close(state, server),
  };
}

export type HttpsServer = Awaited<ReturnType<typeof startHttps>>;

function verify(state: State): void {
  const [unscripted, left] = [state.unscripted.splice(0), state.script.splice(0).length];
  state.asked.splice(0);
  if (unscripted.length > 0) throw new Error(`requests that no script foresaw:\n${unscripted.join("\n")}`);
  if (left > 0) throw new Error(`${left} scripted answers that nobody asked for`);
}

async function close(state: State, server: Server): Promise<void> {
  for (const timer of state.timers) clearTimeout(timer);
  for (const socket of state.sockets) socket.destroy();
  await new Promise((done) => server.close(done));
  if (state.unscripted.length > 0)
    throw new Error(`requests that no script foresaw:\n${state.unscripted.join("\n")}`);
}

function takeSocket(state: State, socket: Socket): void {
  state.sockets.add(socket);
  socket.on("close", () => state.sockets.delete(socket));
  socket.on("error", () => socket.destroy());
  readRequest(socket, (request) => {
    const serverName = (socket as TLSSocket).servername || "";
    const asked: Asked = { ...request, from: socket.remoteAddress ?? "", serverName };
    state.asked.push(asked);
    const next = state.script.shift() ?? state.always;
    if (next === null) state.unscripted.push(`${asked.method} ${asked.path} ${asked.body}`);
    const reply =
      next === null ? { status: 599, body: "unscripted" } : typeof next === "function" ? next(asked) : next;
    later(state, reply.delaySeconds ?? 0, () => send(state, socket, reply));
  });
}

function later(state: State, seconds: number, act: () => void): void {
  if (seconds === 0) {
    act();
    return;
  }
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    act();
  }, seconds * 1000);
  state.timers.add(timer);
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  403: "Forbidden",
  404: "Not Found",
};

/** Head and body as they go over the wire. */
function wire(reply: Reply): { head: Buffer; body: Buffer } {
  if (reply.raw !== undefined) return { head: Buffer.from(reply.raw as string), body: Buffer.alloc(0) };
  const body = Buffer.from((reply.body ?? "") as string);
  const { status = 200, framing = "length", version = "1.1" } = reply;
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Connection: "close",
    ...reply.headers,
  };
  if (framing === "length") headers["Content-Length"] = String(body.length);
  if (framing === "chunked") headers["Transfer-Encoding"] = "chunked";
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(
    `HTTP/${version} ${status} ${REASONS[status] ?? "Status"}\r\n${lines.join("")}\r\n`,
  );
  const chunks = Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from("\r\n0\r\n\r\n"),
  ]);
  return { head, body: framing === "chunked" && body.length > 0 ? chunks : body };
}

function send(state: State, socket: Socket, reply: Reply): void {
  const ending = reply.ending ?? "close";
  const { head, body } = wire(reply);
  const half = body.subarray(0, Math.ceil(body.length / 2));
  if (ending === "hang" || socket.destroyed) return;
  if (ending === "reset") reset(socket);
  else if (ending === "close") socket.end(Buffer.concat([head, body]));
  else if (ending === "cut") socket.end(Buffer.concat([head, half]));
  else if (ending === "stall") socket.write(Buffer.concat([head, half]));
  else drip(state, socket, Buffer.concat([head, body]));
}

/** TLS sockets cannot send RST by themselves: the TCP socket below can. */
function reset(socket: Socket): void {
  const below = (socket as unknown as { _parent?: Socket })._parent ?? socket;
  below.resetAndDestroy();
}

function drip(state: State, socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0 || socket.destroyed) return;
  socket.write(bytes.subarray(0, 1));
  later(state, 1, () => drip(state, socket, bytes.subarray(1)));
}
