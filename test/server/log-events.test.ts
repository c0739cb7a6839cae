// The log on its way to an operator: what is wanted, and that shuffled, repeated and late pages come out in order, each line once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  filterPattern,
  forget,
  HOLD_BACK_MS,
  isWanted,
  type LogEvent,
  merge,
  START,
} from "../../src/server/log-events.ts";

const line = (entry: object): string => JSON.stringify(entry);
const SET = line({ level: "info", request_id: "id-1", host: "a.example.com", status: 201 });
const FAILED = line({ level: "error", request_id: "id-2", host: "a.example.com", status: 500 });
const LAMBDA = line({ time: "t", type: "platform.report", record: { requestId: "id-2", status: "timeout" } });
const WORDS = "RequestId: id-2 Error: Runtime exited";
const EVENT = line({ level: "warn", event: "delivery", host: "b.example.com" });

describe("a filter", () => {
  it.each([
    ["nothing", {}, [SET, FAILED, LAMBDA, WORDS, EVENT]],
    ["a request, with Lambda's own lines about it", { requestId: "id-2" }, [FAILED, LAMBDA, WORDS]],
    ["a host", { host: "a.example.com" }, [SET, FAILED]],
    ["errors", { errorsOnly: true }, [FAILED, LAMBDA, WORDS, EVENT]],
    ["a host's errors", { host: "b.example.com", errorsOnly: true }, [EVENT]],
  ])("for %s", (_, filter, wanted) => {
    expect([SET, FAILED, LAMBDA, WORDS, EVENT].filter((text) => isWanted(text, filter))).toEqual(wanted);
  });
  it("is put to CloudWatch as far as it goes, and quoted", () => {
    expect(filterPattern({})).toBe("");
    expect(filterPattern({ errorsOnly: true })).toBe("");
    expect(filterPattern({ host: 'a"b' })).toBe('{ $.host = "a\\"b" }');
    expect(filterPattern({ host: "h", requestId: "i" })).toBe(
      '{ $.host = "h" && ($.request_id = "i" || $.requestId = "i" || $.record.requestId = "i") }',
    );
  });
});

describe("merging", () => {
  const event = fc.record({ id: fc.integer({ min: 0, max: 40 }).map(String), timestampMs: fc.nat(20_000) });
  /** Each id has one time, as on AWS. */
  const log = fc.uniqueArray(event, { selector: ({ id }) => id, maxLength: 40 });
  const order = (a: LogEvent, b: LogEvent) => a.timestampMs - b.timestampMs || (a.id < b.id ? -1 : 1);

  it("of any pages, shuffled and repeated, gives each line once, in order", () => {
    fc.assert(
      fc.property(log, fc.array(fc.array(fc.nat(39))), (events, picks) => {
        const all = events.map((one) => ({ ...one, text: one.id }));
        let progress = START;
        const shown: LogEvent[] = [];
        for (const pick of picks) {
          const page = pick.flatMap((at) => all[at] ?? []);
          // Nothing is due yet: all of it may still be followed by something earlier.
          const merged = merge(progress, page, HOLD_BACK_MS - 1, false);
          expect(merged.due).toEqual([]);
          progress = merged.progress;
        }
        const last = merge(progress, [...all].reverse(), 0, true);
        shown.push(...last.due);
        expect(shown).toEqual([...all].sort(order));
        expect(merge(last.progress, all, 0, true).due).toEqual([]);
      }),
    );
  });
  it("holds a young line back until those before it had time to come", () => {
    const [early, late] = [
      { id: "b", timestampMs: 1000, text: "early" },
      { id: "a", timestampMs: 2000, text: "late" },
    ];
    const first = merge(START, [late], 4999, false);
    expect(first.due).toEqual([]);
    expect(merge(first.progress, [early], 5000, false).due).toEqual([early, late]);
  });
  it("forgets what no later page can bring again, and nothing else", () => {
    const [early, late] = [
      { id: "a", timestampMs: 1000, text: "early" },
      { id: "b", timestampMs: 2000, text: "late" },
    ];
    const { progress } = merge(START, [early, late], 9000, false);
    const later = forget(progress, 2000);
    expect([...later.shown.keys()]).toEqual(["b"]);
    expect(merge(later, [late], 9000, false).due).toEqual([]);
  });
});
