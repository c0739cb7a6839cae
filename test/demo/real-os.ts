// QuickJS's std and os for a bundle in WASM, on this machine's own files and programs; refuses terminals, and deadlines for
// programs other than its own (a started program is waited for at once: Node cannot wait for a child without its event loop).
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { constants as osConstants, tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM_LIMIT_MS = 30_000;

/** Node's exceptions as the -errno that QuickJS returns. */
function errno(error: unknown): number {
  const code = error instanceof Error && "errno" in error ? error.errno : undefined;
  return typeof code === "number" ? code : -osConstants.errno.EIO;
}

function attempt<Value>(act: () => Value): Value | number {
  try {
    return act();
  } catch (error) {
    return errno(error);
  }
}

/** Success as 0, failure as -errno. */
function done(act: () => unknown): number {
  const result = attempt(() => {
    act();
    return 0;
  });
  return result;
}

function statWith(look: (path: string) => Stats, path: string): [object | null, number] {
  const found = attempt(() => look(path));
  if (typeof found === "number") return [null, -found];
  const { dev, ino, mode, nlink, uid, gid, rdev, size, blocks, atimeMs, mtimeMs, ctimeMs } = found;
  const times = { atime: atimeMs, mtime: mtimeMs, ctime: ctimeMs };
  return [{ dev, ino, mode, nlink, uid, gid, rdev, size, blocks, ...times }, 0];
}

/** Positions are kept here, since Node cannot move a descriptor's own; children still write from the descriptor's own. */
function descriptorCalls() {
  const positions = new Map<number, number>();
  const at = (fd: number): number => positions.get(fd) ?? 0;
  return {
    open: (path: string, flags: number, mode: number) =>
      attempt(() => {
        const fd = openSync(path, flags, mode);
        positions.set(fd, 0);
        return fd;
      }),
    close: (fd: number) => done(() => closeSync(fd)),
    seek(fd: number, offset: number, whence: number) {
      const base = whence === 0 ? 0 : whence === 1 ? at(fd) : fstatSync(fd).size;
      positions.set(fd, base + offset);
      return base + offset;
    },
    read: (fd: number, length: number) =>
      attempt(() => {
        const bytes = Buffer.alloc(length);
        const count = readSync(fd, bytes, 0, length, at(fd));
        positions.set(fd, at(fd) + count);
        return bytes.subarray(0, count).toString("latin1");
      }),
    write: (fd: number, latin1: string) =>
      attempt(() => {
        const bytes = Buffer.from(latin1, "latin1");
        if (fd <= 2) return writeSync(fd, bytes);
        const count = writeSync(fd, bytes, 0, bytes.length, at(fd));
        positions.set(fd, at(fd) + count);
        return count;
      }),
    /** Two descriptors on a file that has no name any more: its end is what a pipe's closed end would be. */
    pipe: () => {
      const path = join(tmpdir(), `pipe-${randomUUID()}`);
      const { O_CREAT, O_EXCL, O_WRONLY, O_APPEND } = constants;
      const ends = attempt(() => {
        const into = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND, 0o600);
        const from = openSync(path, "r");
        for (const fd of [into, from]) positions.set(fd, 0);
        return [from, into];
      });
      rmSync(path, { force: true });
      return typeof ends === "number" ? null : ends;
    },
    isatty: () => false,
  };
}

const fileCalls = {
  remove: (path: string) => done(() => rmSync(path)),
  rename: (from: string, to: string) => done(() => renameSync(from, to)),
  mkdir: (path: string, mode: number) => done(() => mkdirSync(path, mode)),
  stat: (path: string) => statWith(statSync, path),
  lstat: (path: string) => statWith(lstatSync, path),
  loadFile: (path: string) => {
    const text = attempt(() => readFileSync(path, "utf8"));
    return typeof text === "number" ? null : text;
  },
};

interface ExecOptions {
  stdin?: number;
  stdout?: number;
  stderr?: number;
}

function processCalls() {
  /** Raw wait statuses of programs that have ended and were not asked for yet. */
  const ended = new Map<number, number>();
  return {
    exec([program = "", ...args]: string[], { stdin = 0, stdout = 1, stderr = 2 }: ExecOptions) {
      const { pid, status, signal, error } = spawnSync(program, args, {
        stdio: [stdin, stdout, stderr],
        timeout: PROGRAM_LIMIT_MS,
        killSignal: "SIGKILL",
      });
      const missing = error !== undefined && pid === 0;
      const key = pid === 0 ? 1_000_000 + ended.size : pid;
      const raw = signal === null ? (status ?? 0) << 8 : osConstants.signals[signal];
      ended.set(key, missing ? 127 << 8 : raw);
      return key;
    },
    waitpid(pid: number): [number, number] {
      const status = ended.get(pid);
      ended.delete(pid);
      return status === undefined ? [-osConstants.errno.ECHILD, 0] : [pid, status];
    },
    kill: () => 0,
    watch: () => null,
    sleep: (milliseconds: number) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      return 0;
    },
  };
}

/** The host of `runBundleInWasm` for real files and programs. */
export function makeRealOs() {
  return {
    streams: { stdout: "", stderr: "" },
    calls: {
      ...descriptorCalls(),
      ...fileCalls,
      ...processCalls(),
      getenv: (name: string) => process.env[name] ?? null,
      now: () => performance.now(),
      wallMs: () => Date.now(),
      random: () => Math.random(),
    },
    finish: () => {},
  };
}
