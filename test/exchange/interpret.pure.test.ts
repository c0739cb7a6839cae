// What each HTTP response means: every row of the service's table by status and return_status, and every redirect that is followed or not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HttpResponse } from "../../src/client/core/types.ts";
import { interpret, type Meaning } from "../../src/client/exchange/interpret.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import sample from "../transcripts/sample-service.json" with { type: "json" };

const URL = "https://abc.lambda-url.eu-west-1.on.aws/path?query";

function answer(status: number, body: string, more: Partial<HttpResponse> = {}): HttpResponse {
  return { status, body, bodyHidden: false, ...more };
}

/** `accepted MESSAGE`, `moved URL`, or `KIND DETAIL`. */
function say(meaning: Meaning): string {
  if (meaning.kind === "accepted") return `accepted ${meaning.message}`;
  return meaning.kind === "moved"
    ? `moved ${meaning.url}`
    : `${meaning.failure.kind} ${meaning.failure.detail}`;
}

describe("the sample's recorded answers", () => {
  const kinds: Readonly<Record<number, string>> = {
    200: "accepted",
    201: "accepted",
    400: "refused",
    401: "refused",
    403: "refused",
    429: "busy",
    500: "broken",
    502: "broken",
  };
  it.each(sample.cases)("$case: $status", ({ case: name, status, body }) => {
    const mode = name.startsWith("get") ? "get" : "set";
    expect(say(interpret(answer(status, body), mode, URL)).split(" ")[0]).toBe(kinds[status]);
  });
});

const ok = encodeAnswer("success", "176.32.100.36");
const bad = encodeAnswer("fail", "Sorry.");

describe("answers", () => {
  it.each<[string, HttpResponse, "get" | "set", string]>([
    ["get", answer(200, ok), "get", "accepted 176.32.100.36"],
    ["set", answer(200, ok), "set", "accepted 176.32.100.36"],
    ["set, changed", answer(201, ok), "set", "accepted 176.32.100.36"],
    ["201, body hidden", answer(201, "", { bodyHidden: true }), "set", "accepted "],
    ["201 to a get", answer(201, ok), "get", "broken the answer is not the service's (HTTP 201)"],
    ["201 to a get, body hidden", answer(201, "", { bodyHidden: true }), "get", "broken the answer is not"],
    [
      "201 without return_status",
      answer(201, "{}"),
      "set",
      "broken the answer is not the service's (HTTP 201): {}",
    ],
    ["fail in a 200", answer(200, bad), "set", "broken the answer is not the service's (HTTP 200): Sorry."],
    ["202", answer(202, ok), "set", "broken the answer is not the service's (HTTP 202)"],
    ["204", answer(204, ""), "set", "broken the answer is not the service's (HTTP 204): empty"],
    ["empty", answer(200, ""), "set", "broken the answer is not the service's (HTTP 200): empty"],
    [
      "HTML",
      answer(200, "<html>\n<b>Log in"),
      "set",
      "broken the answer is not the service's (HTTP 200): <html>?<b>Log in",
    ],
    ["another service's word", answer(200, "good 1.2.3.4"), "set", "broken the answer is not"],
    ["cut", answer(200, ok.slice(0, 30)), "set", "unsure the answer was cut after 30 characters"],
    ["400", answer(400, bad), "set", "refused the service calls the request malformed (400): Sorry."],
    ["401", answer(401, bad), "set", "refused the service refuses the token (401): Sorry."],
    [
      "403",
      answer(403, bad),
      "set",
      "refused the service does not know this host name, could not read its record, or has it disabled (403): Sorry.",
    ],
    ["403 of the URL", answer(403, '{"Message":null}'), "set", "refused the URL refuses the call (403)"],
    [
      "403 to a get, body hidden",
      answer(403, "", { bodyHidden: true }),
      "get",
      "refused the URL refuses the call (403)",
    ],
    [
      "403, body hidden",
      answer(403, "", { bodyHidden: true }),
      "set",
      "refused the service does not know this host name, could not read its record, or has it disabled (403); or the URL refuses the call (403)",
    ],
    ["404", answer(404, "x"), "set", "broken there is nothing at this URL (404)"],
    ["429", answer(429, '{"message":"Rate Exceeded."}'), "set", "busy the service asks to wait (429)"],
    ["500", answer(500, bad), "set", "broken the service failed (500): Sorry."],
    [
      "500, body hidden",
      answer(500, "", { bodyHidden: true }),
      "set",
      "broken the service failed (500) (uclient-fetch does not show why, curl does)",
    ],
    [
      "500: IPv6 with AWS's sample",
      answer(500, encodeAnswer("fail", "InvalidChangeBatch: ARRDATAIllegalIPv4Address: Value is not valid")),
      "set",
      "; it writes A records only (AWS's sample does): family 'ipv6' needs this project's service",
    ],
    ["502", answer(502, "Internal Server Error"), "set", "broken the service failed (502)"],
    ["503", answer(503, ""), "set", "busy the service asks to wait (503)"],
    ["599", answer(599, ""), "set", "broken the service failed (599)"],
    [
      "303",
      answer(303, "", { location: "https://x.example/" }),
      "set",
      "broken the answer is not the service's (HTTP 303)",
    ],
    ["418", answer(418, "teapot"), "set", "broken the answer is not the service's (HTTP 418)"],
  ])("%s", (_, response, mode, words) => {
    expect(say(interpret(response, mode, URL))).toContain(words);
  });
  it("hand on request id and Retry-After, cleaned, from the head or the body", () => {
    const inHead = answer(500, bad, { requestId: "a\x1bb", retryAfter: 90 });
    expect(interpret(inHead, "set", URL)).toMatchObject({ failure: { requestId: "a?b", retryAfter: 90 } });
    const inBody = answer(403, encodeAnswer("fail", "No.", "of the body"));
    expect(interpret(inBody, "set", URL)).toMatchObject({ failure: { requestId: "of the body" } });
    expect(interpret(answer(500, ""), "set", URL)).not.toHaveProperty("failure.requestId");
  });
  it("decide by status, never by wording: every text gives the same meaning", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(400, 401, 403, 429, 500, 503), (text, status) => {
        const kind = (message: string) =>
          say(interpret(answer(status, encodeAnswer("fail", message)), "set", URL)).split(" ")[0];
        expect(kind(text)).toBe(kind("Rate Exceeded."));
        expect(interpret(answer(201, encodeAnswer("success", text)), "set", URL).kind).toBe("accepted");
      }),
    );
  });
  it("reach no log with a control character, nor at any length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.array(fc.nat(0x2100)),
        fc.boolean(),
        (status, units, answered) => {
          const text = String.fromCharCode(...units).repeat(3);
          const body = answered ? encodeAnswer("fail", text) : text;
          const detail = say(interpret(answer(status, body, { location: text }), "set", URL));
          expect(detail).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028-\u202e]/);
          expect(detail.length).toBeLessThan(500);
        },
      ),
    );
  });
});

const STATUSES = [301, 302, 307, 308];

describe.each(STATUSES)("redirect %s", (status) => {
  it.each([
    ["https://other.example/x", "https://other.example/x"],
    ["https://abc.lambda-url.eu-west-1.on.aws:8443/", "https://abc.lambda-url.eu-west-1.on.aws:8443/"],
    ["https://176.32.100.36/", "https://176.32.100.36/"],
    ["/elsewhere?a=b", "https://abc.lambda-url.eu-west-1.on.aws/elsewhere?a=b"],
  ])("to %s is followed", (location, to) => {
    expect(say(interpret(answer(status, "", { location }), "set", URL))).toBe(`moved ${to}`);
  });
  it.each([
    ["http://other.example/", "without https on both sides: http://other.example/"],
    ["https://10.0.0.1/", "to a private address"],
    ["https://192.168.1.1:8443/", "to a private address"],
    ["https://127.0.0.1/", "to a private address"],
    ["https://localhost/", "to a private address"],
    ["https://[::1]/", "to a private address"],
    ["https://[fd00::1]/", "to a private address"],
    ["https://[fe80::1]/", "to a private address"],
    ["https://169.254.169.254/latest", "to a private address"],
    ["//other.example/x", "to something that is no URL"],
    ["next", "to something that is no URL"],
    ["ftp://other.example/", "to something that is no URL"],
    ["https://user:word@other.example/", "to something that is no URL"],
    ["https://other.example/two words", "to something that is no URL"],
    ["https://other.example/\x1b[0m", "to something that is no URL"],
    ["https://other.example/\r\nX: y", "to something that is no URL"],
    ["javascript:alert(1)", "to"],
    ["file:///etc/passwd", "to something that is no URL"],
  ])("to %s is not", (location, words) => {
    const meaning = interpret(answer(status, "", { location }), "set", URL);
    expect(meaning).toMatchObject({ failure: { kind: "broken" } });
    expect(say(meaning)).toContain(words);
    expect(say(meaning)).toContain(`redirects (${status})`);
  });
  it("to nowhere is not", () => {
    expect(say(interpret(answer(status, ""), "set", URL))).toContain(`redirects (${status})`);
  });
  it("of plain http is not, even to https", () => {
    const meaning = interpret(
      answer(status, "", { location: "https://a.example/" }),
      "set",
      "http://localhost/",
    );
    expect(say(meaning)).toContain("without https on both sides");
  });
});

// Other spellings that programs take for loopback or private addresses.
describe("a private address in disguise", () => {
  it.each([
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::]/",
    "https://0.0.0.0/",
    "https://100.64.0.1/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://127.0.0.1./",
  ])("%s is not followed", (location) => {
    expect(interpret(answer(307, "", { location }), "set", URL).kind).toBe("failed");
  });
});
