// Addresses that lines of a simulated life get: public, shared, private, unfit, deprecated.
import type { LineState, Shown } from "./life.ts";
import type { Random } from "./random.ts";

export function publicIpv4(random: Random): string {
  const first = random.pick([5, 31, 46, 62, 77, 80, 93, 176, 178, 188]);
  return `${first}.${random.whole(1, 250)}.${random.whole(0, 255)}.${random.whole(1, 254)}`;
}

function hiddenIpv4(random: Random): string {
  const tail = `${random.whole(0, 255)}.${random.whole(1, 254)}`;
  return random.pick([`100.${random.whole(64, 127)}.${tail}`, `10.0.${tail}`, `192.168.${tail}`]);
}

function unfitIpv4(random: Random): string {
  const last = random.whole(1, 254);
  return random.pick([`169.254.7.${last}`, `203.0.113.${last}`, `198.51.100.${last}`, "127.0.0.2"]);
}

function publicIpv6(random: Random): string {
  const prefix = random.whole(1, 0xffff).toString(16);
  return `2a00:1450:${prefix}::${random.whole(1, 0xffff).toString(16)}`;
}

function ipv6Addresses(random: Random): Shown[] {
  const preferred = random.whole(600, 86_400);
  const fresh = { address: publicIpv6(random), preferred };
  return random.pick<Shown[]>([
    [fresh],
    [{ address: publicIpv6(random) }],
    [{ address: publicIpv6(random), preferred: 0 }, fresh],
    [{ address: `fd00:${random.whole(1, 999)}::1`, preferred }, fresh],
    [{ address: `fe80::${random.whole(1, 999)}` }, { address: publicIpv6(random), preferred: 0 }],
    [],
  ]);
}

/** A line as its provider gives it out. `sound`: something that can be published comes of it. */
export function connection(random: Random, sound: boolean): LineState {
  const roll = random.next();
  const ipv6 = sound ? [{ address: publicIpv6(random), preferred: 7200 }] : ipv6Addresses(random);
  const own = publicIpv4(random);
  if (roll < 0.75) return { up: true, ipv4: [{ address: own }], ipv6, nat: null };
  // A public address of its own, and the world sees another one all the same.
  if (roll < 0.8) return { up: true, ipv4: [{ address: publicIpv4(random) }], ipv6, nat: own };
  if (roll < 0.93 || sound) return { up: true, ipv4: [{ address: hiddenIpv4(random) }], ipv6, nat: own };
  if (roll < 0.97) return { up: true, ipv4: [{ address: unfitIpv4(random) }], ipv6, nat: null };
  return { up: true, ipv4: [], ipv6, nat: null };
}

export const DOWN: LineState = { up: false, ipv4: [], ipv6: [], nat: null };
