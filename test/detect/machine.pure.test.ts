// The address of a machine behind the router, over prefixes of every length and age. The oracle joins the bits as one big number.
import { describe, expect, it } from "vitest";
import { parseHostId } from "../../src/client/core/host-id.ts";
import { detectMachine } from "../../src/client/detect/machine.ts";
import { parseDump } from "../../src/client/detect/netifd.ts";
import { parseAddress, parseGroups } from "../../src/shared/address.ts";

const NOW = 1_795_000_000;
const PREFIX = "2a02:8070:1234:5600::";

type Part = { address: string; mask: number; preferred?: number };

/** netifd's dump of a `lan` with these parts of delegated prefixes, and with `addresses` set on it. */
function lan(parts: readonly Part[], addresses: readonly Part[] = [], up = true) {
  const shown = {
    interface: "lan",
    up,
    l3_device: "br-lan",
    "ipv6-address": addresses,
    "ipv6-prefix-assignment": parts,
  };
  return parseDump(JSON.stringify({ interface: [shown] })) ?? [];
}

function detect(parts: readonly Part[], hostId: string, published: string | null = null, now = NOW) {
  return detectMachine(lan(parts), { interface: "lan", hostId }, published, now);
}

const text = (detection: ReturnType<typeof detect>): string =>
  "address" in detection ? detection.address.text : detection.kind;

/** The bits of eight groups as one number. */
const number = (groups: readonly number[]): bigint =>
  groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);

describe("a machine's address", () => {
  const ids = ["::1", "::1234", "::a:b:c:d", "::ffff:ffff:ffff:ffff", "52:54:00:12:34:56"];
  const masks = [48, 52, 56, 57, 60, 62, 63, 64, 65, 72, 80, 96, 112, 120, 124, 127];
  it.each(masks.flatMap((mask) => ids.map((id): [number, string] => [mask, id])))(
    "/%i with %s",
    (mask, id) => {
      const groups = parseHostId(id);
      if (typeof groups === "string") throw new Error(groups);
      const host = number(groups);
      const bits = BigInt(Math.max(mask, 64));
      const prefix = (number(parseGroups(PREFIX) ?? []) >> (128n - bits)) << (128n - bits);
      const fits = host < 1n << (128n - bits);
      const whole = prefix | host;
      const spelled = Array.from({ length: 8 }, (_, at) =>
        ((whole >> BigInt(112 - at * 16)) & 0xffffn).toString(16),
      );
      expect(text(detect([{ address: PREFIX, mask }], id))).toBe(
        fits ? parseAddress(spelled.join(":"))?.text : "no-prefix",
      );
    },
  );
  it("says which prefix made it, and when", () => {
    expect(detect([{ address: "2a02:8070:1234:5678::", mask: 60 }], "::1234")).toEqual({
      kind: "publishable",
      address: { family: "ipv6", text: "2a02:8070:1234:5678::1234", scope: "public" },
      device: "br-lan",
      statedAt: NOW,
      prefix: "2a02:8070:1234:5670::/60",
    });
  });
  it("lives in a prefix that is set on the interface as well", () => {
    const set = lan([], [{ address: "2a02:8070:1:2::1", mask: 64 }]);
    expect(text(detectMachine(set, { interface: "lan", hostId: "::9" }, null, NOW))).toBe("2a02:8070:1:2::9");
  });
});

describe("of several prefixes", () => {
  const old = (preferred: number): Part => ({ address: "2a02:8070:1:1::", mask: 64, preferred });
  const young = (preferred: number): Part => ({ address: "2a02:8070:2:2::", mask: 64, preferred });
  const ula: Part = { address: "fd12:3456:789a::", mask: 60 };
  const [OLD, YOUNG] = ["2a02:8070:1:1::5", "2a02:8070:2:2::5"];
  it.each([
    ["the longest preferred", [old(100), young(900)], null, YOUNG],
    ["in any order", [young(900), old(100)], null, YOUNG],
    ["no ULA, though it has no lifetime", [ula, old(100)], null, OLD],
    ["no deprecated one, though published", [old(0), young(900)], OLD, YOUNG],
    ["the published one while it lives half as long", [old(450), young(900)], OLD, OLD],
    ["not longer", [old(449), young(900)], OLD, YOUNG],
    [
      "the published one of two without a lifetime",
      [
        { address: "2a02:8070:1:1::", mask: 64 },
        { address: "2a02:8070:2:2::", mask: 64 },
      ],
      YOUNG,
      YOUNG,
    ],
    ["none where all are deprecated", [old(0)], OLD, "no-prefix"],
    ["none where there is ULA alone", [ula], null, "no-prefix"],
    ["none for documentation", [{ address: "2001:db8::", mask: 64 }], null, "no-prefix"],
  ] as const)("%s", (_, parts, published, expected) => {
    expect(text(detect(parts, "::5", published))).toBe(expected);
  });
});

describe("there is none", () => {
  const part: Part = { address: PREFIX, mask: 64 };
  it.each([
    ["before the clock is set", detect([part], "::5", null, 1_704_067_199), { kind: "no-clock" }],
    ["without a prefix", detect([], "::5"), { kind: "no-prefix", narrow: false }],
    [
      "in a prefix that is too long",
      detect([{ address: PREFIX, mask: 120 }], "::1234"),
      { kind: "no-prefix", narrow: true },
    ],
    [
      "on an interface that is down",
      detectMachine(lan([part], [], false), { interface: "lan", hostId: "::5" }, null, NOW),
      { kind: "down" },
    ],
    [
      "on one that does not exist",
      detectMachine(lan([part]), { interface: "dmz", hostId: "::5" }, null, NOW),
      { kind: "missing" },
    ],
  ])("%s", (_, detection, expected) => {
    expect(detection).toMatchObject(expected);
  });
});
