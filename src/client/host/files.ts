// The router's files through QuickJS: whatever is written is ours alone, in a folder of ours, and in one step.
import * as os from "os";
import * as std from "std";
import { type FileFacts, HostError } from "./port.ts";

/** What LAMBDA_DDNS_ROOT puts before the program's own paths. */
export const root = std.getenv("LAMBDA_DDNS_ROOT") ?? "";
/** The folder of everything that the program writes. */
export const folder = `${root}/var/run/lambda-ddns`;
const MOST_FILE_BYTES = 1 << 20;

export function readText(path: string): string | null {
  const file = std.open(path, "r");
  if (!file) return null;
  // Not loadFile: it asks for the size first, and a file of /proc has none.
  const text = file.readAsString(MOST_FILE_BYTES);
  file.close();
  return text;
}

export function fileFacts(path: string): FileFacts | null {
  const [stat] = os.stat(path);
  return stat && { stamp: `${stat.size}.${stat.mtime}.${stat.ino}`, mode: stat.mode & 0o7777 };
}

/** There is no getuid, but our own folder in /proc is ours. */
export function ownUser(): number | undefined {
  return os.stat("/proc/self")[0]?.uid;
}

export function canWriteIn(path: string): boolean {
  const probe = `${path}/.lambda-ddns-check`;
  const descriptor = os.open(probe, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600);
  if (descriptor < 0) return false;
  os.close(descriptor);
  os.remove(probe);
  return true;
}

/** Makes our folder, or finds it ours: a link or a folder that others may write into is refused. */
function ownFolder(): void {
  const made = os.mkdir(folder, 0o700);
  const [stat] = os.lstat(folder);
  if (!stat) throw new HostError(`cannot create the folder ${folder}: ${std.strerror(-made)}`);
  // S_IFMT and S_IFDIR.
  const isFolder = (stat.mode & 0o170000) === 0o040000;
  const mine = stat.uid === ownUser();
  if (!isFolder || !mine || (stat.mode & 0o022) !== 0) {
    throw new HostError(`${folder} is not a folder that belongs to us alone; remove it`);
  }
}

/** A new file of ours, opened. */
export function createFile(path: string): number {
  const flags = os.O_RDWR | os.O_CREAT | os.O_EXCL;
  let descriptor = os.open(path, flags, 0o600);
  if (descriptor < 0) {
    // The first run after boot has no folder yet; a run that was killed may have left its file.
    ownFolder();
    os.remove(path);
    descriptor = os.open(path, flags, 0o600);
  }
  if (descriptor < 0) throw new HostError(`cannot write ${path}: ${std.strerror(-descriptor)}`);
  return descriptor;
}

export function writeText(path: string, text: string): void {
  ownFolder();
  const fresh = `${path}.new`;
  os.remove(fresh);
  const file = std.fdopen(createFile(fresh), "w");
  file?.puts(text);
  const errno = (file?.close() ?? -1) || os.rename(fresh, path);
  if (errno === 0) return;
  os.remove(fresh);
  throw new HostError(`cannot write ${path}: ${std.strerror(-errno)}`);
}
