// Child processes of the router in memory: programs as functions, started when somebody waits for them; refuses process groups and threads.
import type { Buffer } from "node:buffer";
import { Buffer as Bytes } from "node:buffer";
import { contentOf, ERRNO, findNode, type Node } from "./fake-files.ts";
import { type Handle, type World, writeHandle } from "./fake-handles.ts";

/** How a program ended. Its output appears at once; only its end comes `delaySeconds` later (Infinity: it hangs). */
export interface ProgramResult {
  code?: number;
  /** Bytes as a Buffer, or text. */
  stdout?: string | Buffer;
  stderr?: string | Buffer;
  delaySeconds?: number;
  /** Dies by this signal instead of exiting. */
  signal?: number;
}

/** One start of a program, as a test finds it in `runs`. */
export interface Run {
  argv: readonly string[];
  stdin: string;
  env: Readonly<Record<string, string>>;
  /** Seconds of uptime. */
  startedAt: number;
}

export type Program = (run: Run) => ProgramResult;

/** os.exec's options, as far as they are supported; descriptors by number. */
export interface ExecOptions {
  block?: boolean;
  usePath?: boolean;
  file?: string;
  cwd?: string;
  stdin?: number;
  stdout?: number;
  stderr?: number;
  env?: Record<string, string>;
}

export interface Child {
  pid: number;
  argv: readonly string[];
  program: Program | null;
  env: Record<string, string>;
  stdio: { stdin: Handle | undefined; stdout: Handle | undefined; stderr: Handle | undefined };
  /** Milliseconds of uptime; null while it has not run. */
  endsAt: number | null;
  /** The raw wait status it will end with. */
  status: number;
  ended: boolean;
}

const WNOHANG = 1;
const SIGCHLD = 17;

/** The process table of a world. */
export interface Processes {
  world: World;
  children: Map<number, Child>;
  runs: Run[];
  lastPid: number;
  /** Whether SIGCHLD has a handler: only then does a child's end cut a sleep short. */
  watched: boolean;
}

export function makeProcesses(world: World): Processes {
  return { world, children: new Map(), runs: [], lastPid: 100, watched: false };
}

/** Runs the functions of children that nobody has waited for yet, and ends those that are due. */
export function startAll({ world, children, runs }: Processes): void {
  for (const child of children.values()) if (child.endsAt === null) start(world, child, runs);
  for (const child of children.values()) endIfDue(world, child);
}

function endIfDue(world: World, child: Child): void {
  if (child.ended || child.endsAt === null || child.endsAt > world.clock.uptimeMs) return;
  child.ended = true;
  countEnds(child, -1);
}

/** Moves the clock to the next end of a running child, no further than `latest`; null where none ends by then. */
export function awaitNext({ world, children }: Processes, latest = Number.MAX_VALUE): Child | null {
  const running = [...children.values()].filter((child) => !child.ended);
  const next = running.sort((a, b) => (a.endsAt ?? 0) - (b.endsAt ?? 0))[0];
  if (next === undefined || next.endsAt === null || next.endsAt > latest) return null;
  world.clock.uptimeMs = Math.max(world.clock.uptimeMs, next.endsAt);
  endIfDue(world, next);
  return next;
}

function spawn(processes: Processes, argv: string[], options: ExecOptions): Child {
  const { world } = processes;
  const handle = (fd: number): Handle | undefined => world.handles.get(fd);
  processes.lastPid += 1;
  const child: Child = {
    pid: processes.lastPid,
    argv,
    program: lookUp(world, options.file ?? argv[0] ?? "", options.usePath ?? true),
    env: options.env ?? { ...world.env },
    stdio: {
      stdin: handle(options.stdin ?? 0),
      stdout: handle(options.stdout ?? 1),
      stderr: handle(options.stderr ?? 2),
    },
    endsAt: null,
    status: 0,
    ended: false,
  };
  processes.children.set(child.pid, child);
  countEnds(child, 1);
  return child;
}

/** os.waitpid: [pid, raw status]; [0, 0] while it runs; [-errno, 0]. */
function waitpid(processes: Processes, pid: number, options: number): [number, number] {
  startAll(processes);
  const wanted = [...processes.children.values()].filter((child) => pid === -1 || child.pid === pid);
  if (wanted.length === 0) return [-ERRNO.ECHILD, 0];
  for (;;) {
    const ended = wanted.find((child) => child.ended);
    if (ended !== undefined) {
      processes.children.delete(ended.pid);
      return [ended.pid, ended.status];
    }
    if ((options & WNOHANG) !== 0) return [0, 0];
    if (awaitNext(processes) === null) throw new Error(`waitpid(${pid}) would block for ever`);
  }
}

/** os.exec: the pid, or with block the exit code, -signal, 127 when there is no such program; null: no process to be had. */
function exec(processes: Processes, argv: string[], options: ExecOptions): number | null {
  if (processes.world.fault.of("exec", argv[0] ?? "") !== 0) return null;
  const child = spawn(processes, argv, options);
  if (options.block === false) return child.pid;
  const [, status] = waitpid(processes, child.pid, 0);
  return (status & 127) === 0 ? status >> 8 : -(status & 127);
}

function kill(processes: Processes, pid: number, signal: number): number {
  startAll(processes);
  const child = processes.children.get(pid);
  if (child === undefined) return -ERRNO.ESRCH;
  if (!child.ended && signal !== 0) {
    Object.assign(child, { status: signal & 127, endsAt: processes.world.clock.uptimeMs });
    endIfDue(processes.world, child);
  }
  return 0;
}

/** A handled SIGCHLD cuts it short, also the one of a child that was started last and ends at once. */
function sleep(processes: Processes, milliseconds: number): number {
  const { world, children, watched } = processes;
  const running = [...children.values()].filter((child) => !child.ended);
  startAll(processes);
  if (watched && running.some((child) => child.ended)) return 0;
  const until = world.clock.uptimeMs + milliseconds;
  if (watched && awaitNext(processes, until) !== null) return 0;
  world.clock.uptimeMs = until;
  startAll(processes);
  return 0;
}

/** The os calls on processes. */
export function processCalls(processes: Processes) {
  return {
    exec: (argv: string[], options: ExecOptions) => exec(processes, argv, options),
    waitpid: (pid: number, options = 0) => waitpid(processes, pid, options),
    kill: (pid: number, signal: number) => kill(processes, pid, signal),
    getpid: () => 99,
    watch(signal: number, handled: boolean): void {
      if (signal === SIGCHLD) processes.watched = handled;
    },
    sleep: (milliseconds: number) => sleep(processes, milliseconds),
  };
}

/** Lets what was left in the background run and end, as it does after the guest's exit. */
export function finish(processes: Processes): void {
  startAll(processes);
  for (const child of processes.children.values()) if (!child.ended) countEnds(child, -1);
  processes.children.clear();
}

/** Counts the pipe ends that a child holds: taken at its start, given back at its end. */
function countEnds({ stdio }: Child, change: 1 | -1): void {
  for (const handle of Object.values(stdio)) {
    if (handle?.kind === "pipe") handle.pipe[handle.end === "read" ? "readers" : "writers"] += change;
  }
}

/** The program that execvp would start, or null. */
function lookUp(world: World, name: string, usePath: boolean): Program | null {
  const folders = name.includes("/") || !usePath ? [""] : (world.env["PATH"] ?? "").split(":");
  for (const folder of folders) {
    const node = findNode(world.files, folder === "" ? name : `${folder}/${name}`);
    if (typeof node !== "number" && node.program !== undefined && (node.mode & 0o111) !== 0) {
      return node.program as Program;
    }
  }
  return null;
}

/** Runs the program's function, writes its output and settles when and how it ends. */
function start(world: World, child: Child, runs: Run[]): void {
  const run: Run = {
    argv: child.argv,
    stdin: stdinOf(child).toString("utf8"),
    env: child.env,
    startedAt: world.clock.uptimeMs / 1000,
  };
  const missing: ProgramResult = { code: 127 };
  if (child.program !== null) runs.push(run);
  const result = child.program?.(run) ?? missing;
  write(world, child.stdio.stdout, result.stdout);
  write(world, child.stdio.stderr, result.stderr);
  child.status = result.signal ?? (result.code ?? 0) << 8;
  child.endsAt = world.clock.uptimeMs + (result.delaySeconds ?? 0) * 1000;
}

function write(world: World, handle: Handle | undefined, output: string | Buffer | undefined): void {
  if (handle === undefined || output === undefined || output.length === 0) return;
  writeHandle(world, handle, Bytes.from(output as string));
}

/** Everything the child finds on its standard input; a pipe whose writing end the parent still holds never ends. */
function stdinOf({ argv, stdio }: Child): Buffer {
  const handle = stdio.stdin;
  if (handle === undefined || handle.kind === "stream") return Bytes.alloc(0);
  if (handle.kind === "file") {
    const node: Node = handle.node;
    return contentOf(node).subarray(handle.position);
  }
  if (handle.pipe.writers > 0)
    throw new Error(`${argv[0]} would wait for ever: its standard input is still open`);
  const { bytes } = handle.pipe;
  handle.pipe.bytes = Bytes.alloc(0);
  return bytes;
}
