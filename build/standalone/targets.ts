// The routers that the standalone executable is built for; refuses any other name with the list of known ones.

/** How zig and the recipe are told about one kind of router. */
export interface Target {
  name: string;
  /**
   * OpenWrt's architectures that the executable runs on: only those of which every router has what it uses (cortex-a9
   * lacks the divide instructions, mips32r1 half of release 2).
   */
  architectures: readonly string[];
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
    architectures: ["x86_64"],
    zig: ["-target", "x86_64-linux-musl"],
    bigEndian: false,
    qemu: "x86_64",
    maxBytes: 650_000,
  },
  {
    name: "aarch64",
    architectures: ["aarch64_cortex-a53", "aarch64_cortex-a72", "aarch64_cortex-a76", "aarch64_generic"],
    zig: ["-target", "aarch64-linux-musl"],
    bigEndian: false,
    qemu: "aarch64",
    maxBytes: 650_000,
  },
  {
    name: "arm",
    architectures: ["arm_cortex-a7_neon-vfpv4", "arm_cortex-a15_neon-vfpv4"],
    zig: ["-target", "arm-linux-musleabihf", "-mcpu=cortex_a7"],
    bigEndian: false,
    qemu: "arm",
    maxBytes: 650_000,
  },
  {
    name: "mips",
    architectures: ["mips_24kc"],
    zig: ["-target", "mips-linux-musleabi", MIPS_CPU],
    bigEndian: true,
    qemu: "mips",
    maxBytes: 900_000,
  },
  {
    name: "mipsel",
    architectures: ["mipsel_24kc", "mipsel_24kc_24kf", "mipsel_74kc"],
    zig: ["-target", "mipsel-linux-musleabi", MIPS_CPU],
    bigEndian: false,
    qemu: "mipsel",
    maxBytes: 900_000,
  },
];

/** The target called `name`, or the one for the architecture of that name; throws a sentence with the known names. */
export function targetNamed(name: string): Target {
  const found = TARGETS.find((target) => target.name === name || target.architectures.includes(name));
  if (found) return found;
  const known = TARGETS.map((target) => target.name);
  const all = TARGETS.flatMap(({ architectures }) => architectures).filter((one) => !known.includes(one));
  throw new Error(
    `TARGET=${name} is unknown; choose one of ${known.join(", ")}, or an architecture: ${all.join(", ")}`,
  );
}
