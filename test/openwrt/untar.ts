// Reads the ustar archives that packages are made of, to compare them member by member; refuses what ustar does not say.
import { gunzipSync } from "fflate";

/** A member as the archive says it. */
export interface Found {
  name: string;
  mode: number;
  owner: string;
  mtime: number;
  folder: boolean;
  bytes: Uint8Array;
}

/** The members of a gzip'd tar, in order; throws where a header's checksum or form is wrong. */
export function untar(packed: Uint8Array): Found[] {
  const bytes = gunzipSync(packed);
  const members: Found[] = [];
  let offset = 0;
  while (bytes[offset] !== 0) {
    const block = bytes.subarray(offset, offset + 512);
    const member = header(block);
    const size = octal(block, 124, 12);
    members.push({ ...member, bytes: bytes.slice(offset + 512, offset + 512 + size) });
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  if (bytes.length !== offset + 1024) throw new Error("the archive does not end in two empty blocks");
  return members;
}

function header(block: Uint8Array): Omit<Found, "bytes"> {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== octal(block, 148, 8)) throw new Error("wrong checksum");
  if (text(block, 257, 6) !== "ustar") throw new Error("not ustar");
  const type = String.fromCharCode(block[156] ?? 0);
  if (type !== "0" && type !== "5") throw new Error(`type ${type}`);
  return {
    name: text(block, 0, 100),
    mode: octal(block, 100, 8),
    owner: `${octal(block, 108, 8)}:${octal(block, 116, 8)} ${text(block, 265, 32)}:${text(block, 297, 32)}`,
    mtime: octal(block, 136, 12),
    folder: type === "5",
  };
}

function text(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(block: Uint8Array, offset: number, length: number): number {
  return Number.parseInt(text(block, offset, length), 8);
}
