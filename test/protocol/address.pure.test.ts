// Addresses: what is one and what is not, the one spelling of RFC 5952, and every scope with both of its borders.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, type Scope } from "../../src/shared/address.ts";

describe("what is no address", () => {
  it.each([
    "",
    " ",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.1.1.1",
    "1.2.3.999",
    "01.2.3.4",
    "1.2.3.04",
    "0x1.2.3.4",
    "1e0.2.3.4",
    "+1.2.3.4",
    "-1.2.3.4",
    "-0.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4/32",
    "1.2.3.4:80",
    "１.2.3.4",
    "NaN.1.1.1",
    "Infinity.1.1.1",
    "localhost",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    "1:2:3:4:5:6:7:",
    ":1:2:3:4:5:6:7",
    "12345::",
    "g::",
    "::-1",
    ":: ",
    "fe80::1%eth0",
    "::1/128",
    "[::1]",
    "::1.2.3",
    "::1.2.3.256",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::01.2.3.4",
    "0x1::",
  ])("%s", (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

// RFC 5952, sections 4 and 5, with its own examples and the ties.
describe("the one spelling", () => {
  it.each([
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:DB8::A:BC", "2001:db8::a:bc"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
    ["0:0:1:2:0:0:0:3", "0:0:1:2::3"],
    ["0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["::ffff:102:304", "::ffff:1.2.3.4"],
    ["::FFFF:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
    ["2a00:1450::176.32.100.36", "2a00:1450::b020:6424"],
    ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ])("%s is %s", (text, spelled) => {
    expect(parseAddress(text)).toMatchObject({ family: "ipv6", text: spelled });
  });
  it.each(["0.0.0.0", "1.2.3.4", "255.255.255.255"])("%s stays", (text) => {
    expect(parseAddress(text)).toMatchObject({ family: "ipv4", text });
  });
});

/** One block a row: the scope just before it, its own at both ends, and the scope just after. */
const BORDERS: readonly (readonly [Scope, string, string, Scope, string, string])[] = [
  ["private", "10.0.0.0", "10.255.255.255", "public", "9.255.255.255", "11.0.0.0"],
  ["private", "172.16.0.0", "172.31.255.255", "public", "172.15.255.255", "172.32.0.0"],
  ["private", "192.168.0.0", "192.168.255.255", "public", "192.167.255.255", "192.169.0.0"],
  ["cgnat", "100.64.0.0", "100.127.255.255", "public", "100.63.255.255", "100.128.0.0"],
  ["link-local", "169.254.0.0", "169.254.255.255", "public", "169.253.255.255", "169.255.0.0"],
  ["loopback", "127.0.0.0", "127.255.255.255", "public", "126.255.255.255", "128.0.0.0"],
  ["documentation", "192.0.2.0", "192.0.2.255", "public", "192.0.1.255", "192.0.3.0"],
  ["documentation", "198.51.100.0", "198.51.100.255", "public", "198.51.99.255", "198.51.101.0"],
  ["documentation", "203.0.113.0", "203.0.113.255", "public", "203.0.112.255", "203.0.114.0"],
  ["reserved", "198.18.0.0", "198.19.255.255", "public", "198.17.255.255", "198.20.0.0"],
  ["link-local", "fe80::", "febf:ffff:ffff:ffff::", "reserved", "fe7f:ffff::", "fec0::"],
  ["ula", "fc00::", "fdff:ffff::ffff", "reserved", "fbff:ffff::", "fe00::"],
  ["documentation", "2001:db8::", "2001:db8:ffff::", "public", "2001:db7:ffff::", "2001:db9::"],
  ["documentation", "3fff::", "3fff:fff:ffff::", "public", "3ffe:ffff::", "3fff:1000::"],
  ["reserved", "2001::", "2001:1ff:ffff::", "public", "2000:ffff::", "2001:200::"],
  ["reserved", "2002::", "2002:ffff::", "public", "2001:ffff::", "2003::"],
  ["public", "2000::", "3ffe:ffff:ffff::", "reserved", "1fff:ffff::", "4000::"],
];

describe("scopes and their borders", () => {
  it.each(BORDERS)("%s: %s to %s", (scope, first, last, outside, before, after) => {
    expect([first, last].map((text) => parseAddress(text)?.scope)).toEqual([scope, scope]);
    expect([before, after].map((text) => parseAddress(text)?.scope)).toEqual([outside, outside]);
  });
  it.each<[string, Scope]>([
    ["0.0.0.0", "unspecified"],
    ["0.0.0.1", "reserved"],
    ["0.255.255.255", "reserved"],
    ["1.0.0.0", "public"],
    ["192.0.0.0", "cgnat"],
    ["192.0.0.7", "cgnat"],
    ["192.0.0.8", "reserved"],
    ["192.0.0.255", "reserved"],
    ["191.255.255.255", "public"],
    ["223.255.255.255", "public"],
    ["224.0.0.0", "multicast"],
    ["239.255.255.255", "multicast"],
    ["240.0.0.0", "reserved"],
    ["255.255.255.255", "reserved"],
    ["176.32.100.36", "public"],
    ["11.12.13.14", "public"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::2", "reserved"],
    ["::ffff:1.2.3.4", "mapped"],
    ["::ffff:10.0.0.1", "mapped"],
    ["::fffe:1.2.3.4", "reserved"],
    ["64:ff9b::1.2.3.4", "reserved"],
    ["ff00::", "multicast"],
    ["ffff::1", "multicast"],
    ["feff::", "reserved"],
    ["2a00:1450::36", "public"],
  ])("%s is %s", (text, scope) => {
    expect(parseAddress(text)?.scope).toBe(scope);
  });
});

const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

describe("generated addresses", () => {
  it("every IPv4 address is its own spelling", () => {
    fc.assert(fc.property(octets, (numbers) => parseAddress(numbers.join("."))?.text === numbers.join(".")));
  });
  it("every spelling of an IPv6 address leads to one, which is its own", () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (numbers, upper) => {
        const plain = numbers.map((one) => one.toString(16));
        const padded = plain.map((one) => one.padStart(4, "0")).join(":");
        const spelled = parseAddress(upper ? padded.toUpperCase() : padded);
        expect(parseAddress(plain.join(":"))).toEqual(spelled);
        expect(parseAddress(spelled?.text ?? "")).toEqual(spelled);
        expect(spelled?.text.length ?? 99).toBeLessThanOrEqual(39);
      }),
    );
  });
  it("no text crashes it, and what it takes it takes again", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.%/ ") }));
    fc.assert(
      fc.property(text, (any) => {
        const address = parseAddress(any);
        if (address) expect(parseAddress(address.text)).toEqual(address);
      }),
    );
  });
});
