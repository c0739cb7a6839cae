// Addresses whose lifetimes run and are renewed in turn: what is published moves with the network, not with every renewal.
import { describe, expect, it } from "vitest";
import type { Detection } from "../../src/client/core/detection.ts";
import { detect } from "../../src/client/detect/detect.ts";
import { parseDump } from "../../src/client/detect/netifd.ts";

type Entry = readonly [address: string, preferred: number];

/** The address that is published when `look` shows these addresses one time after the other; each change counts. */
function publish(looks: readonly (readonly Entry[])[]): { published: string | null; changes: number } {
  let published: string | null = null;
  let changes = 0;
  for (const entries of looks) {
    const addresses = entries.map(([address, preferred]) => ({ address, mask: 64, preferred }));
    const wan6 = { interface: "wan6", up: true, l3_device: "eth1", "ipv6-address": addresses };
    const list = parseDump(JSON.stringify({ interface: [wan6] })) ?? [];
    const seen: Detection = detect(list, "wan6", "ipv6", { published, passedOver: null });
    const text = "address" in seen ? seen.address.text : null;
    if (published !== null && text !== published) changes++;
    published = text;
  }
  return { published, changes };
}

describe("lifetimes that alternate", () => {
  // DHCPv6 renews every two hours, the router advertises every half an hour; both give four hours.
  const day = Array.from({ length: 144 }, (_, look): readonly Entry[] => [
    ["2a00:1450::5", 14_400 - ((look * 600) % 7200)],
    ["2a00:1450::abcd", 14_100 - ((look * 600) % 1800)],
  ]);
  it("change nothing in one network", () => {
    expect(publish(day)).toEqual({ published: "2a00:1450::5", changes: 0 });
  });
  it("give way when the published one is deprecated or gone", () => {
    const old: readonly Entry[] = [["2a00:1450::5", 900]];
    const both = (preferred: number): readonly Entry[] => [
      ["2a00:1450::5", preferred],
      ["2a00:1450::6", 14_400],
    ];
    expect(publish([old, both(800), both(0)])).toEqual({ published: "2a00:1450::6", changes: 1 });
    expect(publish([old, [["2a00:1450::6", 14_400]]])).toEqual({ published: "2a00:1450::6", changes: 1 });
  });
});

describe("a new prefix beside one that is not deprecated yet", () => {
  it.each([
    ["2a00:1450:0:1::5", "2a00:1450:0:2::5"],
    ["2a00::1:a:b:c:d", "2a00::2:a:b:c:d"],
  ])("is published at once: %s, then %s", (old, fresh) => {
    const looks: readonly Entry[][] = [
      [[old, 14_000]],
      [
        [old, 13_900],
        [fresh, 14_400],
      ],
    ];
    expect(publish(looks)).toEqual({ published: fresh, changes: 1 });
  });
});
