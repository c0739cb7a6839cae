// A router laid out in a temporary folder for real processes: configuration, clock, WAN, programs on a PATH of its own; refuses to share anything with the machine's PATH.
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { requireQjs } from "../engine/native.ts";
import { dumpOf, type Wan } from "./netifd-dump.ts";

export type { Wan } from "./netifd-dump.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STAND_INS = join(ROOT, "test/stand-ins/programs");
const DEFAULT_PROGRAMS = ["uci", "ubus", "ip", "logger", "flock", "uclient-fetch", "curl"] as const;

export interface RouterOptions {
  /** The text of /etc/config/lambda-ddns. */
  config?: string;
  wan?: Wan;
  uptimeSeconds?: number;
  /** PEM; written to `caPath`, for `option cacert`. */
  ca?: string;
  /** Names on PATH: stand-ins where there is one, else the machine's own program. */
  programs?: readonly string[];
  /** See `setHosts`. */
  hosts?: Readonly<Record<string, number>>;
}

export interface ClientRun {
  /** "qjs" (unless stated, here or in LAMBDA_DDNS_ENGINE): the bundle in native qjs; else the path of a standalone executable. */
  engine?: string;
  env?: Readonly<Record<string, string>>;
  /** Kills the client after that; 30 unless stated. */
  timeoutSeconds?: number;
}

export interface ClientResult {
  /** −1 when it was killed. */
  code: number;
  stdout: string;
  stderr: string;
}

/** One start of a program on the router's PATH, recorded while `record()` is on. */
export interface Call {
  argv: string[];
  env: string[];
  /** The command line of the process that started it. */
  parent: string[];
}

/** Lays out a new router; call `remove` in the test's teardown. */
export function makeRouter(options: RouterOptions = {}) {
  const root = mkdtempSync(join(tmpdir(), "router-"));
  const router = { ...filesOf(root), ...processesOf(root) };
  for (const folder of ["var/run", "var/lock", "tmp/stand-ins", "bin", "etc/init.d"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  const shipped = join(ROOT, "openwrt/lambda-ddns/files/usr/share/lambda-ddns/amazon-roots.pem");
  if (existsSync(shipped))
    router.put("usr/share/lambda-ddns/amazon-roots.pem", readFileSync(shipped, "utf8"));
  router.setConfig(options.config ?? "");
  router.put("etc/ca.pem", options.ca ?? "");
  router.setUptime(options.uptimeSeconds ?? 1000);
  router.setWan(options.wan ?? { ipv4: "176.32.100.36" });
  router.setHosts(options.hosts ?? {});
  for (const program of options.programs ?? DEFAULT_PROGRAMS) router.install(program);
  return router;
}

/** What is written to the router and read from it. */
function filesOf(root: string) {
  const at = (path: string): string => join(root, path);
  const put = (path: string, text: string, mode = 0o644): void => putFile(at(path), text, mode);
  const read = (path: string): string | null =>
    existsSync(at(path)) ? readFileSync(at(path), "utf8") : null;
  return {
    /** The folder for LAMBDA_DDNS_ROOT. */
    root,
    caPath: at("etc/ca.pem"),
    path: at,
    put,
    /** A file's text, null where there is none. */
    read,
    setConfig: (text: string): void => put("etc/config/lambda-ddns", text, 0o600),
    /** Over the loopback device unless stated, since that is where the machine's curl finds the service. */
    setWan: (wan: Wan): void =>
      put(
        "tmp/ubus/network.interface.dump.json",
        `${JSON.stringify(dumpOf({ device: "lo", ...wan }), null, "\t")}\n`,
      ),
    setUptime: (seconds: number): void => put("proc/uptime", `${seconds.toFixed(2)} 0.00\n`),
    /** Where curl and uclient-fetch find names that do not resolve: HTTPS to `name` goes to that port of localhost. */
    setHosts: (hosts: Readonly<Record<string, number>>): void => setHosts(at("tmp/stand-ins"), hosts),
    /** The state files by name. */
    state: (): Record<string, string> => readFolder(at("var/run/lambda-ddns")),
    /** The lines of syslog, `daemon.info lambda-ddns: …`. */
    syslog: (): string[] => (read("tmp/syslog") ?? "").split("\n").filter((line) => line !== ""),
    remove: (): void => rmSync(root, { recursive: true, force: true }),
  };
}

/** The programs on the router's PATH, and the client itself. */
function processesOf(root: string) {
  const order = (program: string): string => join(root, "tmp/stand-ins", program);
  return {
    /** Orders a stand-in: `control("ubus", "fail")`; null takes the order back. */
    control: (program: string, text: string | null): void =>
      text === null ? rmSync(order(program), { force: true }) : putFile(order(program), `${text}\n`, 0o644),
    install: (program: string): void => install(root, program),
    uninstall: (program: string): void => rmSync(join(root, "bin", program), { force: true }),
    run: (args: readonly string[], run: ClientRun = {}) => runClient(root, args, run),
    /** From now on every start of a program on PATH is kept for `calls`. */
    record: (): void => putFile(order("record"), "", 0o644),
    calls: (): Call[] => readCalls(order("calls")),
  };
}

export type Router = ReturnType<typeof makeRouter>;

function putFile(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes bin/PROGRAM: it records its start where that is wanted, then becomes the stand-in or the machine's program. */
function install(root: string, program: string): void {
  const standIn = join(STAND_INS, program);
  const real = existsSync(standIn) ? standIn : findProgram(program);
  if (real === null) throw new Error(`${program} is neither a stand-in nor on this machine's PATH`);
  const node = readFileSync(real).subarray(0, 30).includes("env node") ? `${quote(process.execPath)} ` : "";
  const text = `#!/bin/sh
export STAND_IN_ROOT=${quote(root)}
calls=$STAND_IN_ROOT/tmp/stand-ins/calls
if [ -e "$STAND_IN_ROOT/tmp/stand-ins/record" ]; then
	/bin/mkdir -p "$calls/$$"
	/bin/cat /proc/$$/cmdline > "$calls/$$/argv"
	/bin/cat /proc/$$/environ > "$calls/$$/env"
	/bin/cat "/proc/$PPID/cmdline" > "$calls/$$/parent"
fi
exec ${node}${quote(real)} "$@"${program === "curl" ? connectTo(root) : ""}
`;
  putFile(join(root, "bin", program), text, 0o755);
}

/** The machine's curl finds the test's hosts by options that follow the client's own. */
function connectTo(root: string): string {
  return ` $(/bin/cat ${quote(join(root, "tmp/stand-ins/curl-args"))} 2> /dev/null)`;
}

function setHosts(folder: string, hosts: Readonly<Record<string, number>>): void {
  const lines = Object.entries(hosts).map(([name, port]) => `--connect-to ${name}:443:localhost:${port}`);
  putFile(join(folder, "curl-args"), lines.join(" "), 0o644);
  putFile(join(folder, "hosts"), JSON.stringify(hosts), 0o644);
}

function readFolder(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

function readCalls(folder: string): Call[] {
  if (!existsSync(folder)) return [];
  const words = (path: string): string[] => readFileSync(path, "utf8").split("\0").slice(0, -1);
  // By the time of the start: process numbers begin anew once the machine has given out the last.
  const started = (pid: string): bigint => statSync(join(folder, pid, "argv"), { bigint: true }).mtimeNs;
  const pids = readdirSync(folder).sort((a, b) => Number(started(a) - started(b)));
  return pids.map((pid) => ({
    // The first word is the shell that bin/PROGRAM starts with.
    argv: words(join(folder, pid, "argv")).slice(1),
    env: words(join(folder, pid, "env")),
    parent: words(join(folder, pid, "parent")),
  }));
}

/** Runs the shipped bundle or a standalone executable as the wrapper on a router would. */
function runClient(root: string, args: readonly string[], run: ClientRun): Promise<ClientResult> {
  const bundle = join(ROOT, "dist/lambda-ddns.js");
  const engine = run.engine ?? process.env["LAMBDA_DDNS_ENGINE"] ?? "qjs";
  if (engine === "qjs" && !existsSync(bundle))
    throw new Error("dist/lambda-ddns.js is not built: run make bundle");
  const [program, ...first] = engine === "qjs" ? [requireQjs(), "-m", bundle] : [engine];
  const env = { PATH: join(root, "bin"), HOME: root, LAMBDA_DDNS_ROOT: root, ...run.env };
  const child = spawn(program ?? "", [...first, ...args], {
    env,
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const result: ClientResult = { code: -1, stdout: "", stderr: "" };
  child.stdout.on("data", (more) => {
    result.stdout += more;
  });
  child.stderr.on("data", (more) => {
    result.stderr += more;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), (run.timeoutSeconds ?? 30) * 1000);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ ...result, code: code ?? -1 });
    });
  });
}
