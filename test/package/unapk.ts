// Reads ADB files back, written from the format's description and apart from the writer: throws at whatever a reader on
// the router would refuse.
import { createHash, type KeyObject, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";

/** A value as it stands in a file: a number, bytes, or the fields of an object. */
export type Read = number | Buffer | Read[] | null;

/** A file in its parts. */
export interface Adb {
  schema: string;
  /** The values' bytes, which signatures and indexes speak of. */
  values: Buffer;
  root: Read;
  signatures: Buffer[];
  /** Folder and file numbers, and the data. */
  data: { folder: number; file: number; bytes: Buffer }[];
}

/** A path of a package. */
export interface Found {
  path: string;
  mode: number;
  owner: string;
  mtime: number;
  bytes: Buffer;
}

/** The file before its compression. */
export function inflate(packed: Uint8Array): Buffer {
  const bytes = Buffer.from(packed);
  if (bytes.toString("latin1", 0, 4) !== "ADBd") throw new Error("not compressed by deflate");
  return inflateRawSync(bytes.subarray(4));
}

export function readAdb(packed: Uint8Array): Adb {
  const bytes = inflate(packed);
  if (bytes.toString("latin1", 0, 4) !== "ADB.") throw new Error("no magic");
  const adb: Adb = {
    schema: bytes.toString("latin1", 4, 8),
    values: Buffer.alloc(0),
    root: null,
    signatures: [],
    data: [],
  };
  for (let offset = 8; offset < bytes.length; ) {
    const word = bytes.readUInt32LE(offset);
    const [kind, size] = [word >>> 30, word % 2 ** 30];
    const content = bytes.subarray(offset + 4, offset + size);
    if (kind === 0) adb.values = content;
    else if (kind === 1) adb.signatures.push(content);
    else if (kind === 2)
      adb.data.push({
        folder: content.readUInt32LE(0),
        file: content.readUInt32LE(4),
        bytes: content.subarray(8),
      });
    else throw new Error(`block ${kind}`);
    const end = offset + Math.ceil(size / 8) * 8;
    if (bytes.subarray(offset + size, end).some((byte) => byte !== 0))
      throw new Error("padding is not empty");
    offset = end;
  }
  if (adb.values.readUInt16LE(0) !== 0) throw new Error("another version");
  return { ...adb, root: readValue(adb.values, adb.values.readUInt32LE(4)) };
}

/** The value that `tag` names. */
export function readValue(values: Buffer, tag: number): Read {
  const [type, offset] = [tag >>> 28, tag % 2 ** 28];
  const blob = (size: number): Buffer => {
    if (offset % size !== 0) throw new Error("a blob is not aligned");
    return values.subarray(offset + size, offset + size + values.readUIntLE(offset, size));
  };
  switch (type) {
    case 0:
      return null;
    case 1:
      return offset;
    case 2:
      if (offset % 4 !== 0) throw new Error("a number is not aligned");
      return values.readUInt32LE(offset);
    case 8:
      return blob(1);
    case 9:
      return blob(2);
    case 10:
      return blob(4);
    case 14: {
      if (offset % 4 !== 0) throw new Error("an object is not aligned");
      const count = values.readUInt32LE(offset) - 1;
      return Array.from({ length: count }, (_, index) =>
        readValue(values, values.readUInt32LE(offset + 4 * (index + 1))),
      );
    }
    default:
      throw new Error(`type ${type}`);
  }
}

export const fieldsOf = (value: Read | undefined): Read[] => (Array.isArray(value) ? value : []);
export const textOf = (value: Read | undefined): string => (value instanceof Buffer ? value.toString() : "");
export const numberOf = (value: Read | undefined): number => (typeof value === "number" ? value : Number.NaN);

/** Every path of a package in its order, each file with its data; throws where digest, size or numbers do not fit. */
export function pathsOf({ root, data }: Adb): Found[] {
  const blocks = [...data];
  const paths = fieldsOf(fieldsOf(root)[1]).flatMap((folder, folderIndex) => {
    const [name, access, files] = fieldsOf(folder);
    const path = textOf(name);
    const own = {
      path: `./${path}${path === "" ? "" : "/"}`,
      ...accessOf(access),
      mtime: 0,
      bytes: Buffer.alloc(0),
    };
    const inside = fieldsOf(files).map((file, fileIndex) => {
      const [base, fileAccess, size, time, hash] = fieldsOf(file);
      const block = numberOf(size) === 0 ? undefined : blocks.shift();
      const bytes = block?.bytes ?? Buffer.alloc(0);
      if (block && (block.folder !== folderIndex + 1 || block.file !== fileIndex + 1))
        throw new Error("data of another file");
      if (bytes.length !== numberOf(size)) throw new Error("another size");
      if (
        !createHash("sha256")
          .update(bytes)
          .digest()
          .equals(hash as Buffer)
      )
        throw new Error("another digest");
      return { path: `${own.path}${textOf(base)}`, ...accessOf(fileAccess), mtime: numberOf(time), bytes };
    });
    return [own, ...inside];
  });
  if (blocks.length > 0) throw new Error("data of no file");
  return paths;
}

function accessOf(value: Read | undefined): { mode: number; owner: string } {
  const [mode, user, group] = fieldsOf(value);
  return { mode: numberOf(mode), owner: `${textOf(user)}:${textOf(group)}` };
}

/** Whether one of the signatures is by `key`, found and checked as apk does. */
export function isSignedBy({ schema, values, signatures }: Adb, key: KeyObject): boolean {
  const sha512 = (bytes: Uint8Array): Buffer => createHash("sha512").update(bytes).digest();
  const point = (key.export({ type: "spki", format: "der" }) as Buffer).subarray(-65);
  const id = sha512(point).subarray(0, 16);
  return signatures.some((signature) => {
    const head = signature.subarray(0, 18);
    if (head[0] !== 0 || head[1] !== 4 || !head.subarray(2).equals(id)) return false;
    return verify(
      "sha512",
      Buffer.concat([Buffer.from(schema), head, sha512(values)]),
      key,
      signature.subarray(18),
    );
  });
}
