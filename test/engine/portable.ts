// Bundles a program for any engine that runs ES modules: Node, QuickJS WASM, native qjs. Refuses what needs Node, which does not bundle.
import { type BuildOptions, build } from "esbuild";

/** `contents`, TypeScript whose imports are seen from `folder`, as one ES module. */
export async function portable(
  contents: string,
  folder: string,
  more: Pick<BuildOptions, "alias" | "banner"> = {},
): Promise<string> {
  const result = await build({
    ...more,
    stdin: { contents, resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import", "default"],
    charset: "utf8",
    define: { __VERSION__: '"0.0.0-test"' },
    logLevel: "silent",
  });
  return result.outputFiles?.[0]?.text ?? "";
}
