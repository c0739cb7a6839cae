// A router's files in memory as QuickJS's os sees them, errors as -errno; refuses hard links, owners and permission checks (root may all).
import { Buffer } from "node:buffer";

/** The error numbers that the fake answers, negated as QuickJS's os does. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ELOOP: 40,
  ENOTEMPTY: 39,
} as const;

/** A file, a folder, a link; `live` is the text of a file that the kernel writes, such as /proc/uptime. */
export interface Node {
  kind: "file" | "folder" | "link";
  bytes: Buffer;
  mode: number;
  mtimeMs: number;
  ino: number;
  live?: () => string;
  /** What runs when the file is executed. */
  program?: unknown;
}

/** QuickJS's os.stat object. */
export interface Stat {
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  blocks: number;
  atime: number;
  mtime: number;
  ctime: number;
}

const TYPE_BITS = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** The tree; paths are absolute and "/" exists. */
export interface Files {
  nodes: Map<string, Node>;
  lastInode: number;
  /** The wall clock, which stamps every change. */
  wallMs(): number;
}

export function makeFiles(wallMs: () => number): Files {
  const files: Files = { nodes: new Map(), lastInode: 1, wallMs };
  create(files, "/", "folder", 0o755);
  return files;
}

function create(files: Files, path: string, kind: Node["kind"], mode: number): Node {
  files.lastInode += 1;
  const node: Node = { kind, bytes: Buffer.alloc(0), mode, mtimeMs: files.wallMs(), ino: files.lastInode };
  files.nodes.set(path, node);
  return node;
}

/** The path without links, dots and doubled slashes; null where links run in a circle. */
export function resolvePath(files: Files, path: string, followLast: boolean, depth = 0): string | null {
  if (depth > 20) return null;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  let done = "";
  for (const [index, part] of parts.entries()) {
    const next = part === ".." ? parentOf(done).replace(/^\/$/, "") : `${done}/${part}`;
    const node = files.nodes.get(next);
    if (node?.kind === "link" && (followLast || index < parts.length - 1)) {
      const to = node.bytes.toString();
      const rest = parts.slice(index + 1).join("/");
      return resolvePath(files, `${to.startsWith("/") ? "" : done}/${to}/${rest}`, followLast, depth + 1);
    }
    done = next;
  }
  return done === "" ? "/" : done;
}

/** The node at `path`, or -errno. */
export function findNode(files: Files, path: string, follow = true): Node | number {
  const real = resolvePath(files, path, follow);
  if (real === null) return -ERRNO.ELOOP;
  return files.nodes.get(real) ?? parentProblem(files, real) ?? -ERRNO.ENOENT;
}

function parentOf(real: string): string {
  return real.slice(0, Math.max(1, real.lastIndexOf("/")));
}

/** -errno where nothing can be created at `real`, else null. */
function parentProblem(files: Files, real: string): number | null {
  const parent = files.nodes.get(parentOf(real));
  if (parent === undefined) return -ERRNO.ENOENT;
  return parent.kind === "folder" ? null : -ERRNO.ENOTDIR;
}

/** Makes a file, folder or link where there is nothing: the node, or -errno. */
export function makeNode(files: Files, path: string, kind: Node["kind"], mode: number): Node | number {
  const real = resolvePath(files, path, kind === "file");
  if (real === null) return -ERRNO.ELOOP;
  if (files.nodes.has(real)) return -ERRNO.EEXIST;
  return parentProblem(files, real) ?? create(files, real, kind, mode);
}

/** The names in the folder `real`. */
export function childrenOf(files: Files, real: string): string[] {
  const prefix = real === "/" ? "/" : `${real}/`;
  const paths = [...files.nodes.keys()].filter((path) => path !== "/" && path.startsWith(prefix));
  return paths.map((path) => path.slice(prefix.length)).filter((name) => !name.includes("/"));
}

/** os.remove: 0, or -errno. */
export function removeNode(files: Files, path: string): number {
  const real = resolvePath(files, path, false) ?? "";
  const node = files.nodes.get(real);
  if (node === undefined) return -ERRNO.ENOENT;
  if (node.kind === "folder" && childrenOf(files, real).length > 0) return -ERRNO.ENOTEMPTY;
  files.nodes.delete(real);
  return 0;
}

/** os.rename: 0, or -errno; a file replaces a file, nothing replaces a folder. */
export function renameNode(files: Files, from: string, to: string): number {
  const source = resolvePath(files, from, false) ?? "";
  const target = resolvePath(files, to, false) ?? "";
  const node = files.nodes.get(source);
  if (node === undefined) return -ERRNO.ENOENT;
  const problem = parentProblem(files, target);
  if (problem !== null) return problem;
  if (files.nodes.get(target)?.kind === "folder") {
    return node.kind === "folder" ? -ERRNO.ENOTEMPTY : -ERRNO.EISDIR;
  }
  for (const [path, moved] of [...files.nodes]) {
    if (path !== source && !path.startsWith(`${source}/`)) continue;
    files.nodes.delete(path);
    files.nodes.set(target + path.slice(source.length), moved);
  }
  return 0;
}

/** os.stat and os.lstat: [facts, 0] or [null, errno]. */
export function statPath(files: Files, path: string, follow: boolean): [Stat | null, number] {
  const node = findNode(files, path, follow);
  return typeof node === "number" ? [null, -node] : [statOf(node), 0];
}

/** Makes every folder above `path` that is lacking, for tests that lay out a router. */
export function makeParents(files: Files, path: string): void {
  const parts = path.split("/").slice(1, -1);
  for (let count = 1; count <= parts.length; count += 1) {
    const folder = `/${parts.slice(0, count).join("/")}`;
    if (!files.nodes.has(folder)) create(files, folder, "folder", 0o755);
  }
}

/** What os.stat tells of a node; a live file has no size, as in /proc. */
export function statOf(node: Node): Stat {
  const time = node.mtimeMs;
  const size = node.live === undefined ? node.bytes.length : 0;
  return {
    dev: 1,
    ino: node.ino,
    mode: TYPE_BITS[node.kind] | node.mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    blocks: Math.ceil(size / 512),
    atime: time,
    mtime: time,
    ctime: time,
  };
}

/** The bytes that a reader of `node` gets now. */
export function contentOf(node: Node): Buffer {
  return node.live === undefined ? node.bytes : Buffer.from(node.live());
}
