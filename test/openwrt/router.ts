// A folder laid out like a router with the package's files in it, and busybox ash to run its scripts; refuses nothing
// that a router would not.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { scriptContent } from "../../build/package/content.ts";
import type { Member } from "../../build/package/tar.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** A section that is complete; tests change it by one line each. */
export const CONFIG = `config lambda-ddns 'global'
	option enabled '1'

config service 'home'
	option enabled '1'
	option url 'https://example.lambda-url.eu-west-1.on.aws/'
	list hostname 'home.dyn.example.com'
	option secret 'a secret'
	option interface 'wan'
`;

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  milliseconds: number;
}

export interface Router {
  root: string;
  path(relative: string): string;
  read(relative: string): string;
  write(relative: string, text: string): void;
  has(relative: string): boolean;
  /** Lines of a file below tmp, none where there is no such file. */
  lines(relative: string): string[];
  /** Words and descriptors (number=what) of each run of the stand-in program, in order. */
  runs(): { words: string; open: string[] }[];
  /** Runs `words` by busybox ash with the router's environment and `more`. */
  run(words: readonly string[], more?: Record<string, string>): Ran;
  start(words: readonly string[], more?: Record<string, string>): ChildProcess;
  init(...words: string[]): Ran;
  hotplug(kind: "iface" | "ntp", event: Record<string, string>): Ran;
  /** Processes whose environment names this router. */
  processes(): number[];
  /** Waits until everything that was started has ended. */
  idle(): Promise<void>;
  remove(): Promise<void>;
}

/** A program file as tests install it in place of the bundle. */
export function standInBundle(folder: string): string {
  const path = join(folder, "stand-in.js");
  writeFileSync(path, "// in place of the program\n");
  return path;
}

/** Writes archive members below `root`; `#!/bin/sh` becomes busybox ash, which is what a router has there. */
export function unpack(root: string, members: readonly Member[]): void {
  const ash = `#!${findProgram("busybox")} ash\n`;
  for (const { name, mode, bytes } of members) {
    const path = join(root, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (name.endsWith("/")) continue;
    const text = new TextDecoder("latin1").decode(bytes);
    writeFileSync(path, text.startsWith("#!/bin/sh\n") ? text.replace("#!/bin/sh\n", ash) : text, "latin1");
    chmodSync(path, mode);
  }
}

/** A router; with `installed` (the ordinary case) the package's files are in place, its services configured. */
export function makeRouter({ installed = true, programs = ["ubus", "qjs"] } = {}): Router {
  const root = mkdtempSync(join(tmpdir(), "lambda-ddns-router-"));
  for (const folder of ["etc/config", "tmp/stand-ins", "tmp/ubus", "tmp/bin", "var/run", "var/lock"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(join(HERE, "router"), root, { recursive: true });
  for (const name of ["ubus", "uci", "logger"]) link(root, join(HERE, "../stand-ins/programs", name), name);
  for (const name of programs) link(root, join(HERE, "programs", name), name);
  const router = handle(root);
  if (installed) {
    unpack(root, scriptContent(standInBundle(root)));
    router.write("etc/config/lambda-ddns", CONFIG);
  }
  router.write("tmp/ubus/network.interface.dump.json", dump());
  router.write("tmp/world", "0\n");
  return router;
}

/** Puts a program on the router's PATH: run where it stands, since it finds its neighbours by its own path. */
function link(root: string, program: string, name: string): void {
  const first = readFileSync(program, "utf8").split("\n", 1)[0];
  const shell = first === "#!/bin/sh" ? `${findProgram("busybox")} ash ` : "";
  writeFileSync(
    join(root, "tmp/bin", name),
    `#!${findProgram("busybox")} ash\nexec ${shell}${program} "$@"\n`,
    {
      mode: 0o755,
    },
  );
}

/** wan and wan6 on eth1, lan on br-lan, as ubus prints it. */
function dump(): string {
  const one = (name: string, device: string) => ({ interface: name, up: true, l3_device: device });
  const all = [one("lan", "br-lan"), one("loopback", "lo"), one("wan", "eth1"), one("wan6", "eth1")];
  return `${JSON.stringify({ interface: all }, null, "\t")}\n`;
}

function handle(root: string): Router {
  const path = (relative: string): string => join(root, relative);
  const busybox = findProgram("busybox") ?? "busybox";
  const environment = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: [path("tmp/bin"), dirname(process.execPath), "/usr/sbin:/usr/bin:/sbin:/bin"].join(":"),
    LAMBDA_DDNS_ROOT: root,
    STAND_IN_ROOT: root,
    ROUTER_SHELL: path("tmp/bin/sh"),
    ...more,
  });
  writeFileSync(path("tmp/bin/sh"), `#!${busybox} ash\nexec ${busybox} ash "$@"\n`, { mode: 0o755 });
  const router: Router = {
    root,
    path,
    read: (relative) => readFileSync(path(relative), "utf8"),
    write: (relative, text) => {
      mkdirSync(dirname(path(relative)), { recursive: true });
      writeFileSync(path(relative), text);
    },
    has: (relative) => existsSync(path(relative)),
    lines: (relative) => (existsSync(path(relative)) ? router.read(relative).trimEnd().split("\n") : []),
    runs: () =>
      router.lines("tmp/runs").map((line) => {
        const [words = "", open = ""] = line.split(";");
        return { words, open: open.split(" ").filter((one) => one !== "") };
      }),
    run(words, more) {
      const began = performance.now();
      const ran = spawnSync(busybox, ["ash", ...words], {
        env: environment(more),
        encoding: "utf8",
        timeout: 20_000,
      });
      const { status, stdout, stderr } = ran;
      return { code: status, stdout, stderr, milliseconds: performance.now() - began };
    },
    start: (words, more) => spawn(busybox, ["ash", ...words], { env: environment(more), stdio: "ignore" }),
    init: (...words) => router.run([path("etc/rc.common"), path("etc/init.d/lambda-ddns"), ...words]),
    hotplug: (kind, event) => router.run([path("sbin/hotplug-call"), kind], event),
    processes: () => processesOf(root),
    async idle() {
      // A process shows no environment for a moment while it becomes another program: seen once is not enough.
      let quiet = 0;
      await until(() => {
        quiet = router.processes().length === 0 ? quiet + 1 : 0;
        return quiet === 3;
      });
    },
    async remove() {
      await until(() => {
        for (const pid of router.processes()) kill(pid);
        return router.processes().length === 0;
      });
      rmSync(root, { recursive: true, force: true });
    },
  };
  return router;
}

function processesOf(root: string): number[] {
  const mine = `STAND_IN_ROOT=${root}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").split("\u0000").includes(mine);
      } catch {
        return false; // It ended meanwhile.
      }
    })
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** Waits until `condition` holds; fails after `seconds`. */
export async function until(condition: () => boolean, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${condition}`);
    await sleep(20);
  }
}
