// Source text of the modules "std" and "os" inside QuickJS WASM, where neither exists; refuses timers, popen and anything a native qjs 2025-04 lacks.

/** Runs before everything: one door to the host, JSON both ways. */
export const GUEST_PRELUDE = `
globalThis.__call = (function (door) {
  return function call(name, ...args) {
    const answer = JSON.parse(door(name, JSON.stringify(args)));
    // The host has the last word: nothing of the guest may run on, neither catch nor finally.
    while (answer.stop);
    return answer.value;
  };
})(globalThis.__door);
delete globalThis.__door;
globalThis.print = (...words) => { __call("std.put", "stdout", words.map(String).join(" ") + "\\n"); };
globalThis.console = { log: globalThis.print };
Date.now = () => __call("wallMs");
Math.random = () => __call("random");
`;

const BYTES = `
function toLatin1(buffer, position, length) {
  const bytes = new Uint8Array(buffer, position, length);
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
function fromLatin1(text, buffer, position) {
  const bytes = new Uint8Array(buffer, position);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return text.length;
}
`;

export const GUEST_OS = `
const call = globalThis.__call;
${BYTES}
export const O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 64, O_EXCL = 128, O_TRUNC = 512, O_APPEND = 1024;
export const S_IFMT = 0o170000, S_IFIFO = 0o010000, S_IFCHR = 0o020000, S_IFDIR = 0o040000, S_IFBLK = 0o060000;
export const S_IFREG = 0o100000, S_IFSOCK = 0o140000, S_IFLNK = 0o120000, S_ISGID = 0o2000, S_ISUID = 0o4000;
export const SIGINT = 2, SIGQUIT = 3, SIGABRT = 6, SIGFPE = 8, SIGILL = 4, SIGSEGV = 11, SIGTERM = 15;
export const SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGPIPE = 13;
export const WNOHANG = 1, platform = "linux";
export const open = (path, flags, mode = 0o666) => call("open", path, flags, mode);
export const close = (fd) => call("close", fd);
export const seek = (fd, offset, whence) => call("seek", fd, Number(offset), whence);
export function read(fd, buffer, position, length) {
  const got = call("read", fd, length);
  return typeof got === "number" ? got : fromLatin1(got, buffer, position);
}
export const write = (fd, buffer, position, length) => call("write", fd, toLatin1(buffer, position, length));
export const isatty = (fd) => call("isatty", fd);
export const ttyGetWinSize = (fd) => call("ttyGetWinSize", fd);
export const remove = (path) => call("remove", path);
export const rename = (from, to) => call("rename", from, to);
export const realpath = (path) => call("realpath", path);
export const getcwd = () => call("getcwd");
export const mkdir = (path, mode = 0o777) => call("mkdir", path, mode);
export const stat = (path) => call("stat", path);
export const lstat = (path) => call("lstat", path);
export const utimes = (path, atime, mtime) => call("utimes", path, atime, mtime);
export const symlink = (target, path) => call("symlink", target, path);
export const readlink = (path) => call("readlink", path);
export const readdir = (path) => call("readdir", path);
export const signal = (number, handler) => { call("watch", number, typeof handler === "function"); };
export const kill = (pid, number) => call("kill", pid, number);
export const getpid = () => call("getpid");
export function exec(argv, options = {}) {
  const result = call("exec", [...argv].map(String), options);
  if (result === null) throw new InternalError("fork error");
  return result;
}
export const waitpid = (pid, options = 0) => call("waitpid", pid, options);
export const pipe = () => call("pipe");
export const sleep = (milliseconds) => call("sleep", milliseconds);
export const now = () => call("now");
export const setTimeout = () => { throw new Error("no timers: the client is synchronous"); };
`;

export const GUEST_STD = `
import * as os from "os";
const call = globalThis.__call;
${BYTES}
export const SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2;
export const Error = { EINVAL: 22, EIO: 5, EACCES: 13, EEXIST: 17, ENOSPC: 28, ENOSYS: 38, EBUSY: 16, ENOENT: 2, EPERM: 1, EPIPE: 32, EBADF: 9 };
const WORDS = { 1: "Operation not permitted", 2: "No such file or directory", 5: "Input/output error", 9: "Bad file descriptor",
  12: "Cannot allocate memory", 13: "Permission denied", 17: "File exists", 20: "Not a directory", 21: "Is a directory",
  22: "Invalid argument", 24: "Too many open files", 28: "No space left on device", 30: "Read-only file system" };
export const strerror = (number) => WORDS[number] ?? "Unknown error " + number;
const FLAGS = { r: 0, "r+": 2, w: 577, "w+": 578, a: 1089, "a+": 1090 };
class File {
  #fd; #failed = false; #eof = false;
  constructor(fd) { this.#fd = fd; }
  close() { const failed = this.#failed; const code = os.close(this.#fd); this.#fd = -1; return failed ? -5 : code; }
  fileno() { return this.#fd; }
  flush() { return this.#failed ? -5 : 0; }
  error() { return this.#failed; }
  clearerr() { this.#failed = false; this.#eof = false; }
  eof() { return this.#eof; }
  seek(offset, whence) { return os.seek(this.#fd, offset, whence) < 0 ? -22 : 0; }
  tell() { return os.seek(this.#fd, 0, 1); }
  puts(...words) { this.#put(words.map(String).join("")); }
  #put(text) {
    const bytes = call("std.encode", text);
    if (call("write", this.#fd, bytes) !== bytes.length) this.#failed = true;
  }
  write(buffer, position, length) {
    const count = os.write(this.#fd, buffer, position, length);
    if (count < 0) this.#failed = true;
    return Math.max(0, count);
  }
  read(buffer, position, length) {
    const count = os.read(this.#fd, buffer, position, length);
    if (count < 0) this.#failed = true;
    if (count === 0) this.#eof = true;
    return Math.max(0, count);
  }
  #readBytes(limit) {
    let bytes = "";
    while (bytes.length < limit) {
      const got = call("read", this.#fd, Math.min(65536, limit - bytes.length));
      if (typeof got === "number") { this.#failed = true; break; }
      if (got === "") { this.#eof = true; break; }
      bytes += got;
    }
    return bytes;
  }
  readAsString(limit = Infinity) { return call("std.decode", this.#readBytes(limit ?? 2 ** 40)); }
  getline() {
    let bytes = "";
    for (;;) {
      const got = call("read", this.#fd, 1);
      if (typeof got === "number" || got === "") {
        this.#eof = true;
        return bytes === "" ? null : call("std.decode", bytes);
      }
      if (got === "\\n") return call("std.decode", bytes);
      bytes += got;
    }
  }
  getByte() { const got = call("read", this.#fd, 1); return got === "" ? -1 : got.charCodeAt(0); }
  putByte(byte) { call("write", this.#fd, String.fromCharCode(byte)); return byte; }
}
export const out = new File(1), err = new File(2), in_ = new File(0);
export { in_ as in };
function report(errorObj, number) { if (errorObj !== undefined) errorObj.errno = number; }
export function open(path, mode, errorObj) {
  const fd = os.open(path, FLAGS[mode.replace("b", "")]);
  report(errorObj, fd < 0 ? -fd : 0);
  return fd < 0 ? null : new File(fd);
}
export function fdopen(fd, mode, errorObj) { report(errorObj, 0); return new File(fd); }
export const loadFile = (path) => call("loadFile", path);
export const getenv = (name) => { const value = call("getenv", name); return value === null ? undefined : value; };
export const getenviron = () => call("getenviron");
export const puts = (...words) => { out.puts(...words); };
export const gc = () => {};
export const evalScript = (text) => (0, eval)(text);
export function exit(code = 0) { call("std.exit", code); }
export const popen = () => { throw new globalThis.Error("popen goes through a shell: not to be used"); };
`;
