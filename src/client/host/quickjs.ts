// The router through QuickJS. With files.ts the only file that touches std and os. Synchronous; leaves no process behind.
import * as os from "os";
import * as std from "std";
import { canWriteIn, createFile, fileFacts, folder, ownUser, readText, root, writeText } from "./files.ts";
import { type Host, HostError, type Job, type JobResult } from "./port.ts";

const PIPE_BYTES = 1 << 16;
/** A signal may come between the look at a child and the sleep; no sleep is longer than such a miss may cost. */
const SLICE_MS = 200;
const SIGKILL = 9; // QuickJS has no name for this signal.

export const host: Host = {
  root,
  args: scriptArgs.slice(1),
  uptime,
  random: Math.random,
  wallClock: () => Date.now() / 1000,
  readText,
  writeText,
  fileFacts,
  isRoot: () => ownUser() === 0,
  canWriteIn,
  columns: () => os.ttyGetWinSize(1)?.[0] || null,
  hasProgram,
  sleep: (seconds) => {
    os.sleep(seconds * 1000);
  },
  run,
  print: (text) => std.out.puts(text),
  printError: (text) => std.err.puts(text),
};

/** Ends the process. */
export function exit(status: number): never {
  return std.exit(status);
}

function uptime(): number {
  const seconds = Number.parseFloat(readText(`${root}/proc/uptime`) ?? "");
  if (!(seconds > 0)) throw new HostError(`${root}/proc/uptime tells no time since boot`);
  return seconds;
}

function hasProgram(name: string): boolean {
  const folders = (std.getenv("PATH") ?? "").split(":");
  return folders.some((one) => ((os.stat(`${one}/${name}`)[0]?.mode ?? 0) & 0o111) !== 0);
}

function isThere(program: string): boolean {
  return program.includes("/") ? fileFacts(program) !== null : hasProgram(program);
}

/** A pipe that is never empty: one read takes what a program wrote and cannot block, whoever still holds the other end. */
function openPipe(): [number, number] {
  const ends = os.pipe();
  if (!ends) throw new HostError("cannot open a pipe");
  os.write(ends[1], new Uint8Array(1).buffer, 0, 1);
  return ends;
}

function drain(descriptor: number): string {
  const bytes = new Uint8Array(PIPE_BYTES);
  const count = os.read(descriptor, bytes.buffer, 0, PIPE_BYTES);
  return decode(bytes.subarray(1, Math.max(count, 1)));
}

/** `bytes` as text: UTF-8 where that is what they are, else each byte as a character. */
function decode(bytes: Uint8Array): string {
  let text = "";
  let high = 0;
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
    high |= byte;
  }
  if (high < 0x80) return text;
  try {
    // There is no TextDecoder: escape writes each byte as %XX, and decodeURIComponent reads those as UTF-8, or throws.
    return decodeURIComponent(escape(text));
  } catch {
    return text;
  }
}

/**
 * Where a program of this router writes: a file that has no name any more, since a pipe would hold 64 KiB only. The name
 * that it has for a moment is always the same, so that what a killed run left there goes with the next one.
 */
function openCapture(): number | null {
  const path = `${folder}/.output`;
  try {
    const descriptor = createFile(path);
    os.remove(path);
    return descriptor;
  } catch {
    // A read-only /var, or not root: a pipe serves those who only look, unless the router has very many interfaces.
    return null;
  }
}

function readCapture(descriptor: number): string {
  // Room for one more byte is the proof that nothing was cut.
  os.seek(descriptor, 0, 2); // SEEK_END
  const room = os.write(descriptor, new Uint8Array(1).buffer, 0, 1) === 1;
  os.seek(descriptor, 0, 0); // SEEK_SET
  const file = std.fdopen(descriptor, "r");
  const text = file?.readAsString() ?? "";
  file?.close();
  if (!room) throw new HostError(`no space left in ${folder}`);
  return text.slice(0, -1);
}

function run(job: Job): JobResult {
  const pipe = os.pipe();
  if (!pipe) throw new HostError("cannot open a pipe");
  const [input, feed] = pipe;
  const [errors, errorsIn] = openPipe();
  const capture = job.output === "whole" ? openCapture() : null;
  const [output, outputIn] = capture === null ? openPipe() : [-1, capture];
  const file = std.fdopen(feed, "w");
  file?.puts(job.stdin);
  file?.close();
  os.signal(os.SIGCHLD, () => {});
  const pid = start(job, { block: false, stdin: input, stdout: outputIn, stderr: errorsIn });
  const ended = waitFor(pid, job);
  const stdout = output < 0 ? readCapture(outputIn) : drain(output);
  const stderr = drain(errors);
  // What was read as a capture is closed already.
  const pipes = output < 0 ? [] : [output, outputIn];
  for (const descriptor of [input, errors, errorsIn, ...pipes]) os.close(descriptor);
  return { ...ended, stdout, stderr };
}

function start(job: Job, options: os.ExecOptions): number {
  try {
    const pid = os.exec(job.argv, options);
    if (pid > 0) return pid;
  } catch {
    // fork failed: some versions throw, some return.
  }
  throw new HostError(`cannot start ${job.argv[0]}: no process or no memory left`);
}

/** Waits without timers or promises: the child's end cuts the sleep short. */
function waitFor(pid: number, { argv, deadlineSeconds }: Job): Pick<JobResult, "ended" | "code"> {
  const deadline = os.now() + deadlineSeconds * 1000;
  for (;;) {
    const [found, status] = os.waitpid(pid, os.WNOHANG);
    if (found !== 0) {
      const code = (status & 0x7f) === 0 ? status >> 8 : -(status & 0x7f);
      // QuickJS's child ends with 127 where exec fails. So does a program that is there and lacks a library.
      return code === 127 && !isThere(argv[0]) ? { ended: "missing", code: 0 } : { ended: "exit", code };
    }
    const left = deadline - os.now();
    if (left <= 0) {
      os.kill(pid, SIGKILL);
      os.waitpid(pid, 0);
      return { ended: "deadline", code: 0 };
    }
    os.sleep(Math.min(left, SLICE_MS));
  }
}
