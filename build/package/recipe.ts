// The packages' fields, read from the Makefiles that OpenWrt's SDK reads too, so that they stand in one place; knows
// assignments and define blocks, refuses a Makefile that lacks a field.
import { readFileSync } from "node:fs";
import { PAGE_POSTINST } from "./scripts.ts";

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
  /** opkg's names: `postinst-pkg`, run after the router's own steps of installing, and `postrm`, run after removal. */
  scripts: Readonly<Record<string, string>>;
}

const PAGE = "luci-app-lambda-ddns";

/** The recipe in the text of `openwrt/lambda-ddns/Makefile`. */
export function readRecipe(makefile = makefileOf("lambda-ddns")): Recipe {
  const name = "lambda-ddns";
  const { assigned, defined } = reader(name, makefile);
  const own = defined(`Package/${name}`);
  const field = (key: string): string => reader(name, own).assigned(key);
  return {
    name,
    version: assigned("PKG_VERSION"),
    release: assigned("PKG_RELEASE"),
    architecture: field("PKGARCH"),
    depends: dependsOn(field("DEPENDS")),
    insteadOf: [],
    section: field("SECTION"),
    title: field("TITLE"),
    description: unindented(defined(`Package/${name}/description`)),
    license: assigned("PKG_LICENSE"),
    maintainer: assigned("PKG_MAINTAINER"),
    conffiles: defined(`Package/${name}/conffiles`).trim().split("\n"),
    scripts: { postrm: defined(`Package/${name}/postrm`).replaceAll("$$", "$") },
  };
}

/** The page's recipe in the text of its Makefile, which includes LuCI's luci.mk for everything else. */
export function readPageRecipe(makefile = makefileOf(PAGE)): Recipe {
  const { assigned } = reader(PAGE, makefile);
  return {
    name: PAGE,
    version: assigned("PKG_VERSION"),
    release: assigned("PKG_RELEASE"),
    architecture: "all",
    depends: dependsOn(assigned("LUCI_DEPENDS")),
    insteadOf: [],
    section: "luci",
    title: assigned("LUCI_TITLE"),
    description: assigned("LUCI_DESCRIPTION"),
    license: assigned("PKG_LICENSE"),
    maintainer: assigned("PKG_MAINTAINER"),
    conffiles: [],
    scripts: { "postinst-pkg": PAGE_POSTINST },
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

function makefileOf(name: string): string {
  return readFileSync(new URL(`../../openwrt/${name}/Makefile`, import.meta.url), "utf8");
}

/** Reads assignments and define blocks in `text`, a part of package `name`'s Makefile. */
function reader(name: string, text: string): { assigned(key: string): string; defined(key: string): string } {
  const found = (pattern: string, what: string): string => {
    const value = new RegExp(pattern, "m").exec(text)?.[1];
    if (value === undefined) throw new Error(`openwrt/${name}/Makefile: ${what} is missing`);
    return value;
  };
  return {
    assigned: (key) => found(`^\\s*${key}:=(.*)$`, `${key}:=`).trim(),
    defined: (key) => found(`^define ${key}\\n([^]*?)^endef$`, `define ${key}`),
  };
}

/** Every package of OpenWrt depends on libc. */
function dependsOn(words: string): string[] {
  return ["libc", ...words.split(/\s+/).map((word) => word.replace(/^\+/, ""))];
}

function unindented(text: string): string {
  return text.trim().replace(/^\s+/gm, "");
}
