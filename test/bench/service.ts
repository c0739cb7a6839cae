// The far end of every measured client: HTTPS on loopback that accepts each update and counts; refuses to judge what it is sent.

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { WAN_ADDRESS } from "../../build/budgets/router.ts";
import { serverCertificate } from "../../src/server/local/ca.ts";

/** What reached the service since it was last asked. */
export interface Traffic {
  requests: number;
  handshakes: number;
  /** On the wire, both ways, TLS and HTTP included, TCP/IP not. */
  bytes: number;
}

export interface BenchService {
  port: number;
  /** The file with its CA, alone. */
  caPath: string;
  /** The counters, which start again at zero. */
  take(): Traffic;
  close(): Promise<void>;
}
/** Starts it on a free port of 127.0.0.1; its CA is made in `folder`. */
export async function startBenchService(folder: string): Promise<BenchService> {
  const { cert, key, caPath } = await serverCertificate(folder);
  let traffic: Traffic = { requests: 0, handshakes: 0, bytes: 0 };
  const server = createServer({ cert, key }, (request, response) => {
    traffic.requests += 1;
    answer(request, response);
  });
  server.on("secureConnection", () => {
    traffic.handshakes += 1;
  });
  server.on("connection", (socket: Socket) => {
    socket.on("close", () => {
      traffic.bytes += socket.bytesRead + socket.bytesWritten;
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the service has no port");
  return {
    port: address.port,
    caPath,
    take() {
      const taken = traffic;
      traffic = { requests: 0, handshakes: 0, bytes: 0 };
      return taken;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The protocol's answers to a POST, dyndns2's to everything else (inadyn, ddclient). */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.method !== "POST") {
      send(response, 200, "text/plain", `good ${WAN_ADDRESS}\n`);
      return;
    }
    const isGet = Buffer.concat(chunks).includes('"get"');
    const message = isGet ? WAN_ADDRESS : `host1.dyn.example.com has been updated to ${WAN_ADDRESS}`;
    const body = JSON.stringify({ return_status: "success", return_message: message });
    send(response, isGet ? 200 : 201, "application/json", body);
  });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
}
