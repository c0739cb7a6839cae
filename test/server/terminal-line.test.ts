// The local service's log on a terminal: a line of words for each line of JSON.
import { describe, expect, it } from "vitest";
import { logLine } from "../../src/server/log.ts";
import { terminalLine } from "../../src/server/terminal-line.ts";

const AT = Date.UTC(2026, 10, 25, 16, 20, 1);
const entry = { requestId: "1b-2c", mode: "set", durationMs: 12.34, route53Calls: 1, dynamodbCalls: 3 };

describe("a line of the log", () => {
  it.each([
    [
      { ...entry, host: "host1.example.com", address: "5.6.7.8", status: 201, verdict: "changed" },
      "16:20:01 set host1.example.com from 5.6.7.8: 201 changed (12.3 ms, id 1b-2c)",
    ],
    [
      { ...entry, mode: "get", address: "5.6.7.8", status: 200, verdict: "address" },
      "16:20:01 get from 5.6.7.8: 200 address (12.3 ms, id 1b-2c)",
    ],
    [
      { ...entry, mode: "bad", status: 400, verdict: "malformed" },
      "16:20:01 warn: bad: 400 malformed (12.3 ms, id 1b-2c)",
    ],
    [
      { ...entry, host: "a.example.com", status: 500, verdict: "bug", fault: "TypeError: x" },
      "16:20:01 error: set a.example.com: 500 bug: TypeError: x (12.3 ms, id 1b-2c)",
    ],
  ])("%j", (request, words) => {
    expect(terminalLine(logLine(request, AT))).toBe(words);
  });
  it("about anything else", () => {
    const event = {
      timestamp: new Date(AT).toISOString(),
      level: "info",
      event: "change",
      host: "a.example.com",
      attempts: 2,
    };
    expect(terminalLine(JSON.stringify(event))).toBe("16:20:01 change, host a.example.com, attempts 2");
  });
  it.each(["", "plain words", "[1", "3"])("that is no object stays: %j", (line) => {
    expect(terminalLine(line)).toBe(line);
  });
});
