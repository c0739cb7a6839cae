// A router in memory behind QuickJS's std and os: files, pipes, programs as functions, a clock that only sleeping and waiting move; refuses to block for ever (it throws).
import { Buffer } from "node:buffer";
import {
  childrenOf,
  contentOf,
  ERRNO,
  type Files,
  findNode,
  makeFiles,
  makeNode,
  makeParents,
  type Node,
  removeNode,
  renameNode,
  resolvePath,
  statPath,
} from "./fake-files.ts";
import { descriptorCalls, type Fault, type World } from "./fake-handles.ts";
import {
  awaitNext,
  finish,
  makeProcesses,
  type Program,
  processCalls,
  type Run,
  startAll,
} from "./fake-processes.ts";

/** How the router looks at first. A program named without a slash lands in /usr/bin. */
export interface FakeOsOptions {
  files?: Readonly<Record<string, string>>;
  programs?: Readonly<Record<string, Program>>;
  /** Added to a PATH of OpenWrt's four folders. */
  env?: Readonly<Record<string, string>>;
  uptimeSeconds?: number;
  wallClockSeconds?: number;
  random?: () => number;
  /** Width of the terminal that the streams are, or null. */
  columns?: number | null;
  /** Who runs the program: the owner of its folder in /proc. */
  uid?: number;
}

/** A new router; `calls` is what the guest's std and os reach, the rest is for tests. */
export function makeFakeOs(options: FakeOsOptions = {}) {
  const uptimeMs = (options.uptimeSeconds ?? 1000) * 1000;
  const clock = { uptimeMs, wallOffsetMs: (options.wallClockSeconds ?? 1_790_000_000) * 1000 - uptimeMs };
  const world: World = {
    files: makeFiles(() => clock.uptimeMs + clock.wallOffsetMs),
    handles: new Map([0, 1, 2].map((fd) => [fd, { kind: "stream", name: STREAMS[fd] ?? "stdin" }])),
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...options.env },
    clock,
    fault: { of: () => 0 },
    streams: { stdout: "", stderr: "" },
    umask: 0o022,
  };
  const processes = makeProcesses(world);
  const waiting = { startAll: () => startAll(processes), awaitNext: () => awaitNext(processes) };
  const test = { ...fileSide(world), ...worldSide(world, processes.runs) };
  for (const folder of ["/tmp/", "/var/run/", "/var/lock/", "/usr/bin/", "/proc/99/"])
    makeParents(world.files, folder);
  test.makeLink("/proc/self", "99");
  test.setLive("/proc/uptime", () => `${(clock.uptimeMs / 1000).toFixed(2)} 0.00\n`);
  for (const [path, text] of Object.entries(options.files ?? {})) test.writeFile(path, text);
  for (const [name, program] of Object.entries(options.programs ?? {})) test.install(name, program);
  const calls = { ...fileCalls(world), ...descriptorCalls(world, waiting), ...processCalls(processes) };
  const { stat } = calls;
  const misc = {
    stat(path: string) {
      const [found, errno] = stat(path) as [{ uid: number } | null, number];
      return [found && path === "/proc/self" ? { ...found, uid: options.uid ?? 0 } : found, errno];
    },
    isatty: () => false,
    ttyGetWinSize: () => (options.columns ? [options.columns, 24] : null),
    getenv: (name: string) => world.env[name] ?? null,
    getenviron: () => ({ ...world.env }),
    now: () => clock.uptimeMs,
    wallMs: () => clock.uptimeMs + clock.wallOffsetMs,
    random: options.random ?? (() => 0.5),
  };
  return { ...test, calls: { ...calls, ...misc } as Calls, finish: () => finish(processes) };
}

export type FakeOs = ReturnType<typeof makeFakeOs>;
/** What the guest may call: arguments and results are JSON, bytes travel as latin-1 strings. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

const STREAMS = ["stdin", "stdout", "stderr"] as const;

/** What a test does to its router's files and asks of them. */
function fileSide(world: World) {
  const { files } = world;
  return {
    readFile: (path: string): string | null => {
      const node = findNode(files, path);
      return typeof node === "number" ? null : contentOf(node).toString("utf8");
    },
    writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
      Object.assign(ensure(files, path), { bytes: Buffer.from(content), mode, mtimeMs: files.wallMs() });
    },
    /** A file that the kernel writes: its text is asked anew by each reader, and it has no size. */
    setLive(path: string, live: () => string): void {
      ensure(files, path).live = live;
    },
    makeFolder: (path: string): void => makeParents(files, `${path}/`),
    makeLink(path: string, to: string): void {
      makeParents(files, path);
      const made = makeNode(files, path, "link", 0o777);
      if (typeof made !== "number") made.bytes = Buffer.from(to);
    },
    removeFile: (path: string): number => removeNode(files, path),
    /** Permission bits, or null where there is nothing. */
    modeOf: (path: string): number | null => {
      const node = findNode(files, path);
      return typeof node === "number" ? null : node.mode;
    },
    list: (): string[] => [...files.nodes.keys()].sort(),
    /** Installs a program at a path, or under a bare name in /usr/bin. */
    install(name: string, program: Program): void {
      Object.assign(ensure(files, programPath(name)), { mode: 0o755, program });
    },
    uninstall: (name: string): number => removeNode(files, programPath(name)),
  };
}

function programPath(name: string): string {
  return name.includes("/") ? name : `/usr/bin/${name}`;
}

function ensure(files: Files, path: string): Node {
  makeParents(files, path);
  const found = findNode(files, path);
  const node = typeof found === "number" ? makeNode(files, path, "file", 0o644) : found;
  if (typeof node === "number") throw new Error(`${path}: error number ${-node}`);
  return node;
}

/** What a test does to its router's clocks and luck, and what it reads afterwards. */
function worldSide(world: World, runs: Run[]) {
  const { clock } = world;
  return {
    /** Every program that ran, in order. */
    runs,
    /** What the guest itself wrote to its standard streams. */
    streams: world.streams,
    env: world.env,
    /** Lets time pass between two runs. */
    advance(seconds: number): void {
      clock.uptimeMs += seconds * 1000;
    },
    uptimeSeconds: (): number => clock.uptimeMs / 1000,
    /** Moves the wall clock alone, as NTP does. */
    setWallClock(seconds: number): void {
      clock.wallOffsetMs = seconds * 1000 - clock.uptimeMs;
    },
    setFault(fault: Fault): void {
      world.fault.of = fault;
    },
  };
}

/** Path calls; each returns a value, or -errno. */
function fileCalls({ files, fault, umask }: World) {
  const failing = (call: string, path: string): number => -fault.of(call, path);
  return {
    stat: (path: string) => statPath(files, path, true),
    lstat: (path: string) => statPath(files, path, false),
    remove: (path: string) => failing("remove", path) || removeNode(files, path),
    rename: (from: string, to: string) => failing("rename", to) || renameNode(files, from, to),
    mkdir(path: string, mode = 0o777) {
      const made = failing("mkdir", path) || makeNode(files, path, "folder", mode & ~umask);
      return typeof made === "number" ? made : 0;
    },
    symlink(to: string, path: string) {
      const made = makeNode(files, path, "link", 0o777);
      if (typeof made === "number") return made;
      made.bytes = Buffer.from(to);
      return 0;
    },
    readlink(path: string) {
      const node = findNode(files, path, false);
      if (typeof node === "number") return ["", -node];
      return node.kind === "link" ? [node.bytes.toString(), 0] : ["", ERRNO.EINVAL];
    },
    realpath: (path: string) => {
      const real = resolvePath(files, path, true);
      return real !== null && files.nodes.has(real) ? [real, 0] : ["", ERRNO.ENOENT];
    },
    readdir(path: string) {
      const real = resolvePath(files, path, true) ?? "";
      const node = files.nodes.get(real);
      if (node === undefined) return [[], ERRNO.ENOENT];
      return node.kind === "folder" ? [[".", "..", ...childrenOf(files, real)], 0] : [[], ERRNO.ENOTDIR];
    },
    utimes(path: string, _atimeMs: number, mtimeMs: number) {
      const node = findNode(files, path);
      if (typeof node === "number") return node;
      node.mtimeMs = mtimeMs;
      return 0;
    },
    /** std.loadFile: null for a missing file, and "" for a live one, which it sizes by seeking. */
    loadFile(path: string) {
      const node = failing("open", path) || findNode(files, path);
      return typeof node === "number" || node.kind === "folder" ? null : node.bytes.toString("utf8");
    },
    pathKind: (path: string) => {
      const node = findNode(files, path);
      return typeof node === "number" ? null : node.kind;
    },
    getcwd: () => ["/", 0],
  };
}
