// The package's fields, read from the Makefile that OpenWrt's SDK reads too, so that they stand in one place; knows
// assignments and define blocks, refuses a Makefile that lacks a field.
import { readFileSync } from "node:fs";

/** What a package manager is told. */
export interface Recipe {
  name: string;
  version: string;
  release: string;
  /** OpenWrt's name of the architecture; `all` for a script. */
  architecture: string;
  depends: readonly string[];
  /** Names of packages that this one provides in another way, so that only one of them can be installed. */
  insteadOf: readonly string[];
  section: string;
  title: string;
  description: string;
  license: string;
  maintainer: string;
  /** Absolute paths that stay when the user changed them. */
  conffiles: readonly string[];
  /** Scripts by their name in the control archive, beyond the two that every package has. */
  scripts: Readonly<Record<string, string>>;
}

const MAKEFILE = new URL("../../openwrt/lambda-ddns/Makefile", import.meta.url);

/** The recipe in a Makefile's text for package `lambda-ddns`. */
export function readRecipe(makefile = readFileSync(MAKEFILE, "utf8")): Recipe {
  const name = "lambda-ddns";
  const block = (title: string): string => defined(makefile, `Package/${name}${title}`);
  const own = block("");
  return {
    name,
    version: assigned(makefile, "PKG_VERSION"),
    release: assigned(makefile, "PKG_RELEASE"),
    architecture: assigned(own, "PKGARCH"),
    // Every package of OpenWrt depends on libc.
    depends: [
      "libc",
      ...assigned(own, "DEPENDS")
        .split(/\s+/)
        .map((word) => word.replace(/^\+/, "")),
    ],
    insteadOf: [],
    section: assigned(own, "SECTION"),
    title: assigned(own, "TITLE"),
    description: block("/description").trim().replace(/^\s+/gm, ""),
    license: assigned(makefile, "PKG_LICENSE"),
    maintainer: assigned(makefile, "PKG_MAINTAINER"),
    conffiles: block("/conffiles").trim().split("\n"),
    scripts: { postrm: block("/postrm").replaceAll("$$", "$") },
  };
}

/** The same package with the engine inside: no dependency on quickjs, made for one architecture. */
export function standaloneRecipe(script: Recipe, architecture: string): Recipe {
  return {
    ...script,
    name: `${script.name}-standalone`,
    architecture,
    depends: script.depends.filter((name) => name !== "quickjs"),
    insteadOf: [script.name],
    title: `${script.title}, engine inside`,
  };
}

/** Version and release as package managers compare them, such as `0.1.0-r1`. */
export function fullVersion({ version, release }: Recipe): string {
  return `${version}-r${release}`;
}

function assigned(text: string, name: string): string {
  const found = new RegExp(`^\\s*${name}:=(.*)$`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`openwrt/lambda-ddns/Makefile: ${name}:= is missing`);
  return found.trim();
}

function defined(text: string, name: string): string {
  const found = new RegExp(`^define ${name}\\n([^]*?)^endef$`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`openwrt/lambda-ddns/Makefile: define ${name} is missing`);
  return found;
}
