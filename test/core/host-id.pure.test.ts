// What a user may write as the host id of a machine, and what is said of anything else.
import { describe, expect, it } from "vitest";
import { parseHostId } from "../../src/client/core/host-id.ts";

describe("a host id", () => {
  it.each([
    ["::1234", [0, 0, 0, 0x1234]],
    ["::1", [0, 0, 0, 1]],
    ["::a:b:c:d", [0xa, 0xb, 0xc, 0xd]],
    ["::5054:ff:FE12:3456", [0x5054, 0xff, 0xfe12, 0x3456]],
    ["0:0:0:0:a:b:c:d", [0xa, 0xb, 0xc, 0xd]],
    ["::192.0.2.1", [0, 0, 0xc000, 0x201]],
    // RFC 4291, appendix A, and RFC 2464, section 4: 34-56-78-9A-BC-DE becomes 36-56-78-FF-FE-9A-BC-DE.
    ["34-56-78-9A-BC-DE", [0x3656, 0x78ff, 0xfe9a, 0xbcde]],
    ["34:56:78:9a:bc:de", [0x3656, 0x78ff, 0xfe9a, 0xbcde]],
    ["52:54:00:12:34:56", [0x5054, 0x00ff, 0xfe12, 0x3456]],
  ])("%s", (text, groups) => {
    expect(parseHostId(text)).toEqual(groups);
  });
  it.each([
    ["1234", "is neither the last part of an IPv6 address"],
    ["nas", "is neither the last part of an IPv6 address"],
    ["34:56:78:9a:bc", "is neither the last part of an IPv6 address"],
    ["34:56:78:9a:bc-de", "is neither the last part of an IPv6 address"],
    ["34:56:78:9a:bc:dg", "is neither the last part of an IPv6 address"],
    ["::1234/64", "is neither the last part of an IPv6 address"],
    ["::1::2", "is neither the last part of an IPv6 address"],
    ["2001:db8::1234", "has more than 64 bits"],
    ["::1:0:0:0:0", "has more than 64 bits"],
    ["fe80::1", "has more than 64 bits"],
    ["::", "is all zeros"],
  ])("not %s", (text, words) => {
    expect(parseHostId(text)).toContain(`'${text}' ${words}`);
  });
});
