// Writes ADB, the container of apk-tools 3: one block of typed values, then signatures and file data. The format is
// described in apk-v3(5); values come out in the order and with the sharing of apk-tools, byte for byte.

import { concat, littleEndian } from "./bytes.ts";

/** A value's tag: its type in the top four bits, the value itself or its offset in the others. 0 is "nothing". */
export type Value = number;

/** What a file holds, as the four letters behind `ADB.`. */
export type Schema = "pckg" | "indx";

const INT = 0x10000000;
const INT_32 = 0x20000000;
const BLOB_8 = 0x80000000;
const BLOB_16 = 0x90000000;
const BLOB_32 = 0xa0000000;
const OBJECT = 0xe0000000;
const OFFSET = 0x0fffffff;
const HEADER_BYTES = 8;
const BLOCKS = { adb: 0, signature: 1, data: 2 };

const encoder = new TextEncoder();

/** Collects values; equal ones are stored once. */
export interface AdbWriter {
  /** A whole number from 0 to 2^32 - 1. */
  int(value: number): Value;
  blob(content: string | Uint8Array): Value;
  /** A blob that nothing else shares, to be overwritten later. */
  ownBlob(content: Uint8Array): Value;
  /** An object of numbered fields, or an array (apk-tools itself writes both alike); `fields[0]` is number 1. */
  object(fields: readonly Value[]): Value;
  /** The block's bytes with `root` as its root object. */
  finish(root: Value): Uint8Array;
}

export function adbWriter(): AdbWriter {
  const parts: Uint8Array[] = [new Uint8Array(HEADER_BYTES)];
  const offsets = new Map<string, number>();
  let length = HEADER_BYTES;

  function append(bytes: Uint8Array, alignment: number): number {
    const padding = (alignment - (length % alignment)) % alignment;
    parts.push(new Uint8Array(padding), bytes);
    length += padding + bytes.length;
    return length - bytes.length;
  }

  function share(bytes: Uint8Array, alignment: number): number {
    const key = Buffer.from(bytes).toString("latin1");
    const known = offsets.get(key);
    if (known !== undefined && known % alignment === 0) return known;
    const offset = append(bytes, alignment);
    offsets.set(key, offset);
    return offset;
  }

  function blob(content: string | Uint8Array, store: typeof share): Value {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    if (bytes.length === 0) return 0;
    const size = bytes.length > 0xffff ? 4 : bytes.length > 0xff ? 2 : 1;
    const type = size === 4 ? BLOB_32 : size === 2 ? BLOB_16 : BLOB_8;
    return type + store(concat([littleEndian(bytes.length, size), bytes]), size);
  }

  return {
    int: (value) => (value <= OFFSET ? INT + value : INT_32 + share(littleEndian(value, 4), 4)),
    blob: (content) => blob(content, share),
    ownBlob: (content) => blob(content, append),
    object: (fields) => {
      const count = fields.findLastIndex((value) => value !== 0) + 2;
      if (count === 1) return 0;
      const words = [count, ...fields.slice(0, count - 1)];
      return OBJECT + share(concat(words.map((word) => littleEndian(word, 4))), 4);
    },
    finish: (root) => {
      const bytes = concat(parts);
      bytes.set(littleEndian(root, 4), 4);
      return bytes;
    },
  };
}

/** Overwrites the blob `value` of at most 255 bytes in a finished block. */
export function overwriteBlob(adb: Uint8Array, value: Value, content: Uint8Array): void {
  adb.set(content, (value & OFFSET) + 1);
}

/** A block, its length before it, padded to eight bytes. */
export function block(kind: keyof typeof BLOCKS, content: Uint8Array): Uint8Array {
  const size = 4 + content.length;
  return concat([
    littleEndian(BLOCKS[kind] * 2 ** 30 + size, 4),
    content,
    new Uint8Array((8 - (size % 8)) % 8),
  ]);
}

/** The beginning of an uncompressed file. */
export function fileHeader(schema: Schema): Uint8Array {
  return encoder.encode(`ADB.${schema}`);
}
