// The part of QuickJS's std and os modules that the client calls (versions 2024-01 and later).

declare module "std" {
  interface File {
    puts(text: string): void;
    readAsString(maxBytes?: number): string;
    close(): number;
  }
  export const out: File;
  export const err: File;
  export function open(path: string, flags: string): File | null;
  export function fdopen(descriptor: number, flags: string): File | null;
  export function getenv(name: string): string | undefined;
  export function evalScript(code: string): unknown;
  export function exit(status: number): never;
  export function strerror(errno: number): string;
}

declare module "os" {
  interface Stat {
    mode: number;
    size: number;
    ino: number;
    uid: number;
    mtime: number;
  }
  export interface ExecOptions {
    block: boolean;
    stdin: number;
    stdout: number;
    stderr: number;
  }
  export const O_RDWR: number;
  export const O_CREAT: number;
  export const O_EXCL: number;
  export const WNOHANG: number;
  export const SIGCHLD: number;
  export function open(path: string, flags: number, mode?: number): number;
  export function close(descriptor: number): number;
  export function seek(descriptor: number, offset: number, whence: number): number;
  export function read(descriptor: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function write(descriptor: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function remove(path: string): number;
  export function rename(from: string, to: string): number;
  export function mkdir(path: string, mode?: number): number;
  export function stat(path: string): [Stat | null, number];
  export function lstat(path: string): [Stat | null, number];
  export function signal(signal: number, handler: (() => void) | null | undefined): void;
  export function kill(pid: number, signal: number): number;
  /** Columns and rows, or null where the descriptor is no terminal. */
  export function ttyGetWinSize(descriptor: number): [number, number] | null;
  export function pipe(): [number, number] | null;
  export function exec(argv: readonly string[], options: ExecOptions): number;
  export function waitpid(pid: number, options: number): [number, number];
  /** Milliseconds of a clock that never jumps. */
  export function now(): number;
  export function sleep(milliseconds: number): number;
}

declare const scriptArgs: readonly string[];
