// The routers that the standalone executable is built for; refuses any other name with the list of known ones.

/** How zig and the recipe are told about one kind of router. */
export interface Target {
  name: string;
  /** Arguments of `zig cc`; soft float where the routers have no FPU. */
  zig: readonly string[];
  /** Whether its byte order is not that of the building machine (little-endian). */
  byteSwap: boolean;
  /** The suffix of the qemu-user program that runs it. */
  qemu: string;
  /** Largest executable that is still acceptable, in bytes (flash is 8–16 MB on the smallest). */
  maxBytes: number;
}

const MIPS_CPU = "-mcpu=mips32r2+soft_float";

export const TARGETS: readonly Target[] = [
  {
    name: "x86_64",
    zig: ["-target", "x86_64-linux-musl"],
    byteSwap: false,
    qemu: "x86_64",
    maxBytes: 650_000,
  },
  {
    name: "aarch64",
    zig: ["-target", "aarch64-linux-musl"],
    byteSwap: false,
    qemu: "aarch64",
    maxBytes: 650_000,
  },
  {
    name: "arm",
    zig: ["-target", "arm-linux-musleabihf", "-mcpu=cortex_a7"],
    byteSwap: false,
    qemu: "arm",
    maxBytes: 650_000,
  },
  {
    name: "mips",
    zig: ["-target", "mips-linux-musleabi", MIPS_CPU],
    byteSwap: true,
    qemu: "mips",
    maxBytes: 900_000,
  },
  {
    name: "mipsel",
    zig: ["-target", "mipsel-linux-musleabi", MIPS_CPU],
    byteSwap: false,
    qemu: "mipsel",
    maxBytes: 900_000,
  },
];

/** The target called `name`; throws a sentence with the known names. */
export function targetNamed(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found) return found;
  const known = TARGETS.map((target) => target.name).join(", ");
  throw new Error(`TARGET=${name} is unknown; choose one of ${known}`);
}
