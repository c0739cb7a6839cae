// One owner of the data folder at a time: whoever listens on its lock socket. The lock dies with its process.
import { mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";

/** Clearing away a dead lock takes a millisecond: a guard older than this was left by a process that died over it. */
const CLEARING_MS = 5_000;

/** Takes the lock at `path`; null while another process holds it or is about to. Closing the server lets it go. */
export async function takeLock(path: string): Promise<Server | null> {
  const lock = await listen(path);
  if (lock || (await answers(path))) return lock;
  // Left behind by a process that was killed. One at a time clears that away: a second one would clear the first's lock.
  const guard = `${path}.clearing`;
  if (!makeGuard(guard)) return null;
  try {
    if (await answers(path)) return null;
    rmSync(path, { force: true });
    return await listen(path);
  } finally {
    rmdirSync(guard);
  }
}

/** Makes the folder that one clearer holds; false while another has it, or where a dead one's had to be removed first. */
function makeGuard(guard: string): boolean {
  try {
    mkdirSync(guard);
    return true;
  } catch {
    // Taken, or it cannot be made: then the caller's patience ends with a sentence.
    const stats = statSync(guard, { throwIfNoEntry: false });
    if (stats && Date.now() - stats.mtimeMs > CLEARING_MS) rmSync(guard, { recursive: true, force: true });
    return false;
  }
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

/** A server on the socket at `path`, or null where there is one already, dead or alive. */
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
