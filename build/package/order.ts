// What `make ipk` and `make apk` were asked for: `--variant script|standalone --target NAME`. Refuses other words,
// and a version that differs between package.json and the package's Makefile.
import { parseArgs } from "node:util";
import { TARGETS, targetNamed } from "../standalone/targets.ts";
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

/** OpenWrt's architectures by the target whose executable they run. */
export const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  TARGETS.map(({ name, architectures }) => [name, architectures]),
);

/** The packages that the arguments `args` ask for; the standalone's differ in nothing but the architecture's name. */
export function readOrder(args: readonly string[]): Order[] {
  const options = {
    variant: { type: "string", default: "script" },
    target: { type: "string" },
  } as const;
  const { variant, target } = parseArgs({ args: [...args], options }).values;
  if (variant !== "script" && variant !== "standalone")
    throw new Error(`VARIANT=${variant} is unknown; choose script or standalone`);
  if (variant === "script" && target !== undefined)
    throw new Error(
      `TARGET=${target} says nothing to VARIANT=script, which runs everywhere: add VARIANT=standalone`,
    );
  const script = readRecipe();
  const version = projectVersion();
  if (script.version !== version) {
    throw new Error(
      `openwrt/lambda-ddns/Makefile: PKG_VERSION is ${script.version}, package.json says ${version}`,
    );
  }
  if (variant === "script") return [{ recipe: script, content: scriptContent(scriptProgram()) }];
  const found = targetNamed(target ?? "x86_64");
  const { program, licenses } = standaloneProgram(found.name);
  const content = standaloneContent(program, licenses);
  const architectures = target === undefined || target === found.name ? found.architectures : [target];
  return architectures.map((architecture) => ({ recipe: standaloneRecipe(script, architecture), content }));
}
