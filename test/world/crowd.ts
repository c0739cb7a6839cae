// Many lives on all cores: the world and the client as one script, in several processes of Node. Refuses a process that gives no account.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Account, add } from "./lives.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** Lives that one process is given at a time. */
const PORTION = 50;

/** Lives seeds `from` to `from + count - 1`. `here`: the folder of the world, where another tree than this one is to be tried. */
export async function crowd(from: number, count: number, here = HERE): Promise<Account> {
  const folder = mkdtempSync(join(tmpdir(), "lives-"));
  try {
    const script = join(folder, "lives.mjs");
    await bundle(here, script);
    const portions: [number, number][] = [];
    for (let seed = from; seed < from + count; seed += PORTION) {
      portions.push([seed, Math.min(PORTION, from + count - seed)]);
    }
    const accounts: Account[] = [];
    const worker = async (): Promise<void> => {
      for (let next = portions.shift(); next; next = portions.shift())
        accounts.push(await one(script, ...next));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return accounts.reduce(add);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(here: string, outfile: string): Promise<void> {
  const last =
    "process.stdout.write(JSON.stringify(liveMany(Number(process.argv[2]), Number(process.argv[3]))));";
  const contents = `import { liveMany } from "./lives.ts";\n${last}`;
  await build({
    stdin: { contents, resolveDir: here, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    define: { __VERSION__: '"0.0.0-test"' },
    logLevel: "silent",
  });
}

function one(script: string, from: number, count: number): Promise<Account> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, `${from}`, `${count}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out));
      else reject(new Error(`lives from seed ${from} on ended with ${code}: ${errors}`));
    });
  });
}
