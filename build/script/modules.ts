// What esbuild knows about our modules: which of them a bundle really holds, and what each exports.
import { resolve } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";

/** Names of the values (not types) that the module at `path` exports. */
export async function exportedNames(path: string): Promise<string[]> {
  const options: BuildOptions = {
    bundle: true,
    write: false,
    format: "esm",
    packages: "external",
    logLevel: "error",
  };
  const { metafile } = await build({
    ...options,
    entryPoints: [path],
    metafile: true,
    external: ["std", "os"],
  });
  return Object.values(metafile?.outputs ?? {})[0]?.exports ?? [];
}

/** The modules of ours that left code in a bundle, by absolute path. */
export function modulesIn(metafile: Metafile): string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const kept = inputs.filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.startsWith("src/"));
  return kept.map(([path]) => resolve(path));
}
