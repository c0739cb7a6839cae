// A folder laid out like a router with the package's files in it, and busybox ash to run its scripts.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
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
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { scriptContent } from "../../build/package/content.ts";
import type { Member } from "../../build/package/tar.ts";
import { routerShell } from "../stand-ins/shell.ts";
import { kill, processesOf, until } from "./processes.ts";

const SHELL = routerShell();
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

/** What the package's shell files call besides what stands in for a router's programs. */
const APPLETS = ["mkdir", "mv", "rm", "chmod"];

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

/** Writes archive members below `root`; `#!/bin/sh` becomes busybox ash and rc.common, which a router has there. */
export function unpack(root: string, members: readonly Member[]): void {
  const ash = `#!${SHELL.join(" ")}\n`;
  const rc = `#!${root}/tmp/bin/rc\n`;
  for (const { name, mode, bytes } of members) {
    const path = join(root, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (name.endsWith("/")) continue;
    const text = new TextDecoder("latin1").decode(bytes);
    const routers = text.replace(/^#!\/bin\/sh\n/, ash).replace(/^#!\/bin\/sh \/etc\/rc\.common\n/, rc);
    writeFileSync(path, routers, "latin1");
    chmodSync(path, mode);
  }
}

/**
 * A router; with `installed` (the ordinary case) the package's files are in place with `program` (a path) or what stands
 * in for it, and a service is configured.
 */
export function makeRouter({ installed = true, programs = ["ubus", "qjs"], program = "" } = {}): Router {
  const root = mkdtempSync(join(tmpdir(), "lambda-ddns-router-"));
  for (const folder of ["etc/config", "tmp/stand-ins", "tmp/ubus", "tmp/bin", "var/run", "var/lock"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(join(HERE, "router"), root, { recursive: true });
  for (const name of ["ubus", "uci", "logger"]) link(root, join(HERE, "../stand-ins/programs", name), name);
  for (const name of programs) link(root, join(HERE, "programs", name), name);
  // Busybox's own words, where they differ from this machine's.
  for (const name of APPLETS) symlinkSync(findProgram("busybox") ?? "busybox", join(root, "tmp/bin", name));
  const router = handle(root);
  if (installed) {
    unpack(root, scriptContent(program || standInBundle(root)));
    router.write("etc/config/lambda-ddns", CONFIG);
  }
  router.write("tmp/ubus/network.interface.dump.json", dump());
  router.write("tmp/world", "0\n");
  router.write("proc/uptime", "5000.00 9000.00\n");
  return router;
}

/** Puts a program on the router's PATH under `name`: run where it stands, since it finds its neighbours by its own path. */
export function link(root: string, program: string, name: string): void {
  const first = readFileSync(program, "utf8").split("\n", 1)[0];
  const shell = first === "#!/bin/sh" ? `${SHELL.join(" ")} ` : "";
  writeFileSync(join(root, "tmp/bin", name), `#!${SHELL.join(" ")}\nexec ${shell}${program} "$@"\n`, {
    mode: 0o755,
  });
}

/** wan and wan6 on eth1, lan on br-lan, as ubus prints it. */
function dump(): string {
  const one = (name: string, device: string) => ({ interface: name, up: true, l3_device: device });
  const wan = { ...one("wan", "eth1"), "ipv4-address": [{ address: "176.32.100.36", mask: 24 }] };
  const all = [one("lan", "br-lan"), one("loopback", "lo"), wan, one("wan6", "eth1")];
  return `${JSON.stringify({ interface: all }, null, "\t")}\n`;
}

type Files = Pick<Router, "path" | "read" | "write" | "has" | "lines" | "runs">;
type Scripts = Pick<Router, "run" | "start">;

function files(root: string): Files {
  const path = (relative: string): string => join(root, relative);
  const read = (relative: string): string => readFileSync(path(relative), "utf8");
  const has = (relative: string): boolean => existsSync(path(relative));
  const lines = (relative: string): string[] => (has(relative) ? read(relative).trimEnd().split("\n") : []);
  const write = (relative: string, text: string): void => {
    mkdirSync(dirname(path(relative)), { recursive: true });
    writeFileSync(path(relative), text);
  };
  const runs = (): { words: string; open: string[] }[] =>
    lines("tmp/runs").map((line) => {
      const [words = "", open = ""] = line.split(";");
      return { words, open: open.split(" ").filter((one) => one !== "") };
    });
  return { path, read, has, lines, write, runs };
}

function scripts(root: string): Scripts {
  const [program, ...first] = SHELL;
  const environment = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: [join(root, "tmp/bin"), dirname(process.execPath), "/usr/sbin:/usr/bin:/sbin:/bin"].join(":"),
    LAMBDA_DDNS_ROOT: root,
    STAND_IN_ROOT: root,
    ROUTER_SHELL: join(root, "tmp/bin/sh"),
    ...more,
  });
  // The interpreter of init scripts, whose own first line names a path that this machine lacks.
  const rc = `#!${SHELL.join(" ")}\nexec ${SHELL.join(" ")} ${root}/etc/rc.common "$@"\n`;
  writeFileSync(join(root, "tmp/bin/rc"), rc, { mode: 0o755 });
  writeFileSync(join(root, "tmp/bin/sh"), `#!${SHELL.join(" ")}\nexec ${SHELL.join(" ")} "$@"\n`, {
    mode: 0o755,
  });
  return {
    run(words, more) {
      const began = performance.now();
      const env = environment(more);
      const ran = spawnSync(program, [...first, ...words], { env, encoding: "utf8", timeout: 20_000 });
      const { status, stdout, stderr } = ran;
      return { code: status, stdout, stderr, milliseconds: performance.now() - began };
    },
    start: (words, more) => spawn(program, [...first, ...words], { env: environment(more), stdio: "ignore" }),
  };
}

function handle(root: string): Router {
  const own = files(root);
  const { run, start } = scripts(root);
  const processes = (): number[] => processesOf(root);
  return {
    root,
    ...own,
    run,
    start,
    processes,
    init: (...words) => run([own.path("etc/rc.common"), own.path("etc/init.d/lambda-ddns"), ...words]),
    hotplug: (kind, event) => run([own.path("sbin/hotplug-call"), kind], event),
    async idle() {
      // A process shows no environment for a moment while it becomes another program: seen once is not enough.
      let quiet = 0;
      await until(() => {
        quiet = processes().length === 0 ? quiet + 1 : 0;
        return quiet === 3;
      });
    },
    async remove() {
      await until(() => {
        for (const pid of processes()) kill(pid);
        return processes().length === 0;
      });
      rmSync(root, { recursive: true, force: true });
    },
  };
}
