// What `make ipk` and `make apk` were asked for: `--variant script|standalone --target NAME`. Refuses other words,
// and a version that differs between package.json and the package's Makefile.
import { parseArgs } from "node:util";
import { projectVersion } from "../version.ts";
import { scriptContent, standaloneContent } from "./content.ts";
import { scriptProgram, standaloneProgram } from "./program.ts";
import type { Recipe } from "./recipe.ts";
import { readRecipe, standaloneRecipe } from "./recipe.ts";
import type { Member } from "./tar.ts";

/** One package to write. */
export interface Order {
  recipe: Recipe;
  content: Member[];
}

/**
 * OpenWrt's architectures that each standalone executable runs on. An architecture is listed only where every router
 * of that name has what the executable uses (cortex-a9 lacks the divide instructions, mips32r1 half of release 2).
 */
export const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["x86_64"],
  aarch64: ["aarch64_cortex-a53", "aarch64_cortex-a72", "aarch64_cortex-a76", "aarch64_generic"],
  arm: ["arm_cortex-a7_neon-vfpv4", "arm_cortex-a15_neon-vfpv4"],
  mips: ["mips_24kc"],
  mipsel: ["mipsel_24kc", "mipsel_24kc_24kf", "mipsel_74kc"],
};

/** The packages that the arguments `args` ask for; the standalone's differ in nothing but the architecture's name. */
export function readOrder(args: readonly string[]): Order[] {
  const options = {
    variant: { type: "string", default: "script" },
    target: { type: "string", default: "x86_64" },
  } as const;
  const { variant, target } = parseArgs({ args: [...args], options }).values;
  const script = readRecipe();
  const version = projectVersion();
  if (script.version !== version) {
    throw new Error(
      `openwrt/lambda-ddns/Makefile: PKG_VERSION is ${script.version}, package.json says ${version}`,
    );
  }
  if (variant === "script") return [{ recipe: script, content: scriptContent(scriptProgram()) }];
  if (variant !== "standalone") throw new Error(`VARIANT=${variant} is unknown; choose script or standalone`);
  const found = targetOf(target);
  const { program, licenses } = standaloneProgram(found.target);
  const content = standaloneContent(program, licenses);
  return found.architectures.map((architecture) => ({
    recipe: standaloneRecipe(script, architecture),
    content,
  }));
}

/** By the name of a target, or by an architecture's as a router prints it: then for that one alone. */
function targetOf(name: string): { target: string; architectures: readonly string[] } {
  const own = ARCHITECTURES[name];
  if (own !== undefined) return { target: name, architectures: own };
  for (const [target, architectures] of Object.entries(ARCHITECTURES))
    if (architectures.includes(name)) return { target, architectures: [name] };
  const known = Object.keys(ARCHITECTURES).join(", ");
  const all = Object.values(ARCHITECTURES).flat().join(", ");
  throw new Error(`TARGET=${name} is unknown; choose one of ${known}, or an architecture of ${all}`);
}
