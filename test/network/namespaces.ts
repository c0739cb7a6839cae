// Two network namespaces, router and internet, joined by a veth pair whose router's end is eth1; a NAT can be put between,
// and a second line, wwan0, beside it.
// Refuses to touch the machine's own network: every command runs inside one of the two.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { findProgram } from "../../build/needs.ts";

/** Where the service is found, in either family. */
export const SERVICE = { ipv4: "11.12.13.14", ipv6: "2a00:1450:ffff::1" } as const;

function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

/** Null where namespaces with a NAT can be made here, else why not. */
export function cannotMakeNamespaces(): string | null {
  try {
    const network = makeNetwork();
    try {
      network.setNat("11.12.13.15");
    } finally {
      network.remove();
    }
    return null;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return `network namespaces take root and a kernel that allows them (${words})`;
  }
}

/** Runs words inside a namespace. */
function inside(namespace: string, words: readonly string[]): string {
  return must("ip", ["netns", "exec", namespace, ...words]);
}

function ip(namespace: string, words: string): void {
  inside(namespace, ["ip", ...words.split(" ")]);
}

/** Joins them; every address is found on the link, as on a point-to-point line. */
function join(router: string, internet: string): void {
  for (const namespace of [router, internet]) {
    must("ip", ["netns", "add", namespace]);
    ip(namespace, "link set lo up");
  }
  must("ip", `-n ${router} link add eth1 type veth peer name uplink netns ${internet}`.split(" "));
  ip(internet, `addr add ${SERVICE.ipv4}/32 dev uplink`);
  ip(internet, `addr add ${SERVICE.ipv6}/128 dev uplink nodad`);
  ip(internet, "link set uplink up");
  // Three to four seconds, as on slow lines, so that a slow machine cannot start a run after it.
  inside(router, ["sysctl", "-qw", "net.ipv6.conf.eth1.dad_transmits=3"]);
  for (const family of ["-4", "-6"]) ip(internet, `${family} route add default dev uplink`);
}

/** Link and default routes of the router's side; they go when the link or the last address goes. */
function raise(router: string): void {
  ip(router, "link set eth1 up");
  for (const family of ["-4", "-6"]) ip(router, `${family} route replace default dev eth1`);
}

/** A second way out, which nobody takes by himself: its route is the worse one. */
function addSecondLine(router: string, internet: string): void {
  must("ip", `-n ${router} link add wwan0 type veth peer name uplink2 netns ${internet}`.split(" "));
  ip(router, "link set wwan0 up");
  ip(internet, "link set uplink2 up");
}

function setSecondLine(router: string, internet: string, address: string): void {
  ip(router, "addr flush dev wwan0 scope global");
  ip(router, `addr add ${address}/32 dev wwan0`);
  ip(router, "-4 route replace default dev wwan0 metric 10");
  ip(internet, `-4 route replace ${address}/32 dev uplink2`);
}

function setNat(internet: string, uplink: "uplink" | "uplink2", address: string | null): void {
  inside(internet, ["nft", "add table ip between; delete table ip between"]);
  if (address === null) return;
  const chain = "{ type nat hook input priority 100 ; }";
  const rule = `iifname ${uplink} snat to ${address}`;
  const steps = [
    "add table ip between",
    `add chain ip between arrive ${chain}`,
    `add rule ip between arrive ${rule}`,
  ];
  inside(internet, ["nft", steps.join("; ")]);
}

/**
 * A VPN that takes everything, as OpenVPN's and WireGuard's clients set it up: two routes that are more specific than the default
 * one, and an exit whose address the world sees. Null takes it away.
 */
function setTunnel(router: string, internet: string, exit: string | null): void {
  inside(internet, ["nft", "add table ip tunnel; delete table ip tunnel"]);
  spawnSync("ip", ["-n", router, "link", "del", "tun0"]);
  if (exit === null) return;
  must("ip", `-n ${router} link add tun0 type veth peer name exit netns ${internet}`.split(" "));
  ip(router, "addr add 10.8.0.2/32 dev tun0");
  ip(router, "link set tun0 up");
  ip(internet, "link set exit up");
  for (const half of ["0.0.0.0/1", "128.0.0.0/1"]) ip(router, `-4 route add ${half} dev tun0`);
  ip(internet, "-4 route replace 10.8.0.2/32 dev exit");
  const steps = [
    "add table ip tunnel",
    "add chain ip tunnel arrive { type nat hook input priority 100 ; }",
    `add rule ip tunnel arrive iifname exit snat to ${exit}`,
  ];
  inside(internet, ["nft", steps.join("; ")]);
}

/** A network behind the router, on br-lan, with one machine in a namespace of its own. */
function addLan(router: string, machine: string): void {
  must("ip", ["netns", "add", machine]);
  must("ip", `-n ${router} link add br-lan type veth peer name eth0 netns ${machine}`.split(" "));
  ip(router, "link set br-lan up");
  ip(machine, "link set eth0 up");
}

function setPrefix(router: string, machine: string, prefix: string, old: string | null): void {
  ip(router, "addr flush dev br-lan scope global");
  if (old) ip(router, `addr add ${old}1/64 dev br-lan nodad valid_lft 7200 preferred_lft 0`);
  ip(router, `addr add ${prefix}1/64 dev br-lan nodad valid_lft 7200 preferred_lft 3600`);
  ip(machine, "addr flush dev eth0 scope global");
  ip(machine, `addr add ${prefix}1234/64 dev eth0 nodad`);
}

/** Makes both namespaces; `remove` takes them away with everything in them. */
export function makeNetwork() {
  const id = randomBytes(3).toString("hex");
  const [router, internet] = [`ddns-${id}-router`, `ddns-${id}-internet`];
  const machine = `ddns-${id}-machine`;
  const remove = (): void => {
    for (const namespace of [router, internet, machine]) spawnSync("ip", ["netns", "del", namespace]);
  };
  try {
    join(router, internet);
    raise(router);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    router,
    internet,
    remove,
    /** Command and arguments that run `words` in a namespace. */
    command: (namespace: string, words: readonly string[]): [string, string[]] => [
      findProgram("ip") ?? "ip",
      ["netns", "exec", namespace, ...words],
    ],
    /** The addresses of eth1 from now on, with what `ip addr add` may be told of them. */
    setAddresses(...addresses: readonly string[]): void {
      ip(router, "addr flush dev eth1 scope global");
      for (const address of addresses) ip(router, `addr add ${address} dev eth1`);
      raise(router);
    },
    setLink: (up: boolean): void => (up ? raise(router) : ip(router, "link set eth1 down")),
    /** What reaches the internet over IPv4 comes from `address`, whatever the router's is; null takes the NAT away. */
    setNat: (address: string | null): void => setNat(internet, "uplink", address),
    /** The exit of a VPN through which everything goes that is bound to nothing, or null. */
    setTunnel: (exit: string | null): void => setTunnel(router, internet, exit),
    /** `ip` with these words on the router's side. */
    routerIp: (words: string): void => ip(router, words),
    addLan: (): void => addLan(router, machine),
    /** Router and machine have their addresses in this /64 from now on; the router's in `old` is deprecated. */
    setPrefix: (prefix: string, old: string | null = null): void => setPrefix(router, machine, prefix, old),
    addSecondLine: (): void => addSecondLine(router, internet),
    /** The IPv4 address of wwan0 from now on, and what the world sees of it where a NAT lies between. */
    setSecondLine(address: string, nat: string | null = null): void {
      setSecondLine(router, internet, address);
      setNat(internet, "uplink2", nat);
    },
  };
}

export type Network = ReturnType<typeof makeNetwork>;
