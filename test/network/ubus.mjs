// Stands in for ubus in a network namespace: `call network.interface dump`, made from what `ip -j addr` shows of eth1;
// refuses every other call. The first argument is the path of the machine's ip.
import { execFileSync } from "node:child_process";

const FOREVER = 4294967295;
const [ip, ...words] = process.argv.slice(2);

/** One address as netifd shows it; one without end has no lifetimes there. */
function shown(found) {
  const { local: address, prefixlen: mask, preferred_life_time: preferred, valid_life_time: valid } = found;
  if (preferred === FOREVER && valid === FOREVER) return { address, mask };
  return { address, mask, preferred, valid };
}

function dump() {
  const [device] = JSON.parse(execFileSync(ip, ["-j", "addr", "show", "dev", "eth1"], { encoding: "utf8" }));
  const up = device.flags.includes("UP");
  const global = device.addr_info.filter(({ scope }) => scope === "global");
  const addresses = (family) => global.filter((one) => one.family === family).map(shown);
  const one = (name, proto, ipv4, ipv6) => ({
    interface: name,
    up: up && ipv4.length + ipv6.length > 0,
    proto,
    device: "eth1",
    ...(up ? { uptime: 1, l3_device: "eth1", "ipv4-address": ipv4, "ipv6-address": ipv6, route: [] } : {}),
  });
  return {
    interface: [one("wan", "dhcp", addresses("inet"), []), one("wan6", "dhcpv6", [], addresses("inet6"))],
  };
}

if (words.join(" ") === "call network.interface dump") {
  process.stdout.write(`${JSON.stringify(dump(), null, "\t")}\n`);
} else {
  process.stderr.write("Command failed: Not found\n");
  process.exitCode = 4;
}
