// Who is measured: ours, the bare request that no client can undercut, and the peers; what is not installed is named, never left out in silence.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchRouter } from "../../build/budgets/router.ts";
import { findProgram } from "../../build/needs.ts";
import type { Command } from "./measure.ts";
import type { BenchService } from "./service.ts";

export interface Subject {
  name: string;
  /** One update sent: the address is another one than was published. */
  update: Command;
  /** The same again: null for what knows no "unchanged". */
  unchanged: Command | null;
  /** The name of the bare request by the same program and the same CA file. */
  bare: string;
  /** What stays in memory between two runs, as a command to start; null: nothing. */
  resident: readonly [string, ...string[]] | null;
}

/** The world that subjects are made for. */
export interface Bench {
  service: BenchService;
  /** A folder of ours. */
  work: string;
  /** Native qjs; null where there is none. */
  qjs: string | null;
  /** The standalone executable; null where there is none. */
  standalone: string | null;
}

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));
const SAMPLE = fileURLToPath(new URL("sample-client.sh", import.meta.url));
const ROOTS = fileURLToPath(
  new URL("../../openwrt/lambda-ddns/files/usr/share/lambda-ddns/amazon-roots.pem", import.meta.url),
);
export const SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const HOSTNAME = "host1.dyn.example.com";
const SET = `{"execution_mode":"set","ddns_hostname":"${HOSTNAME}","validation_hash":"${"0".repeat(64)}"}`;
const FETCHERS = ["curl", "uclient-fetch"] as const;
type Fetcher = (typeof FETCHERS)[number];

/** CA files that the service's certificate verifies with: alone, in a file like the shipped one, and among the system's. */
function trust({ service, work }: Bench) {
  const own = readFileSync(service.caPath, "utf8");
  const file = (name: string, other: string) => {
    const path = join(work, name);
    writeFileSync(path, `${own}${readFileSync(other, "utf8")}`);
    return path;
  };
  return {
    one: service.caPath,
    few: file("few.pem", ROOTS),
    all: file("all.pem", SYSTEM_BUNDLE),
  };
}

const nothing = (): void => {};

/** Everything that can be measured here, and a sentence for each that cannot. */
export function subjects(bench: Bench): { found: Subject[]; missing: string[] } {
  const found: Subject[] = [];
  const missing: string[] = [];
  const need = (program: string, debian: string, make: () => Subject[]) => {
    if (findProgram(program) !== null) found.push(...make());
    else missing.push(`${program} is not installed (${debian})`);
  };
  const cas = trust(bench);
  for (const fetcher of FETCHERS) {
    need(fetcher, fetcher === "curl" ? "apt-get install curl" : "it comes with OpenWrt", () => [
      bare(bench, fetcher, "1 CA", cas.one),
      bare(bench, fetcher, "6 CAs", cas.few),
      bare(bench, fetcher, "system's CAs", cas.all),
    ]);
  }
  for (const fetcher of FETCHERS.filter((name) => findProgram(name) !== null)) {
    found.push(...ours(bench, fetcher, cas.few));
  }
  need("curl", "apt-get install curl", () => [sample(bench, cas.all)]);
  need("inadyn", "apt-get install inadyn", () => [inadyn(bench, cas.all)]);
  need("ddclient", "apt-get install ddclient", () => [ddclient(bench, cas.all)]);
  return { found, missing };
}

function bare({ service }: Bench, fetcher: Fetcher, cas: string, cacert: string): Subject {
  const url = `https://localhost:${service.port}/`;
  const curl = ["curl", "-q", "-sS", "-4", "--cacert", cacert, "--json", SET, url] as const;
  // It calls a 201 an error, so the answer to a get stands in; that is as long.
  const post = `--post-data=${SET.replace('"set"', '"get"')}`;
  const uclient = ["uclient-fetch", "-4", "-O", "-", `--ca-certificate=${cacert}`, post, url] as const;
  const name = `bare ${fetcher}, ${cas}`;
  const update: Command = {
    argv: fetcher === "curl" ? curl : uclient,
    env: process.env,
    reset: nothing,
    own: /./,
  };
  return { name, update, unchanged: null, bare: name, resident: null };
}

function ours(bench: Bench, fetcher: Fetcher, cacert: string): Subject[] {
  const { service, work, qjs, standalone } = bench;
  const path = qjs === null ? [] : [dirname(qjs)];
  const root = join(work, fetcher);
  const router = benchRouter({ root, port: service.port, cacert, httpClient: fetcher, path });
  const subject = (name: string, program: readonly [string, ...string[]], own: RegExp): Subject => {
    const argv = [...program, "update", "--trigger", "timer"] as const;
    return {
      name: `${name}, ${fetcher}`,
      update: { argv, env: router.env, reset: router.outdate, own },
      unchanged: { argv, env: router.env, reset: nothing, own },
      bare: `bare ${fetcher}, 6 CAs`,
      resident: null,
    };
  };
  return [
    ...(qjs === null ? [] : [subject("lambda-ddns script", [qjs, "-m", BUNDLE], /lambda-ddns\.js/)]),
    ...(standalone === null ? [] : [subject("lambda-ddns standalone", [standalone], /standalone/)]),
  ];
}

function sample({ service }: Bench, cacert: string): Subject {
  const url = `https://localhost:${service.port}/`;
  const update: Command = {
    argv: [SAMPLE, url, HOSTNAME, "shared_secret_1", cacert],
    env: process.env,
    reset: nothing,
    own: /sample-client/,
  };
  // It remembers nothing: every run is an update.
  return {
    name: "shell script (curl, sha256sum, sed)",
    update,
    unchanged: update,
    bare: "bare curl, system's CAs",
    resident: null,
  };
}

function inadyn({ service, work }: Bench, cacert: string): Subject {
  const config = join(work, "inadyn.conf");
  const cache = join(work, `${HOSTNAME}.cache`);
  const text = `period = 300
ca-trust-file = "${cacert}"
custom lambda {
  ssl = true
  ddns-server = "localhost:${service.port}"
  ddns-path = "/update?hostname=%h&myip=%i"
  username = user
  password = password
  hostname = ${HOSTNAME}
  checkip-command = "${addressScript(work)}"
}
`;
  writeFileSync(config, text, { mode: 0o600 });
  const daemon = ["inadyn", "-n", "-f", config, "--cache-dir", work, "--no-pidfile", "-l", "err"] as const;
  const run = { argv: [...daemon, "-1"] as const, env: process.env, own: /inadyn/ };
  return {
    name: "inadyn",
    update: { ...run, reset: () => rmSync(cache, { force: true }) },
    unchanged: { ...run, reset: nothing },
    bare: "bare curl, system's CAs",
    resident: daemon,
  };
}

function ddclient({ service, work }: Bench, cacert: string): Subject {
  const config = join(work, "ddclient.conf");
  const cache = join(work, "ddclient.cache");
  const text = `ssl=yes
ssl_ca_file=${cacert}
use=cmd, cmd=${addressScript(work)}
protocol=dyndns2
server=127.0.0.1:${service.port}
login=user
password=password
${HOSTNAME}
`;
  writeFileSync(config, text, { mode: 0o600 });
  const files = ["-file", config, "-cache", cache] as const;
  const run = { argv: ["ddclient", "-daemon=0", ...files] as const, env: process.env, own: /ddclient/ };
  return {
    name: "ddclient",
    update: { ...run, reset: () => rmSync(cache, { force: true }) },
    unchanged: { ...run, reset: nothing },
    bare: "bare curl, system's CAs",
    resident: ["ddclient", "-daemon=300", "-foreground", ...files],
  };
}

/** How the peers learn the address: from a command, as ours asks ubus. */
function addressScript(work: string): string {
  const path = join(work, "address");
  writeFileSync(path, "#!/bin/sh\necho 176.32.100.36\n", { mode: 0o755 });
  return path;
}
