// Records and states as texts: both forms are read, damage is named, and a secret is in no fault.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecord, decodeRetired, encodeRecord, encodeRetired } from "../../src/server/record.ts";
import { decodeState, encodeState, type FamilyState } from "../../src/server/state.ts";

describe("decodeRecord", () => {
  const expected = { zoneId: "Z2ABCDEFGHIJ", ttlSeconds: 60, secret: "shared_secret_1" };

  it.each([
    [
      "the sample's form",
      `{"route_53_zone_id":"Z2ABCDEFGHIJ","route_53_record_ttl":60,"shared_secret":"shared_secret_1"}`,
    ],
    [
      "the older form",
      `{"aws_region":"us-west-2","route_53_zone_id":"Z2ABCDEFGHIJ","route_53_record_ttl":60,
        "route_53_record_type":"A","shared_secret":"shared_secret_1"}`,
    ],
    [
      "a TTL as text",
      `{"route_53_zone_id":"Z2ABCDEFGHIJ","route_53_record_ttl":"60","shared_secret":"shared_secret_1"}`,
    ],
    [
      "a zone id as the API prints it",
      `{"route_53_zone_id":"/hostedzone/Z2ABCDEFGHIJ","route_53_record_ttl":60,"shared_secret":"shared_secret_1"}`,
    ],
  ])("reads %s", (_name, data) => expect(decodeRecord(data)).toEqual(expected));

  it.each([
    [null, "attribute data"],
    ["", "attribute data"],
    ["{", "attribute data"],
    ["[]", "attribute data"],
    ["null", "attribute data"],
    [`{"route_53_record_ttl":60,"shared_secret":"hidden"}`, "route_53_zone_id"],
    [`{"route_53_zone_id":"z one","route_53_record_ttl":60,"shared_secret":"hidden"}`, "route_53_zone_id"],
    [`{"route_53_zone_id":"Z1","shared_secret":"hidden"}`, "route_53_record_ttl"],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":-1,"shared_secret":"hidden"}`, "route_53_record_ttl"],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":1.5,"shared_secret":"hidden"}`, "route_53_record_ttl"],
    [
      `{"route_53_zone_id":"Z1","route_53_record_ttl":2147483648,"shared_secret":"hidden"}`,
      "route_53_record_ttl",
    ],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":"","shared_secret":"hidden"}`, "route_53_record_ttl"],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":60}`, "shared_secret"],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":60,"shared_secret":""}`, "shared_secret"],
    [`{"route_53_zone_id":"Z1","route_53_record_ttl":60,"shared_secret":7}`, "shared_secret"],
  ])("names what is wrong with %j", (data, fault) => {
    const result = decodeRecord(data);
    expect(result).toEqual(expect.stringContaining(fault));
    expect(result).not.toContain("hidden");
  });

  it("reads back what it writes", () => {
    const secret = fc.string({ minLength: 1, unit: "binary" });
    const record = fc.record({
      zoneId: fc.stringMatching(/^Z[A-Z0-9]{1,20}$/),
      ttlSeconds: fc.nat(),
      secret,
    });
    fc.assert(fc.property(record, (one) => void expect(decodeRecord(encodeRecord(one))).toEqual(one)));
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeRecord(text)));
  });
});

describe("states and retired secrets", () => {
  const time = fc.nat();
  const states: fc.Arbitrary<FamilyState> = fc.record({
    phase: fc.constantFrom("pending", "confirmed"),
    address: fc.string(),
    was: fc.option(fc.string()),
    target: fc.string(),
    atSeconds: time,
    writer: fc.string(),
    minuteSeconds: time,
    changes: time,
  });

  it("come back as they were", () => {
    fc.assert(fc.property(states, (state) => void expect(decodeState(encodeState(state))).toEqual(state)));
    const retired = { secret: "old", untilSeconds: 7 };
    expect(decodeRetired(encodeRetired(retired))).toEqual(retired);
  });

  it("count as none when damaged, whatever stands there", () => {
    fc.assert(
      fc.property(states, fc.nat(200), fc.string(), (state, at, noise) => {
        const text = encodeState(state);
        const result = decodeState(text.slice(0, at) + noise);
        if (result) expect(["pending", "confirmed"]).toContain(result.phase);
      }),
    );
    for (const text of [
      null,
      "",
      "{}",
      "[]",
      '{"phase":"pending"}',
      '{"shared_secret":"x"}',
      '{"valid_until":1}',
    ]) {
      expect(decodeState(text)).toBeNull();
      expect(decodeRetired(text)).toBeNull();
    }
  });
});
