// HTTPS in front of the handler, in the function URL's place: requests become its events, its answers go back.
// Listens on 127.0.0.1 only; bounded in size, time and connections.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { FunctionUrlAnswer } from "../http.ts";
import { sourceIp } from "./source-ip.ts";

const HOST = "127.0.0.1";
const MAX_BODY_BYTES = 64 * 1024;

export interface FrontOptions {
  port: number;
  cert: string;
  key: string;
  /** Lower case, or null: the peer's own address counts. */
  sourceIpHeader: string | null;
  serve(event: unknown, requestId: string): Promise<FunctionUrlAnswer>;
}

export interface Front {
  port: number;
  close(): Promise<void>;
}

/** Listens on `port` (0: any free one). */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { cert, key, port } = options;
  const limits = {
    handshakeTimeout: 10_000,
    requestTimeout: 20_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 5_000,
  };
  const server = createServer({ cert, key, minVersion: "TLSv1.2", ...limits }, (request, response) => {
    // The caller left in the middle of its request: there is nobody to answer. What `serve` meets it answers itself.
    answer(options, request, response).catch(() => response.destroy());
  });
  server.maxConnections = 256;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail).listen(port, HOST, () => {
      // From now on an error is one of a single connection (too many files open, say) and no reason to stop.
      server.off("error", fail).on("error", () => {});
      done();
    });
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The HTTPS server has no port.");
  return { port: address.port, close: () => closeServer(server, open) };
}

async function answer(
  options: FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const body = await readBody(request);
  const event = toEvent(request, body ?? Buffer.alloc(MAX_BODY_BYTES), requestId, options.sourceIpHeader);
  const { statusCode, headers, body: text } = await options.serve(event, requestId);
  const length = String(Buffer.byteLength(text));
  response.writeHead(statusCode, { ...headers, "content-length": length, "x-amzn-RequestId": requestId });
  response.end(request.method === "HEAD" ? undefined : text);
}

/**
 * The whole body, or null when it is larger than any request of ours: the handler then sees one that is too large.
 * It is read to its end all the same (the request's deadline bounds it), or the caller would not see the answer.
 */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

/** The event of payload format 2.0, as far as a handler may look at it. */
function toEvent(request: IncomingMessage, body: Buffer, requestId: string, headerName: string | null) {
  const header = headerName === null ? [] : (request.headersDistinct[headerName] ?? []);
  const [rawPath = "/", rawQueryString = ""] = (request.url ?? "/").split("?", 2);
  const isText = isTextual(request.headers["content-type"]);
  return {
    version: "2.0",
    rawPath,
    rawQueryString,
    headers: request.headers,
    requestContext: {
      requestId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIp({ remoteAddress: request.socket.remoteAddress, header }, headerName) ?? "",
      },
    },
    ...(body.length > 0 ? { body: body.toString(isText ? "utf8" : "base64") } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** What a function URL hands on as text; the rest, forms among it, arrives as base64. */
function isTextual(contentType: string | undefined): boolean {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || /^application\/(json|xml|javascript)$/.test(type);
}

/** Not closeAllConnections: it knows no connection whose handshake is not over, and `close` waits for those too. */
function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    for (const socket of open) socket.destroy();
  });
}
