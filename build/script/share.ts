// What the parts of the script lend each other: a room takes a module's export from an earlier part, by a name like m3_plan.
import { resolve } from "node:path";
import type { Plugin } from "esbuild";
import { exportedNames } from "./modules.ts";

/** The object in which the loans travel, as a free name in every room. */
export const LOANS = "$";

/** The name under which `exported` of the module at `path` is lent; `owners` are the lending modules. */
function loanName(owners: readonly string[], path: string, exported: string): string {
  return `m${owners.indexOf(path)}_${exported}`;
}

/** The names that `code` takes. */
export function loansIn(code: string): string[] {
  return [...new Set([...code.matchAll(/\$\.(m\d+_\w+)/g)].map(([, name = ""]) => name))].sort();
}

/** `code` with each of `loans` under a short name, its number. */
export function shorten(code: string, loans: readonly string[]): string {
  return code.replaceAll(/\bm\d+_\w+/g, (name) => (loans.includes(name) ? `m${loans.indexOf(name)}` : name));
}

/** Source that imports those of `loans` that a module in `lenders` owns, and their names as members of an object. */
export function lend(
  loans: readonly string[],
  lenders: readonly string[],
  owners: readonly string[],
): { imports: string; names: string } {
  const mine = loans.flatMap((name) => {
    const [, index = "", exported = ""] = /^m(\d+)_(\w+)$/.exec(name) ?? [];
    const path = owners[Number(index)] ?? "";
    return lenders.includes(path) ? [{ name, exported, path }] : [];
  });
  const imports = mine.map(
    ({ name, exported, path }) => `import { ${exported} as ${name} } from ${JSON.stringify(path)};`,
  );
  return { imports: imports.join("\n"), names: mine.map(({ name }) => name).join(", ") };
}

/**
 * Imports of the modules in `lenders` take loans; an export that nobody uses costs nothing. `owners` are the lending modules
 * of the whole script, `lenders` among them: their order makes the names, so it is the same list in every build.
 */
export function borrowFrom(lenders: readonly string[], owners: readonly string[]): Plugin {
  return {
    name: "borrow",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const full = resolve(resolveDir, path);
        return lenders.includes(full) ? { path: full, namespace: "loan" } : null;
      });
      onLoad({ filter: /.*/, namespace: "loan" }, async ({ path }) => {
        const lines = (await exportedNames(path)).map((name) => {
          return `export const ${name} = /* @__PURE__ */ (() => ${LOANS}.${loanName(owners, path, name)})();`;
        });
        return { contents: lines.join("\n"), loader: "js" };
      });
    },
  };
}
