// Stands in for `qjs -m FILE ARGUMENTS` where there is no native qjs: QuickJS in WASM over this machine's files and
// programs. Refuses qjs's other options.
import { readFileSync } from "node:fs";
import { runBundleInWasm } from "../engine/wasm.ts";
import { makeRealOs } from "./real-os.ts";

const [option, file = "", ...args] = process.argv.slice(2);
if (option !== "-m") {
  process.stderr.write("usage: qjs -m FILE ARGUMENTS\n");
  process.exit(2);
}
const { code, stdout, stderr } = await runBundleInWasm({
  source: readFileSync(file, "utf8"),
  host: makeRealOs(),
  args,
});
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
