// The demo's router: the package's own files in a temporary folder, stand-ins for uci and ubus, everything else as it is on
// this machine; refuses to lie: where busybox, flock or a native qjs is missing, `notes` says what plays its part.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { scriptContent } from "../../build/package/content.ts";
import { dumpOf, type Wan } from "../stand-ins/netifd-dump.ts";
import { prefersItsOwn } from "../stand-ins/shell.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RUN_LIMIT_SECONDS = 30;

/** What netifd tells a hook, as `ACTION`, `INTERFACE` and so on. */
export type Event = Readonly<Record<string, string>>;

/** Lays the router out; `qjs` is the path of a native qjs, or null for QuickJS in WASM. */
export function makeDemoRouter(qjs: string | null) {
  const notes: string[] = [];
  const shell = shellOf(notes);
  const root = mkdtempSync(join(tmpdir(), "lambda-ddns-demo-router-"));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    layOut(root, shell, qjs, notes);
  } catch (error) {
    remove();
    throw error;
  }
  const env = { PATH: join(root, "bin"), LAMBDA_DDNS_ROOT: root };
  let uptimeSeconds = 0;
  const pass = (seconds: number): void => {
    uptimeSeconds += seconds;
    writeFileSync(join(root, "proc/uptime"), `${uptimeSeconds.toFixed(2)} 0.00\n`);
  };
  pass(60);
  return {
    notes,
    /** The router's clock moves on: its waits are measured by this file. */
    pass,
    configure: (text: string): void =>
      writeFileSync(join(root, "etc/config/lambda-ddns"), text, { mode: 0o600 }),
    setWan: (wan: Wan): void =>
      writeFileSync(
        join(root, "tmp/ubus/network.interface.dump.json"),
        // Over the loopback device, by which the machine's curl finds the service.
        `${JSON.stringify(dumpOf({ device: "lo", ...wan }), null, "\t")}\n`,
      ),
    /** What netifd does on an event: the hook is sourced by the router's shell. Ends when the run that it started has ended. */
    async fire(event: Event): Promise<void> {
      rmSync(join(root, "var/lock/lambda-ddns.running"), { force: true });
      const hook = join(root, "etc/hotplug.d/iface/95-lambda-ddns");
      const [program = "sh", ...first] = shell;
      const hooked = spawnSync(program, [...first, "-c", '. "$1"', "hotplug-call", hook], {
        env: { ...env, ...event },
        encoding: "utf8",
      });
      if (hooked.status !== 0) throw new Error(`the hook failed: ${hooked.stderr}`);
      await runEnds(root);
    },
    /** `lambda-ddns status`, as a person on the router sees it. */
    status: (): Promise<string> => program(join(root, "usr/bin/lambda-ddns"), ["status"], env),
    remove,
  };
}

export type DemoRouter = ReturnType<typeof makeDemoRouter>;

/** The router's shell, found on `path`; throws where none can do what the hook does: dash closes no descriptor above 9. */
export function shellOf(notes: string[], path = process.env["PATH"]): string[] {
  const busybox = findProgram("busybox", path);
  if (busybox !== null && !prefersItsOwn(busybox)) return [busybox, "ash"];
  const shells = ["bash", "sh"].flatMap((name) => findProgram(name, path) ?? []);
  const shell = shells.find((one) => spawnSync(one, ["-c", "exec 10>&-"]).status === 0);
  if (shell === undefined)
    throw new Error("the demo's router needs a shell: install busybox (Debian: apt-get install busybox)");
  notes.push(`no busybox that runs what is on PATH: ${shell} plays the router's shell`);
  return [shell];
}

function layOut(root: string, shell: readonly string[], qjs: string | null, notes: string[]): void {
  for (const folder of ["bin", "proc", "var/run", "var/lock", "tmp/ubus"])
    mkdirSync(join(root, folder), { recursive: true });
  unpack(root, shell);
  installPrograms(root, qjs, notes);
  startService(root);
}

/** In place of procd, which the init script would ask: a service that is started, and the delay that a run asks for. */
function startService(root: string): void {
  const timer = join(root, "var/run/lambda-ddns/timer");
  mkdirSync(dirname(timer), { mode: 0o700 });
  writeFileSync(timer, "600\n");
  const again = `#!/bin/sh\n[ "$1" != again ] || echo "$2" > '${timer}'\n`;
  writeFileSync(join(root, "etc/init.d/lambda-ddns"), again, { mode: 0o755 });
}

/** The package's files, as opkg would unpack them; scripts start with the router's shell. */
function unpack(root: string, shell: readonly string[]): void {
  for (const { name, mode, bytes } of scriptContent(join(ROOT, "dist/lambda-ddns.js"))) {
    const path = join(root, name);
    if (name.endsWith("/")) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    const text = Buffer.from(bytes).toString("latin1");
    writeFileSync(path, text.replace(/^#!\/bin\/sh$/m, `#!${shell.join(" ")}`), "latin1");
    chmodSync(path, mode);
  }
}

function installPrograms(root: string, qjs: string | null, notes: string[]): void {
  const script = (name: string, command: string): void => {
    const lines = ["#!/bin/sh", `export STAND_IN_ROOT='${root}'`, `exec ${command} "$@"`, ""];
    writeFileSync(join(root, "bin", name), lines.join("\n"), { mode: 0o755 });
  };
  const standIns = join(ROOT, "test/stand-ins/programs");
  script("uci", `'${process.execPath}' '${join(standIns, "uci")}'`);
  for (const name of ["ubus", "ip"]) script(name, `/bin/sh '${join(standIns, name)}'`);
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const wasm = `'${process.execPath}' --import 'file://${tsx}' '${join(ROOT, "test/demo/wasm-qjs.ts")}'`;
  script("qjs", qjs === null ? wasm : `'${qjs}'`);
  for (const name of ["curl", "mkdir", "flock"]) {
    const found = findProgram(name);
    if (found !== null) symlinkSync(found, join(root, "bin", name));
  }
  if (existsSync(join(root, "bin/curl")) && !existsSync(join(root, "bin/flock"))) lendLocks(root, notes);
}

/** Without flock the wrapper would refuse to run: the demo's runs never meet, so it does without the locks. */
function lendLocks(root: string, notes: string[]): void {
  const busybox = findProgram("busybox");
  if (busybox !== null) {
    symlinkSync(busybox, join(root, "bin/flock"));
    return;
  }
  notes.push("no flock on this machine: the program is started without the wrapper and its locks");
  const wrapper = join(root, "usr/bin/lambda-ddns");
  const words = [
    "#!/bin/sh",
    `echo $$ > '${root}/var/lock/lambda-ddns.running'`,
    `exec qjs -m '${root}/usr/lib/lambda-ddns/lambda-ddns.js' "$@"`,
    "",
  ];
  mkdirSync(dirname(wrapper), { recursive: true });
  writeFileSync(wrapper, words.join("\n"), { mode: 0o755 });
}

/** The run is the process that holds the lock and wrote its number there. */
async function runEnds(root: string): Promise<void> {
  const lock = join(root, "var/lock/lambda-ddns.running");
  const end = Date.now() + RUN_LIMIT_SECONDS * 1000;
  while (Date.now() < end) {
    await sleep(20);
    const pid = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (pid > 0 && !isAlive(pid)) return;
  }
  throw new Error(`the hook's run did not begin and end within ${RUN_LIMIT_SECONDS} seconds`);
}

/** A process that has ended may be kept as a zombie (Z) until a slow init takes note of it. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

function program(path: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(path, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (more) => {
    text += more;
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", () => done(text));
  });
}
