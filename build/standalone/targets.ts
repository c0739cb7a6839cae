// The routers that the standalone executable is built for; refuses any other name with the list of known ones.

/** How zig and the recipe are told about one kind of router. */
export interface Target {
  name: string;
  /** Arguments of `zig cc`; soft float where the routers have no FPU. */
  zig: readonly string[];
  /** Its byte order; bytecode is the same for both, but for regular-expression literals. */
  bigEndian: boolean;
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
    bigEndian: false,
    qemu: "x86_64",
    maxBytes: 650_000,
  },
  {
    name: "aarch64",
    zig: ["-target", "aarch64-linux-musl"],
    bigEndian: false,
    qemu: "aarch64",
    maxBytes: 650_000,
  },
  {
    name: "arm",
    zig: ["-target", "arm-linux-musleabihf", "-mcpu=cortex_a7"],
    bigEndian: false,
    qemu: "arm",
    maxBytes: 650_000,
  },
  {
    name: "mips",
    zig: ["-target", "mips-linux-musleabi", MIPS_CPU],
    bigEndian: true,
    qemu: "mips",
    maxBytes: 900_000,
  },
  {
    name: "mipsel",
    zig: ["-target", "mipsel-linux-musleabi", MIPS_CPU],
    bigEndian: false,
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
