// A router and the internet in two namespaces: the installed package with its hook on one side, the service and its DNS on
// the other. Refuses to leave anything behind: `end` closes, ends and removes all of it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../build/needs.ts";
import { expectSound, makePackagedRouter, quiet } from "../faults/packaged.ts";
import { issue, makeAuthority } from "../stand-ins/certificates.ts";
import { routerShell } from "../stand-ins/shell.ts";
import type { Orders } from "./internet-side.ts";
import { makeNetwork, type Network, SERVICE } from "./namespaces.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const HOSTNAME = "router.dyn.example.com";
/** What the second line's address is published for. */
export const HOSTNAME_B = "second.dyn.example.com";
const SECRET = "a secret";

/** What netifd tells of the line. */
export const UP = { ACTION: "ifup", INTERFACE: "wan", DEVICE: "eth1" } as const;
export const CHANGED = { ...UP, ACTION: "ifupdate", IFUPDATE_ADDRESSES: "1" } as const;
export const CHANGED_B = { ...CHANGED, INTERFACE: "wanb", DEVICE: "wwan0" } as const;
export const CHANGED_LAN = { ...CHANGED, INTERFACE: "lan", DEVICE: "br-lan" } as const;
export const CHANGED6 = { ...CHANGED, INTERFACE: "wan6" } as const;

interface Internet {
  child: ChildProcess;
  port: number;
  dnsPort: number;
}

/** Starts the internet's side by `orders` and waits until it is ready; each request is told to `asked`. */
function startInternetSide(network: Network, orders: Orders, asked: string[]): Promise<Internet> {
  const file = join(orders.dataDir, "orders.json");
  writeFileSync(file, JSON.stringify(orders), { mode: 0o600 });
  const program = [process.execPath, "--import", "tsx", join(ROOT, "test/network/internet-side.ts"), file];
  const [command, args] = network.command(network.internet, program);
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    child.once("close", (code) => fail(new Error(`the internet's side ended with ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const [word, ...rest] = line.split(" ");
      if (word === "asked") asked.push(rest.join(" "));
      else if (word === "ready") done({ child, ...JSON.parse(rest.join(" ")) });
    });
  });
}

async function stop({ child }: Internet): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((done) => {
    child.once("close", done);
  });
  child.kill("SIGTERM");
  await closed;
}

/** Puts a stand-in for ubus on the router that tells what the namespace has. */
function installUbus(router: ReturnType<typeof makePackagedRouter>): void {
  const words = [process.execPath, join(ROOT, "test/network/ubus.mjs"), findProgram("ip") ?? "ip"];
  router.put("bin/ubus", `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`, 0o755);
}

/** What else the client asks of the kernel is answered by the real one, of the namespace that it runs in. */
function installKernel(router: ReturnType<typeof makePackagedRouter>): void {
  router.put("bin/ip", `#!/bin/sh\nexec ${findProgram("ip") ?? "ip"} "$@"\n`, 0o755);
  mkdirSync(router.path("proc/net"), { recursive: true });
  symlinkSync("/proc/net/if_inet6", router.path("proc/net/if_inet6"));
}

interface Section {
  /** More lines of the section. */
  more?: string;
  name: string;
  host: string;
  hostname: string;
  line: "wan" | "wanb";
  family: "ipv4" | "ipv6";
}

const IPV4: Section = {
  name: "ipv4",
  host: SERVICE.ipv4,
  hostname: HOSTNAME,
  line: "wan",
  family: "ipv4",
};
const IPV6: Section = { ...IPV4, name: "ipv6", host: `[${SERVICE.ipv6}]`, family: "ipv6" };
/** A machine behind the router, over the very line that the router's own name has. */
const MACHINE: Section = {
  ...IPV4,
  name: "machine",
  hostname: HOSTNAME_B,
  family: "ipv6",
  more: "\toption host_id '::1234'\n\toption host_interface 'lan'\n",
};
const SECOND: Section = { ...IPV4, name: "second", hostname: HOSTNAME_B, line: "wanb" };

function configuration(port: number, cacert: string, sections: readonly Section[]): string {
  const texts = sections.map(
    ({ name, host, hostname, line, family, more = "" }) => `
config service '${name}'
	option enabled '1'
	option url 'https://${host}:${port}/'
	list hostname '${hostname}'
	option secret '${SECRET}'
	option interface '${line}'
	option family '${family}'
	option http_client 'curl'
	option cacert '${cacert}'
${more}`,
  );
  return `config lambda-ddns 'global'\n\toption enabled '1'\n${texts.join("")}`;
}

/** The router's side: its clock, its events, its looks. */
function routerSide(network: Network, authority: string) {
  const router = makePackagedRouter({ ca: authority });
  installUbus(router);
  installKernel(router);
  let uptime = 1000;
  const env = { PATH: router.path("bin"), LAMBDA_DDNS_ROOT: router.root };
  /** Runs `words` in the router's namespace, with `more` in their environment. */
  const runThere = (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const [command, args] = network.command(network.router, words);
    return spawnSync(command, args, { env: { ...env, ...more }, encoding: "utf8" });
  };
  return {
    router,
    uptime: (): number => uptime,
    pass(seconds: number): void {
      uptime += seconds;
      router.setUptime(uptime);
    },
    /** What netifd does on an event; the run that the hook starts goes on. */
    fire(event: Readonly<Record<string, string>>): void {
      const hook = router.path("etc/hotplug.d/iface/95-lambda-ddns");
      const shell = [...routerShell(), "-c", '. "$1"', "hotplug-call", hook];
      const { status, stderr } = runThere(shell, event);
      if (status !== 0) throw new Error(`the hook failed: ${stderr}`);
    },
    /** Waits for the runs that events have started, and until what the other side told of them is read. */
    async settle(): Promise<void> {
      await quiet(router.root, 60);
      await sleep(50);
    },
    /** Runs one command of the program, by hand. */
    type: (...more: string[]) => runThere([router.path("usr/bin/lambda-ddns"), ...more]),
    /** A look of the timer. */
    look: () => runThere([router.path("usr/bin/lambda-ddns"), "update", "--trigger", "timer"]),
  };
}

/** The internet's side: service, DNS, and what they were asked. */
async function internetSide(network: Network, orders: Orders) {
  const asked: string[] = [];
  let internet = await startInternetSide(network, orders, asked);
  return {
    port: internet.port,
    /** Requests since the last time this was asked. */
    asked: (): string[] => asked.splice(0),
    /** What dig prints on the internet's side. */
    dig(type: "A" | "AAAA", hostname = HOSTNAME): string {
      const words = ["dig", "+short", "@127.0.0.1", "-p", String(internet.dnsPort), hostname, type];
      const [command, args] = network.command(network.internet, words);
      return spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
    },
    breakService: (): Promise<void> => stop(internet),
    async mendService(): Promise<void> {
      internet = await startInternetSide(network, { ...orders, port: internet.port }, asked);
    },
  };
}

/** Builds the world: one line with a name in both families, two lines with a name each, or a line and a machine behind the router. */
export async function makeWorld(lines: "one line" | "two lines" | "machine" = "one line") {
  const authority = await makeAuthority("Network Test CA");
  const identity = await issue(authority, [SERVICE.ipv4, SERVICE.ipv6]);
  const dataDir = mkdtempSync(join(tmpdir(), "network-test-"));
  const network = makeNetwork();
  if (lines === "two lines") network.addSecondLine();
  if (lines === "machine") network.addLan();
  const orders = {
    ...identity,
    dataDir,
    port: 0,
    zone: "dyn.example.com",
    hostnames: [HOSTNAME, HOSTNAME_B],
    secret: SECRET,
  };
  const sections = { "one line": [IPV4, IPV6], "two lines": [IPV4, SECOND], machine: [IPV4, MACHINE] }[lines];
  const far = await internetSide(network, orders);
  const near = routerSide(network, authority.pem);
  near.router.setConfig(configuration(far.port, near.router.caPath, sections));
  return {
    network,
    ...far,
    ...near,
    /** Waits until all runs have ended, and finds nothing amiss. */
    async settled(): Promise<void> {
      await near.settle();
      await expectSound(near.router, near.uptime());
    },
    async end(): Promise<void> {
      await far.breakService();
      await near.settle();
      network.remove();
      rmSync(dataDir, { recursive: true, force: true });
      near.router.remove();
    },
  };
}

export type World = Awaited<ReturnType<typeof makeWorld>>;
