// The embedded DNS server's sockets: UDP and TCP on one loopback port, queries to answerQuery and back.
// Bounded in connections, in bytes waiting and in time; what breaks one query is logged and breaks no other.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import { answerQuery } from "./dns-answer.ts";
import type { LocalZone } from "./zones.ts";

const HOST = "127.0.0.1";
const MAX_TCP_CONNECTIONS = 64;
const TCP_IDLE_MS = 10_000;
/** What DNS servers agreed on to keep out of fragmentation. */
const UDP_MAX_BYTES = 1232;
const TCP_MAX_BYTES = 0xffff;

export interface DnsServer {
  port: number;
  close(): Promise<void>;
}

/** Listens on `port` (0: any that is free for both). `zones` is asked anew for each query. */
export async function startDns(port: number, zones: () => readonly LocalZone[]): Promise<DnsServer> {
  const answer = (query: Buffer, maxBytes: number): Buffer | null => {
    try {
      return answerQuery(query, zones(), maxBytes);
    } catch (error) {
      process.stderr.write(`dns: a query could not be answered: ${String(error)}\n`);
      return null;
    }
  };
  for (let tries = 1; ; tries++) {
    const open = new Set<Socket>();
    const tcp = await listenTcp(port, answer, open);
    const bound = portOf(tcp);
    try {
      const udp = await listenUdp(bound, answer);
      return { port: bound, close: () => closeAll(tcp, udp, open) };
    } catch (error) {
      tcp.close();
      // The number that TCP was given may be taken for UDP.
      if (port !== 0 || tries === 5) throw error;
    }
  }
}

type Answer = (query: Buffer, maxBytes: number) => Buffer | null;

function listenUdp(port: number, answer: Answer): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port: from, address }) => {
    const response = answer(query, UDP_MAX_BYTES);
    // Whether it arrives is the asker's care.
    if (response) socket.send(response, from, address, () => {});
  });
  return new Promise((done, fail) => {
    socket.once("error", fail).bind(port, HOST, () => {
      // From now on an error is one of a single packet, and no reason to stop; for TCP of a single connection.
      socket.off("error", fail).on("error", () => {});
      done(socket);
    });
  });
}

function listenTcp(port: number, answer: Answer, open: Set<Socket>): Promise<Server> {
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    serveTcp(socket, answer);
  });
  server.maxConnections = MAX_TCP_CONNECTIONS;
  return new Promise((done, fail) => {
    server.once("error", fail).listen(port, HOST, () => {
      server.off("error", fail).on("error", () => {});
      done(server);
    });
  });
}

/** Messages with two bytes of length in front, several to a connection (RFC 7766). */
function serveTcp(socket: Socket, answer: Answer): void {
  let waiting = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0);
      const response = answer(waiting.subarray(2, end), TCP_MAX_BYTES);
      waiting = waiting.subarray(end);
      if (!response) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.write(Buffer.concat([length, response]));
    }
    // Whoever sends and never reads is not served at any length.
    if (socket.writableLength > 1 << 20) socket.destroy();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The DNS server has no port.");
  return address.port;
}

async function closeAll(tcp: Server, udp: UdpSocket, open: Set<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  await Promise.all([
    new Promise<void>((done) => udp.close(done)),
    new Promise<void>((done) => tcp.close(() => done())),
  ]);
}
