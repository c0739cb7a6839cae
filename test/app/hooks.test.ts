// When the user's hooks are started, and with which words, in whole runs: changes, failures, recovery, kills. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, SECRET } from "../e2e/world.ts";
import type { Run } from "../stand-ins/fake-processes.ts";
import { agreeable, type Home, type HomeOptions, makeHome } from "./world.ts";

const HOOK = "/etc/hotplug.d/lambda-ddns/10-mine";
const SCRIPT = "/usr/lib/lambda-ddns/hooks.sh";
const ID = `home:${NAME}:ipv4`;

function home(options: HomeOptions = {}, result: (run: Run) => object = () => ({})) {
  const calls: string[] = [];
  const sh = (run: Run) => {
    expect(run.argv.slice(0, 2)).toEqual(["sh", SCRIPT]);
    calls.push(run.argv.slice(2).join(" "));
    return result(run);
  };
  const files = { [HOOK]: "echo\n", "/etc/hotplug.d/lambda-ddns": "", ...options.files };
  const on = makeHome({ programs: { sh }, ...options, files });
  return { on, calls };
}

/** Runs by the timer, each an hour after the last. */
async function runs(on: Home, count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    on.os.advance(3600 * 8);
    await on.run("update", "--trigger", "timer");
  }
}

describe("hooks", () => {
  it("are told of each new address once, with the one before", async () => {
    const { on, calls } = home();
    await on.run("update", "--trigger", "ifup");
    expect(calls.splice(0)).toEqual([`published ${ID} home ${NAME} ipv4 ${OWN}  wan`]);
    await runs(on, 2);
    on.os.advance(60);
    await on.run("update", "--force");
    expect(calls.splice(0)).toEqual([]);
    on.setWan({ ipv4: OTHER });
    await on.run("update", "--dry-run");
    expect(calls.splice(0)).toEqual([]);
    on.os.advance(60);
    await on.run("update", "--trigger", "ifup");
    expect(calls).toEqual([`published ${ID} home ${NAME} ipv4 ${OTHER} ${OWN} wan`]);
    expect(JSON.stringify(on.os.runs)).not.toContain(SECRET);
  });
  it("are told of the third failure in a row, and of the end of it", async () => {
    const { on, calls } = home();
    await on.run("update", "--trigger", "ifup");
    calls.length = 0;
    on.setService(() => [500, "no"]);
    on.setWan({ ipv4: OTHER });
    await runs(on, 2);
    expect(calls).toEqual([]);
    await runs(on, 3);
    expect(calls.splice(0)).toEqual([`failed ${ID} home ${NAME} ipv4 ${OTHER} ${OWN} wan`]);
    on.setService(agreeable);
    await runs(on, 2);
    expect(calls).toEqual([
      `published ${ID} home ${NAME} ipv4 ${OTHER} ${OWN} wan recovered ${ID} home ${NAME} ipv4 ${OTHER} ${OWN} wan`,
    ]);
  });
  it("that cannot be started are told by the next run, and a line says so", async () => {
    let code = 1;
    const { on, calls } = home({}, () => ({ code, stderr: "hotplug-call is missing\n" }));
    const { said } = await on.run("update", "--trigger", "ifup");
    expect(said).toContain(
      "warn: the hooks in /etc/hotplug.d/lambda-ddns cannot be started: hotplug-call is missing",
    );
    code = 0;
    await runs(on, 2);
    expect(calls).toHaveLength(2);
    expect(new Set(calls).size).toBe(1);
  });
  it("are asked for by no process where there is no folder", async () => {
    const { ran } = await makeHome().run("update", "--trigger", "ifup");
    expect(ran).not.toContain("sh");
  });
});
