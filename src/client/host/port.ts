// The port between the program and its router: everything the client may do to the world, and nothing else.

/** A duration. */
export type Seconds = number;
/** Seconds since boot: the only clock a decision looks at. A router's wall clock is wrong until NTP answers, then jumps. */
export type Uptime = number;
export type Level = "error" | "warn" | "info" | "debug";

/** A program to run. `argv` is visible to every user of the router; a secret travels by `stdin`, at most 64 KiB of it. */
export interface Job {
  argv: readonly [string, ...string[]];
  stdin: string;
  deadlineSeconds: Seconds;
  /** "whole": a program of this router, read to the end. "bounded": a stranger's words, cut at 64 KiB. */
  output: "whole" | "bounded";
}

/** How a job ended: by itself (127 may mean that it could not even start), killed at its deadline, or never begun because there is no such program. */
export interface JobResult {
  ended: "exit" | "deadline" | "missing";
  /** Exit status; a signal's number negated. 0 unless `ended` is "exit". */
  code: number;
  stdout: string;
  stderr: string;
}

/** Size, change time and identity of a file in one word: another word means another content may stand there. */
export interface FileFacts {
  stamp: string;
  /** Permission bits, such as 0o600. */
  mode: number;
}

export interface Host {
  /** What `LAMBDA_DDNS_ROOT` puts before the program's own paths; "" on a router. */
  root: string;
  args: readonly string[];
  uptime(): Uptime;
  /** At least 0, less than 1. */
  random(): number;
  /** Seconds since 1970, as wrong as the wall clock is. No wait looks at it. */
  wallClock(): Seconds;
  /** The text of a file, at most 1 MiB of it, or null when there is none. */
  readText(path: string): string | null;
  /** Replaces a file in one step, mode 0600, in a folder made with mode 0700. Throws HostError. */
  writeText(path: string, text: string): void;
  fileFacts(path: string): FileFacts | null;
  /** Whether this process may do everything. Only people run it as anybody else. */
  isRoot(): boolean;
  /** Whether a file can be made in the folder at `path`: tries it, and leaves nothing behind. */
  canWriteIn(path: string): boolean;
  /** Columns of the terminal that stdout is, or null where it is none. */
  columns(): number | null;
  /** True when `name` is an executable on PATH; starts nothing. */
  hasProgram(name: string): boolean;
  /** Lets time pass; a signal may cut it short. */
  sleep(seconds: Seconds): void;
  /** Runs a program to its end or its deadline. Throws HostError when no process can be started. */
  run(job: Job): JobResult;
  print(text: string): void;
  printError(text: string): void;
}

/** The router fails us: a full disk, no processes left, a folder that is not ours. The message names the thing. */
export class HostError extends Error {}
