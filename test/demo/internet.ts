// "The internet" between the router and the embedded service: a TLS proxy that states the caller's address, which on one
// machine would always be 127.0.0.1, and counts what was asked.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { serverCertificate } from "../../src/server/local/ca.ts";

/** The header by which the service is told (SOURCE_IP_HEADER). */
export const SOURCE_HEADER = "x-caller-address";

export interface Internet {
  /** What the router's configuration gets as `option url`. */
  url: string;
  /** The router's packets come from this address, whatever its own interfaces say. */
  appearAs(address: string): void;
  /** What was asked since the last time, as `set 201`. */
  asked(): string[];
  close(): Promise<void>;
}

/** Where it is to be found, unless on a free port of 127.0.0.1 with a certificate of the service's own authority. */
export interface Place {
  host: string;
  port: number;
  /** PEM. */
  cert: string;
  key: string;
  /** Tells of each request as soon as it is answered. */
  tell(line: string): void;
}

/**
 * Starts it in front of the service at `target`, whose authority is in `dataDir`. Until it is told what the caller appears
 * as, it states the caller's real address.
 */
export async function startInternet(target: string, dataDir: string, place?: Place): Promise<Internet> {
  const { caPath, ...own } = await serverCertificate(dataDir);
  const { cert, key } = place ?? own;
  const state = { address: "", asked: [] as string[] };
  const server = createServer({ cert, key }, (from, to) => {
    void hand(from, to).catch(() => to.destroy());
  });
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  const ca = readFileSync(caPath);
  async function hand(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of from) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = {
      "content-type": from.headers["content-type"] ?? "",
      [SOURCE_HEADER]: state.address || real(from),
    };
    const onward = httpsRequest(target, { method: from.method ?? "POST", headers, ca, agent: false });
    onward.on("error", () => to.destroy());
    onward.on("response", (answer) => {
      const line = `${modeOf(body)} ${answer.statusCode}`;
      state.asked.push(line);
      place?.tell(line);
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.end(body);
  }
  await new Promise<void>((done) => server.listen(place?.port ?? 0, place?.host ?? "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `https://127.0.0.1:${port}/`,
    appearAs: (text) => {
      state.address = text;
    },
    asked: () => state.asked.splice(0),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        // Those too whose handshake a flapping line has cut off, of which the server would wait for the end.
        for (const socket of open) socket.destroy();
      }),
  };
}

/** A socket for both families shows IPv4 callers as mapped addresses. */
function real({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function modeOf(body: Buffer): string {
  return /"execution_mode":"(\w+)"/.exec(body.toString("utf8"))?.[1] ?? "?";
}
