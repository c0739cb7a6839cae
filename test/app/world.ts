// A router in memory for whole runs of the shipped bundle in QuickJS WASM: its programs, its service, and what each run did in words.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { calmly, service, word } from "../e2e/world.ts";
import { runBundleInWasm } from "../engine/wasm.ts";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import type { ProgramResult, Run } from "../stand-ins/fake-processes.ts";
import { dumpOf, type Wan } from "../stand-ins/netifd-dump.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));
export const CONFIG = "/etc/config/lambda-ddns";
export const FOLDER = "/var/run/lambda-ddns";
/** What is said where there is no service to look after. */
export const NONE = "no service in /etc/config/lambda-ddns is enabled and configured as it should be";
export const URL_ = "https://abc.lambda-url.eu-west-1.on.aws/";

/** What the service answers to a request in words: a status (2xx is success) and the message. */
export type Service = (word: string, url: string) => readonly [status: number, message?: string];

export interface HomeOptions {
  /** As uci prints it. */
  config?: string;
  wan?: Wan;
  /** The device by which a request leaves that is bound to nothing. */
  route?: string;
  service?: Service;
  wallClockSeconds?: number;
  programs?: Readonly<Record<string, (run: Run) => ProgramResult>>;
  files?: Readonly<Record<string, string>>;
  /** Width of the terminal; without it there is none. */
  columns?: number;
  /** Who runs the program; root unless said. */
  uid?: number;
}

/** What one run did. */
export interface Did {
  code: number;
  stdout: string;
  /** The lines on stderr, with the waits as T. */
  said: string[];
  /** Requests in words, with the URL where it is not the first one. */
  asked: string[];
  /** Names of the programs that were started, in order. */
  ran: string[];
  /** Lines of syslog as `PRIORITY LINE`. */
  syslog: string[];
  /** Paths that were written, made, renamed or removed. */
  touched: string[];
}

/** Everything succeeds, and the service sees the address that public routers have. */
export const agreeable: Service = (request) => (request === "get" ? [200, "176.32.100.36"] : [201, "done"]);

/** uclient-fetch as it answers a status. */
function fetched(status: number, body: string): ProgramResult {
  const head = "Downloading 'x'\nConnecting to 127.0.0.1:443\n";
  return status === 200
    ? { stdout: body, stderr: `${head}Writing to stdout\n\nDownload completed (${body.length} bytes)\n` }
    : { code: 8, stderr: `${head}HTTP error ${status}\n` };
}

/** Plays uclient-fetch for the service in `held`, and notes what was asked. */
function fetcher(held: { service: Service }, asked: string[]) {
  return ({ argv, stdin }: Run): ProgramResult => {
    const url = argv.at(-1) ?? "";
    const request = word(stdin);
    asked.push(url === URL_ ? request : `${request} at ${url}`);
    const [status, message = ""] = held.service(request, url);
    const said = { return_status: status < 300 ? "success" : "fail", return_message: message };
    return fetched(status, JSON.stringify(said));
  };
}

/** A router with one service, unless `config` says otherwise; `run` plays one run of the bundle. */
export function makeHome(options: HomeOptions = {}) {
  const { wallClockSeconds = 1_795_000_000, service: serves = agreeable } = options;
  const world = { config: options.config ?? service(URL_), wan: options.wan ?? { ipv4: "176.32.100.36" } };
  const held = { service: serves, route: options.route ?? "eth1" };
  const asked: string[] = [];
  const programs = {
    uci: () => ({ stdout: `package lambda-ddns\n\n${world.config}` }),
    ubus: () => ({ stdout: `${JSON.stringify(dumpOf(world.wan), null, "\t")}\n` }),
    ip: ({ argv }: Run) => ({
      stdout: `${argv[4]} via 5.6.7.8 dev ${held.route} src 5.6.7.9 uid 0\n    cache\n`,
    }),
    logger: () => ({}),
    flock: () => ({}),
    "uclient-fetch": fetcher(held, asked),
    ...options.programs,
  };
  const { columns = null, uid = 0 } = options;
  const os = makeFakeOs({ files: { ...options.files }, programs, wallClockSeconds, columns, uid });
  os.writeFile(CONFIG, world.config, 0o600);
  return {
    os,
    setWan: (wan: Wan): void => {
      world.wan = wan;
    },
    /** Another text, and so another stamp of the file. */
    setConfig: (config: string): void => {
      world.config = config;
      os.advance(1);
      os.writeFile(CONFIG, config, 0o600);
    },
    setRoute: (device: string): void => {
      held.route = device;
    },
    setService: (next: Service): void => {
      held.service = next;
    },
    run: (...args: string[]): Promise<Did> => play(os, asked, args),
    state: () => stateFiles(os),
  };
}

/** The state files by name. */
function stateFiles(os: ReturnType<typeof makeFakeOs>): Record<string, string> {
  const paths = os.list().filter((path) => path.startsWith(`${FOLDER}/`));
  return Object.fromEntries(paths.map((path) => [path.slice(FOLDER.length + 1), os.readFile(path) ?? ""]));
}

export type Home = ReturnType<typeof makeHome>;

async function play(os: ReturnType<typeof makeFakeOs>, asked: string[], args: string[]): Promise<Did> {
  const first = os.runs.length;
  asked.length = 0;
  const before = snapshot(os);
  const result = await runBundleInWasm({ source: readFileSync(BUNDLE, "utf8"), host: os, args });
  const runs = os.runs.slice(first);
  const loggers = runs.filter(({ argv }) => argv[0] === "logger");
  return {
    code: result.code,
    stdout: result.stdout,
    said: lines(result.stderr),
    asked: [...asked],
    ran: runs.map(({ argv }) => argv[0]?.split("/").at(-1) ?? ""),
    syslog: loggers.flatMap(({ argv, stdin }) =>
      lines(stdin).map((line) => `${argv.slice(1).join(" ")} ${line}`),
    ),
    touched: changes(before, snapshot(os)),
  };
}

const lines = (text: string): string[] => calmly(text).split("\n").slice(0, -1);

type Snapshot = Map<string, string | null>;

function snapshot(os: ReturnType<typeof makeFakeOs>): Snapshot {
  return new Map(
    os
      .list()
      .filter((path) => path !== "/proc/uptime")
      .map((path) => [path, os.readFile(path)]),
  );
}

function changes(before: Snapshot, after: Snapshot): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all]
    .filter((path) => before.get(path) !== after.get(path) || before.has(path) !== after.has(path))
    .sort();
}
