// One owner of the data folder at a time: whoever listens on its lock socket. The lock dies with its process.
import { rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";

/** Takes the lock at `path`; null while another process holds it. Closing the server lets it go. */
export async function takeLock(path: string): Promise<Server | null> {
  for (let tries = 0; tries < 2; tries++) {
    const lock = await listen(path);
    if (lock) return lock;
    if (await answers(path)) return null;
    // Left behind by a process that was killed: the next try binds it anew.
    rmSync(path, { force: true });
  }
  return null;
}

/** Does somebody listen on the socket at `path`? */
export function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const probe = connect(path);
    const end = (result: boolean) => {
      probe.destroy();
      done(result);
    };
    probe.once("connect", () => end(true)).once("error", () => end(false));
  });
}

function listen(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") done(null);
      else fail(error);
    });
    server.listen(path, () => done(server));
  });
}
