// IP addresses as text: strict parsing, one spelling, and the scope that tells whether one may be published.
// Refuses zone identifiers, prefixes, leading zeros, octal, hexadecimal and spaces.

export type Family = "ipv4" | "ipv6";

/** What an address is for (IANA special-purpose registries); only "public" may be published. */
export type Scope =
  | "public"
  | "private"
  | "cgnat"
  | "link-local"
  | "ula"
  | "loopback"
  | "documentation"
  | "multicast"
  | "unspecified"
  | "mapped"
  | "reserved";

export interface Address {
  family: Family;
  /** The one spelling: dotted decimal, or RFC 5952. */
  text: string;
  scope: Scope;
}

/** The address that `text` spells, or null when it spells none. */
export function parseAddress(text: string): Address | null {
  if (text.includes(":")) {
    const groups = parseGroups(text);
    return groups && { family: "ipv6", text: spell(groups), scope: scopeOf6(groups) };
  }
  const octets = parseOctets(text);
  return octets && { family: "ipv4", text: octets.join("."), scope: scopeOf4(octets) };
}

function parseOctets(text: string): number[] | null {
  const octets = text.split(".").map((part) => decimal(part));
  return octets.length === 4 && octets.every((octet) => octet <= 255) ? octets : null;
}

/** The number that `part` spells in the one decimal way, else NaN: no leading zero, sign, blank or exponent. */
function decimal(part: string): number {
  const value = Number(part);
  return String(value) === part && value >= 0 ? value : Number.NaN;
}

const GROUP = new RegExp("^[0-9A-Fa-f]{1,4}$");

/** Eight 16-bit groups of an IPv6 address (RFC 4291, section 2.2), or null. */
export function parseGroups(text: string): number[] | null {
  const halves = text.split("::");
  const head = parseHalf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 1 ? [] : parseHalf(halves[1] ?? "", true);
  if (!head || !tail || halves.length > 2) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The groups on one side of `::`; the `last` half may end in an IPv4 address, which makes two. */
function parseHalf(text: string, last: boolean): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const octets = last && text.includes(".") ? parseOctets(parts.pop() ?? "") : [];
  if (!octets) return null;
  const groups = parts.map((part) => (GROUP.test(part) ? Number.parseInt(part, 16) : -1));
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  if (octets.length > 0) groups.push(a * 256 + b, c * 256 + d);
  return groups.includes(-1) ? null : groups;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function spell(groups: number[]): string {
  let start = -1;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) {
      start = from;
      length = to - from;
    }
  }
  const [g5 = 0, g6 = 0, g7 = 0] = groups.slice(5);
  if (start === 0 && length === 5 && g5 === 0xffff) {
    return `::ffff:${g6 >> 8}.${g6 & 255}.${g7 >> 8}.${g7 & 255}`;
  }
  const text = groups.map((group) => group.toString(16));
  return start < 0
    ? text.join(":")
    : `${text.slice(0, start).join(":")}::${text.slice(start + length).join(":")}`;
}

/** First address, prefix length, scope: the first row that holds an address decides, "public" where none does. */
type Block = readonly [first: number, prefixLength: number, scope: Scope];

const BLOCKS4: readonly Block[] = [
  [0x0a000000, 8, "private"], // 10.0.0.0/8
  [0xac100000, 12, "private"], // 172.16.0.0/12
  [0xc0a80000, 16, "private"], // 192.168.0.0/16
  [0x64400000, 10, "cgnat"], // 100.64.0.0/10 (RFC 6598)
  // 192.0.0.0/29: the router's own end of DS-Lite and 464XLAT, a carrier's NAT behind it (RFC 6333, RFC 7335).
  [0xc0000000, 29, "cgnat"],
  [0xc0000000, 24, "reserved"], // 192.0.0.0/24, the rest of it
  [0xa9fe0000, 16, "link-local"], // 169.254.0.0/16
  [0x7f000000, 8, "loopback"], // 127.0.0.0/8
  [0, 32, "unspecified"], // 0.0.0.0
  [0, 8, "reserved"], // 0.0.0.0/8, the rest of it
  [0xc0000200, 24, "documentation"], // 192.0.2.0/24
  [0xc6336400, 24, "documentation"], // 198.51.100.0/24
  [0xcb007100, 24, "documentation"], // 203.0.113.0/24
  [0xc6120000, 15, "reserved"], // 198.18.0.0/15, for benchmarks
  [0xe0000000, 4, "multicast"], // 224.0.0.0/4
  [0xf0000000, 4, "reserved"], // 240.0.0.0/4, and the broadcast address
];

/** Over the first 32 bits of the address. */
const BLOCKS6: readonly Block[] = [
  [0xff000000, 8, "multicast"], // ff00::/8
  [0xfe800000, 10, "link-local"], // fe80::/10
  [0xfc000000, 7, "ula"], // fc00::/7
  [0x20010db8, 32, "documentation"], // 2001:db8::/32
  [0x3fff0000, 20, "documentation"], // 3fff::/20 (RFC 9637)
  [0x20010000, 23, "reserved"], // 2001::/23, for protocols
  [0x20020000, 16, "reserved"], // 2002::/16, once 6to4
  [0x20000000, 3, "public"], // 2000::/3, global unicast
  [0, 0, "reserved"], // everything else
];

function scopeIn(blocks: readonly Block[], bits: number): Scope {
  for (const [first, length, scope] of blocks) {
    const size = 2 ** (32 - length);
    if (bits >= first && bits < first + size) return scope;
  }
  return "public";
}

function scopeOf4([a = 0, b = 0, c = 0, d = 0]: number[]): Scope {
  return scopeIn(BLOCKS4, ((a * 256 + b) * 256 + c) * 256 + d);
}

function scopeOf6(groups: number[]): Scope {
  const text = groups.join();
  if (text === "0,0,0,0,0,0,0,0") return "unspecified";
  if (text === "0,0,0,0,0,0,0,1") return "loopback";
  if (text.startsWith("0,0,0,0,0,65535,")) return "mapped";
  const [a = 0, b = 0] = groups;
  return scopeIn(BLOCKS6, a * 65536 + b);
}
