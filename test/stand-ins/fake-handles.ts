// Descriptors of the router in memory: files with positions, pipes with ends counted, standard streams; refuses a read or write that would block for ever (it throws).
import { Buffer } from "node:buffer";
import { contentOf, ERRNO, type Files, findNode, makeNode, type Node, statOf } from "./fake-files.ts";

/** A descriptor: a file with a position, one end of a pipe, or a standard stream. */
export type Handle =
  | { kind: "file"; node: Node; position: number; append: boolean; readable: boolean; writable: boolean }
  | { kind: "pipe"; pipe: Pipe; end: "read" | "write" }
  | { kind: "stream"; name: "stdin" | "stdout" | "stderr" };

export interface Pipe {
  bytes: Buffer;
  readers: number;
  writers: number;
}

/** A call that fails on purpose: the error number (positive), or 0 to let it through. `context` is a path or a program. */
export type Fault = (call: string, context: string) => number;

export const OPEN = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
} as const;

/** What a Linux pipe holds. */
const PIPE_BYTES = 65_536;

/** The state that files, processes and calls share. */
export interface World {
  files: Files;
  handles: Map<number, Handle>;
  env: Record<string, string>;
  clock: { uptimeMs: number; wallOffsetMs: number };
  fault: { of: Fault };
  streams: { stdout: string; stderr: string };
  umask: number;
}

/** What reading a pipe needs of the processes: to let children run until one has written or ended. */
export interface Waiting {
  startAll(): void;
  /** Moves the clock to the next end of a child; false where none is running. */
  awaitNext(): unknown;
}

function give(world: World, handle: Handle): number {
  let fd = 3;
  while (world.handles.has(fd)) fd += 1;
  world.handles.set(fd, handle);
  return fd;
}

function open(world: World, path: string, flags: number, mode: number): number {
  const problem = world.fault.of("open", path);
  if (problem !== 0) return -problem;
  const node = openNode(world, path, flags, mode);
  if (typeof node === "number") return node;
  const access = flags & 3;
  const append = (flags & OPEN.O_APPEND) !== 0;
  return give(world, {
    kind: "file",
    node,
    position: 0,
    append,
    readable: access !== 1,
    writable: access !== 0,
  });
}

function close(world: World, fd: number): number {
  const handle = world.handles.get(fd);
  if (handle === undefined) return -ERRNO.EBADF;
  if (handle.kind === "pipe") handle.pipe[handle.end === "read" ? "readers" : "writers"] -= 1;
  world.handles.delete(fd);
  return 0;
}

function seek(world: World, fd: number, offset: number, whence: number): number {
  const handle = world.handles.get(fd);
  if (handle?.kind !== "file") return -ERRNO.EBADF;
  const base = [0, handle.position, statOf(handle.node).size][whence] ?? 0;
  handle.position = base + offset;
  return handle.position;
}

/** The os calls on descriptors. */
export function descriptorCalls(world: World, waiting: Waiting) {
  return {
    open: (path: string, flags: number, mode = 0o666) => open(world, path, flags, mode),
    close: (fd: number) => close(world, fd),
    seek: (fd: number, offset: number, whence: number) => seek(world, fd, offset, whence),
    /** Up to `length` bytes as latin-1, or -errno; a pipe waits for its writers. */
    read(fd: number, length: number): string | number {
      const handle = world.handles.get(fd);
      if (handle === undefined || (handle.kind === "file" && !handle.readable)) return -ERRNO.EBADF;
      return readHandle(handle, length, waiting).toString("latin1");
    },
    /** The bytes taken, or -errno. */
    write(fd: number, latin1: string): number {
      const handle = world.handles.get(fd);
      return handle === undefined ? -ERRNO.EBADF : writeHandle(world, handle, Buffer.from(latin1, "latin1"));
    },
    pipe(): [number, number] | null {
      if (world.fault.of("pipe", "") !== 0) return null;
      const pipe: Pipe = { bytes: Buffer.alloc(0), readers: 1, writers: 1 };
      return [
        give(world, { kind: "pipe", pipe, end: "read" }),
        give(world, { kind: "pipe", pipe, end: "write" }),
      ];
    },
  };
}

function openNode({ files, umask }: World, path: string, flags: number, mode: number): Node | number {
  const found = findNode(files, path);
  if (typeof found === "number") {
    if (found !== -ERRNO.ENOENT || (flags & OPEN.O_CREAT) === 0) return found;
    return makeNode(files, path, "file", mode & ~umask);
  }
  if ((flags & OPEN.O_EXCL) !== 0) return -ERRNO.EEXIST;
  if (found.kind === "folder" && (flags & 3) !== 0) return -ERRNO.EISDIR;
  if ((flags & OPEN.O_TRUNC) !== 0 && found.kind === "file") found.bytes = Buffer.alloc(0);
  return found;
}

function readHandle(handle: Handle, length: number, waiting: Waiting): Buffer {
  if (handle.kind === "stream") return Buffer.alloc(0);
  if (handle.kind === "file") {
    const bytes = contentOf(handle.node).subarray(handle.position, handle.position + length);
    handle.position += bytes.length;
    return bytes;
  }
  const { pipe } = handle;
  waiting.startAll();
  while (pipe.bytes.length === 0 && pipe.writers > 0) {
    if (waiting.awaitNext() === null) throw new Error("a read from a pipe would block for ever");
  }
  const bytes = pipe.bytes.subarray(0, length);
  pipe.bytes = pipe.bytes.subarray(bytes.length);
  return bytes;
}

/** Writes to any handle: the bytes taken, or -errno; a pipe nobody reads would kill with SIGPIPE, so it throws. */
export function writeHandle(world: World, handle: Handle, bytes: Buffer): number {
  if (handle.kind === "stream") {
    if (handle.name !== "stdin") world.streams[handle.name] += bytes.toString("utf8");
    return bytes.length;
  }
  if (handle.kind === "pipe") {
    if (handle.pipe.readers === 0) throw new Error("SIGPIPE: a write to a pipe that nobody reads");
    handle.pipe.bytes = Buffer.concat([handle.pipe.bytes, bytes]);
    if (handle.pipe.bytes.length > PIPE_BYTES) throw new Error("a write to a full pipe would block for ever");
    return bytes.length;
  }
  if (!handle.writable) return -ERRNO.EBADF;
  const problem = world.fault.of("write", pathOf(world.files, handle.node));
  if (problem !== 0) return -problem;
  const { node } = handle;
  const start = handle.append ? node.bytes.length : handle.position;
  const grown = Buffer.alloc(Math.max(node.bytes.length, start + bytes.length));
  node.bytes.copy(grown);
  bytes.copy(grown, start);
  Object.assign(node, { bytes: grown, mtimeMs: world.clock.uptimeMs + world.clock.wallOffsetMs });
  handle.position = start + bytes.length;
  return bytes.length;
}

function pathOf(files: Files, node: Node): string {
  for (const [path, other] of files.nodes) if (other === node) return path;
  return "";
}
