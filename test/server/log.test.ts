// The level of a request's line: an alarm counts errors, so what is in order is none.
import { describe, expect, it } from "vitest";
import { logLine } from "../../src/server/log.ts";

const entry = { requestId: "id", mode: "set", durationMs: 1, route53Calls: 0, dynamodbCalls: 1 };

describe("the level of", () => {
  it.each([
    [201, "changed", "info"],
    [401, "wrong-token", "warn"],
    [429, "limited", "warn"],
    [500, "bug", "error"],
    [500, "broken-zone", "error"],
    [503, "busy-table", "error"],
    // Another update of the name is under way, and a name waits its turn.
    [503, "held", "info"],
    [503, "queued", "info"],
  ])("%i %s is %s", (status, verdict, level) => {
    expect(JSON.parse(logLine({ ...entry, status, verdict }, 0))).toMatchObject({ status, verdict, level });
  });
});
