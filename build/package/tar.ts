// Writes ustar archives whose bytes depend on nothing but their members; refuses names that ustar cannot hold. No links.
import { gzipSync } from "fflate";
import { concat } from "./bytes.ts";

/** A file or (name ending in `/`) a folder. Owner is always root (0:0). */
export interface Member {
  /** Path in the archive, such as `./etc/config/x`; a folder ends in `/`. */
  name: string;
  /** Permission bits, such as 0o644. */
  mode: number;
  /** Content of a file; empty for a folder. */
  bytes: Uint8Array;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/** The archive of `members` in their order, every one stamped with `epoch` (seconds since 1970). */
export function tar(members: readonly Member[], epoch: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const member of members) {
    parts.push(header(member, epoch), member.bytes, new Uint8Array(padding(member.bytes.length)));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return concat(parts);
}

/** `bytes` as gzip, without name and time; written in JavaScript, so that every Node makes the same. */
export function gzip(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, { level: 9, mtime: 0 });
  packed.fill(0, 4, 8);
  return packed;
}

function header({ name, mode, bytes }: Member, epoch: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string): void => block.set(encoder.encode(text), offset);
  if (encoder.encode(name).length > 100) throw new Error(`tar: '${name}' is longer than 100 bytes`);
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(bytes.length, 12));
  put(136, octal(epoch, 12));
  put(148, " ".repeat(8));
  put(156, name.endsWith("/") ? "5" : "0");
  put(257, "ustar\u000000");
  put(265, "root");
  put(297, "root");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 7)} `);
  return block;
}

/** `value` as zero-padded octal that ends with NUL and fills `width` bytes. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\u0000`;
}

function padding(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}
