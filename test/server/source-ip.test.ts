// Whose address counts behind a proxy: the peer's, or from loopback one that a header states.
import { describe, expect, it } from "vitest";
import { sourceIp } from "../../src/server/local/source-ip.ts";
import { ADDRESS } from "./world.ts";

describe("sourceIp", () => {
  it.each<[string, string | undefined, string[], string | null, string | null]>([
    ["no header named: the peer", "192.0.2.7", [ADDRESS], null, "192.0.2.7"],
    ["IPv4 on a dual-stack socket", "::ffff:192.0.2.7", [], null, "192.0.2.7"],
    ["from loopback: the header", "127.0.0.1", [ADDRESS], "x", ADDRESS],
    ["from IPv6 loopback: the header, in its one spelling", "::1", ["2A00:1450:0::1"], "x", "2a00:1450::1"],
    ["from IPv4 loopback on a dual-stack socket", "::ffff:127.0.0.1", [ADDRESS], "x", ADDRESS],
    ["from elsewhere: nothing", "192.0.2.7", [ADDRESS], "x", null],
    ["no header: nothing", "127.0.0.1", [], "x", null],
    ["two lines: nothing", "127.0.0.1", [ADDRESS, ADDRESS], "x", null],
    ["a list: nothing", "127.0.0.1", [`${ADDRESS}, ${ADDRESS}`], "x", null],
    ["a port behind it: nothing", "127.0.0.1", [`${ADDRESS}:1`], "x", null],
    ["no peer: nothing", undefined, [ADDRESS], null, null],
  ])("%s", (_name, remoteAddress, header, name, expected) => {
    expect(sourceIp({ remoteAddress, header }, name)).toBe(expected);
  });
});
