// The pure suites in the standalone's own engine on a big-endian machine (and, with `make test-all`, on every other), under qemu; refuses to pass with fewer cases than the native qjs finds.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../build/run.ts";
import { compiler, engineObjects, zigCache } from "../../build/standalone/compile.ts";
import { engineSource } from "../../build/standalone/engine.ts";
import type { Target } from "../../build/standalone/targets.ts";
import { requireQjs } from "../engine/native.ts";
import { pureFiles, runSuiteInQjs } from "../engine/suite.ts";
import { cannotRun, starter, TESTED } from "./built.ts";

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), "core-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * An interpreter around the engine's objects for `target`, as a file that starts here: suites need the compiler and
 * parts of the language that the client does without, so they do not travel as bytecode.
 */
function interpreter(target: Target): string {
  const engine = engineObjects(target);
  const source = engineSource();
  const out = join(folder, `qjs-${target.name}`);
  const noRepl = join(folder, "no-repl.c");
  writeFileSync(
    noRepl,
    "#include <stdint.h>\nconst uint8_t qjsc_repl[1];\nconst uint32_t qjsc_repl_size = 0;\n",
  );
  const objects = ["quickjs", "quickjs-libc", "libregexp", "libunicode", "cutils", "dtoa"];
  const flags = ["-Os", "-w", "-static", "-D_GNU_SOURCE", '-DCONFIG_VERSION="test"'];
  const inputs = [join(source, "qjs.c"), noRepl, ...objects.map((name) => join(engine, `${name}.o`))];
  run("env", [...zigCache(), ...compiler(target), ...flags, "-o", out, ...inputs, "-lm"]);
  const start = join(folder, `start-${target.name}`);
  writeFileSync(start, `#!/bin/sh\nexec ${(starter(target, out) ?? []).join(" ")} "$@"\n`, { mode: 0o755 });
  return start;
}

for (const target of TESTED.filter(({ name }) => name !== "x86_64")) {
  const reason = cannotRun(target);
  const title = reason === null ? target.name : `${target.name} [skipped: ${reason}]`;
  describe.skipIf(reason !== null && process.env["CI"] !== "true")(title, () => {
    let qjs = "";
    it("the engine is there", { timeout: 10 * MINUTES }, () => {
      qjs = interpreter(target);
    });
    it.each(pureFiles())("%s", { timeout: 10 * MINUTES }, async (file) => {
      const found = await runSuiteInQjs([file], qjs);
      expect(found.failed).toEqual([]);
      expect(found.passed).toBe((await runSuiteInQjs([file], requireQjs())).passed);
    });
  });
}
