// A server that accepts connections and ends them in the TLS handshake; refuses to go further.
import { createServer, type Socket } from "node:net";

/** "reset" answers the client's first bytes with RST, "close" with an orderly end, "silence" with nothing. */
export type Rudeness = "reset" | "close" | "silence";

/** Starts it on a port of its own. */
export async function startRude(rudeness: Rudeness) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      if (rudeness === "reset") socket.resetAndDestroy();
      else if (rudeness === "close") socket.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
