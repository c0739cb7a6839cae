// A router's root for the measured client: configuration, addresses and trust; uci and ubus are played by `cat`, the cheapest program there is.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
/** The address of the WAN that is played. */
export const WAN_ADDRESS = "176.32.100.36";

export interface BenchRouter {
  env: NodeJS.ProcessEnv;
  /** Lets another address have been published some time ago, so that the next look finds a change. */
  outdate(): void;
}

/** What a router is asked to measure. */
export interface RouterOptions {
  root: string;
  port: number;
  cacert: string;
  httpClient: "curl" | "uclient-fetch";
  /** Folders before PATH, where `qjs` is found. */
  path: readonly string[];
}

export function benchRouter({ root, port, cacert, httpClient, path }: RouterOptions): BenchRouter {
  const programs = join(root, "programs");
  const state = join(root, "var/run/lambda-ddns");
  for (const folder of ["programs", "etc/config", "etc/init.d", "var/run", "var/lock"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  symlinkSync("/proc", join(root, "proc"));
  const uci = uciExport(port, cacert, httpClient);
  writeFileSync(join(root, "etc/config/lambda-ddns"), uci, { mode: 0o600 });
  writeFileSync(join(root, "ubus.json"), JSON.stringify({ interface: INTERFACES }));
  writeFileSync(join(root, "uci.txt"), uci);
  program(join(programs, "uci"), `exec cat '${root}/uci.txt'`);
  program(join(programs, "ubus"), `exec cat '${root}/ubus.json'`);
  for (const silent of [join(programs, "logger"), join(root, "etc/init.d/lambda-ddns")]) program(silent, ":");
  return {
    env: {
      ...process.env,
      LAMBDA_DDNS_ROOT: root,
      PATH: [programs, ...path, process.env["PATH"]].join(delimiter),
    },
    outdate: () => outdate(state),
  };
}

/** Rewrites the states in `folder`; before the first run there are none, and the first update is measured as such. */
function outdate(folder: string): void {
  rmSync(join(folder, "memo"), { force: true });
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const state = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const ago = Math.max(0, state.sentAt - 100);
    const other = { published: OTHER_ADDRESS, sighted: OTHER_ADDRESS, sentAt: ago, publishedAt: ago };
    writeFileSync(join(folder, name), JSON.stringify({ ...state, ...other }), { mode: 0o600 });
  }
}

const OTHER_ADDRESS = "176.32.100.250";

function program(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

function uciExport(port: number, cacert: string, httpClient: string): string {
  return `package lambda-ddns

config lambda-ddns 'global'
	option enabled '1'

config service 'home'
	option enabled '1'
	option url 'https://localhost:${port}/'
	list hostname 'host1.dyn.example.com'
	option secret 'shared_secret_1'
	option interface 'wan'
	option cacert '${cacert}'
	option http_client '${httpClient}'

`;
}

const QUIET = {
  pending: false,
  available: true,
  autostart: true,
  dynamic: false,
  "ipv6-address": [],
  "ipv6-prefix": [],
  "ipv6-prefix-assignment": [],
  "dns-server": [],
  "dns-search": [],
  data: {},
};
const route = { target: "0.0.0.0", mask: 0, nexthop: "176.32.100.1", source: "0.0.0.0/0" };

/** The three interfaces of a usual router, as `ubus call network.interface dump` shows them. */
const INTERFACES = [
  face("lan", "br-lan", "static", { address: "192.168.1.1", mask: 24 }, []),
  face("loopback", "lo", "static", { address: "127.0.0.1", mask: 8 }, []),
  face("wan", "eth1", "dhcp", { address: WAN_ADDRESS, mask: 24 }, [route]),
];

function face(name: string, device: string, proto: string, address: object, routes: object[]) {
  return {
    interface: name,
    up: true,
    uptime: 1000,
    l3_device: device,
    device,
    proto,
    ...QUIET,
    "ipv4-address": [address],
    route: routes,
  };
}
