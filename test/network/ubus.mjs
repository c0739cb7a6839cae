// Stands in for ubus in a network namespace: `call network.interface dump`, made from what ip shows of eth1 and, where there
// is one, of the second line wwan0 and of br-lan; refuses every other call. The first argument is the path of the machine's ip.
import { execFileSync } from "node:child_process";

const FOREVER = 4294967295;
const [program, ...words] = process.argv.slice(2);
const ip = (...args) => JSON.parse(execFileSync(program, ["-j", ...args], { encoding: "utf8" }) || "[]");

/** One address as netifd shows it; one without end has no lifetimes there. */
function shown(found) {
  const { local: address, prefixlen: mask, preferred_life_time: preferred, valid_life_time: valid } = found;
  if (preferred === FOREVER && valid === FOREVER) return { address, mask };
  return { address, mask, preferred, valid };
}

/** The interfaces of a line: one a family, on one device. */
function line({ ifname: device, flags, addr_info: found }, name, name6) {
  const up = flags.includes("UP");
  const global = found.filter(({ scope }) => scope === "global");
  const one = (title, proto, family, option, target) => {
    const addresses = global.filter((address) => address.family === family).map(shown);
    const routes = ip(option, "route", "show", "default", "dev", device);
    const route = routes.map(({ metric = 0 }) => ({ target, mask: 0, nexthop: target, metric }));
    return {
      interface: title,
      up: up && addresses.length > 0,
      proto,
      device,
      ...(up ? { uptime: 1, l3_device: device, "ipv4-address": [], "ipv6-address": [], route } : {}),
      ...(up ? { [family === "inet" ? "ipv4-address" : "ipv6-address"]: addresses } : {}),
    };
  };
  return [one(name, "dhcp", "inet", "-4", "0.0.0.0"), one(name6, "dhcpv6", "inet6", "-6", "::")];
}

function dump() {
  const device = (name) => ip("addr", "show").filter(({ ifname }) => ifname === name);
  const first = device("eth1").flatMap((one) => line(one, "wan", "wan6"));
  const second = device("wwan0").flatMap((one) => line(one, "wanb", "wanb6"));
  const behind = device("br-lan").flatMap(({ ifname, addr_info: found }) => {
    const global = found.filter(({ scope, family }) => scope === "global" && family === "inet6").map(shown);
    return [
      {
        interface: "lan",
        up: true,
        proto: "static",
        device: ifname,
        l3_device: ifname,
        "ipv6-address": global,
      },
    ];
  });
  return { interface: [...first, ...second, ...behind] };
}

if (words.join(" ") === "call network.interface dump") {
  process.stdout.write(`${JSON.stringify(dump(), null, "\t")}\n`);
} else {
  process.stderr.write("Command failed: Not found\n");
  process.exitCode = 4;
}
