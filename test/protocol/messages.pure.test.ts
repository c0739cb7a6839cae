// Messages: exact bytes out, both wordings in, strangers' members passed over, wrong types refused; round trips of generated ones.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeGet,
  encodeSet,
} from "../../src/protocol/messages.ts";
import sample from "../transcripts/sample-service.json" with { type: "json" };

const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

const TOKEN = "a1771addefd8130757f890aa56b06da8eef1e51f445f92a65cabe7be3cf48a62";

describe("requests", () => {
  it("are the bytes that the sample reads", () => {
    expect(encodeGet()).toBe('{"execution_mode":"get"}');
    expect(encodeSet("host1.dyn.example.com", TOKEN)).toBe(
      `{"execution_mode":"set","ddns_hostname":"host1.dyn.example.com","validation_hash":"${TOKEN}"}`,
    );
  });
  it("come back as they were sent", () => {
    fc.assert(
      fc.property(
        codeUnits.filter((name) => name !== ""),
        (hostname) => {
          expect(decodeRequest(encodeSet(hostname, TOKEN))).toEqual({ mode: "set", hostname, token: TOKEN });
        },
      ),
    );
    expect(decodeRequest(encodeGet())).toEqual({ mode: "get" });
  });
  it("may hold members that nobody named, blanks, and a token in capitals", () => {
    expect(decodeRequest(' { "execution_mode" : "get", "x": [1] } ')).toEqual({ mode: "get" });
    expect(decodeRequest(encodeSet("h.example", TOKEN.toUpperCase()))).toMatchObject({ token: TOKEN });
  });
  it.each([
    ["", "JSON object"],
    ["get", "JSON object"],
    ["null", "JSON object"],
    ["[]", "JSON object"],
    ['"get"', "JSON object"],
    ["{}", "execution_mode"],
    ['{"execution_mode":"GET"}', "execution_mode"],
    ['{"execution_mode":["get"]}', "execution_mode"],
    ['{"__proto__":{"execution_mode":"get"}}', "execution_mode"],
    ['{"execution_mode":"set"}', "ddns_hostname"],
    [`{"execution_mode":"set","ddns_hostname":"","validation_hash":"${TOKEN}"}`, "ddns_hostname"],
    [`{"execution_mode":"set","ddns_hostname":1,"validation_hash":"${TOKEN}"}`, "ddns_hostname"],
    ['{"execution_mode":"set","ddns_hostname":"h"}', "validation_hash"],
    ['{"execution_mode":"set","ddns_hostname":"h","validation_hash":7}', "validation_hash"],
    [`{"execution_mode":"set","ddns_hostname":"h","validation_hash":"${TOKEN}0"}`, "64 hex"],
    [`{"execution_mode":"set","ddns_hostname":"h","validation_hash":"${TOKEN.slice(1)}g"}`, "64 hex"],
    [`{"execution_mode":"set","ddns_hostname":"h","validation_hash":"${TOKEN}\\n"}`, "64 hex"],
  ])("%s is refused", (body, words) => {
    expect(decodeRequest(body)).toContain(words);
  });
});

describe("answers", () => {
  const answering = sample.cases.filter(({ body }) => body.includes("return_status"));
  it.each(answering)("of the sample: $case", ({ body, status }) => {
    const answer = decodeAnswer(body);
    expect(answer?.status).toBe(status === 200 || status === 201 ? "success" : "fail");
    expect(body).toContain(answer?.message.slice(0, 20) ?? "?");
  });
  it("of the article read the same: the wording decides nothing", () => {
    const body =
      '{"return_status":"success","return_message":"Your hostname record h has been set to 1.2.3.4"}';
    expect(decodeAnswer(body)).toEqual({
      status: "success",
      message: "Your hostname record h has been set to 1.2.3.4",
    });
  });
  it("come back as they were sent, request id and all", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("success" as const, "fail" as const),
        codeUnits,
        fc.option(fc.string(), { nil: undefined }),
        (status, message, requestId) => {
          const expected = requestId === undefined ? { status, message } : { status, message, requestId };
          expect(decodeAnswer(encodeAnswer(status, message, requestId))).toEqual(expected);
        },
      ),
    );
  });
  it("may hold members that nobody named; a mistyped request id is none", () => {
    const body = '{"a":{},"return_status":"fail","return_message":"","request_id":7}';
    expect(decodeAnswer(body)).toEqual({ status: "fail", message: "" });
  });
  it.each([
    "",
    " ",
    "Internal Server Error",
    "<html><body>sign in</body></html>",
    '{"Message":null}',
    '{"Message":"Forbidden. For troubleshooting…"}',
    '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    '{"return_status":"success"}',
    '{"return_message":"1.2.3.4"}',
    '{"return_status":"SUCCESS","return_message":"1.2.3.4"}',
    '{"return_status":true,"return_message":"1.2.3.4"}',
    '{"return_status":"success","return_message":1234}',
    '{"return_status":"success","return_message":null}',
    '{"return_status":["success"],"return_message":"x"}',
    '[{"return_status":"success","return_message":"x"}]',
    '{"return_status":"success","return_message":"1.2.3.4"',
    '{"return_status":"success","return_message":"1.2.3.4"}}',
    '{"return_status":"success","return_message":"1.2.3.4"}\0',
    "null",
    "true",
    "\ufeff{}",
  ])("%s is none", (body) => {
    expect(decodeAnswer(body)).toBeNull();
  });
  it("are decoded or refused whatever the text, cut ones included", () => {
    const whole = encodeAnswer("success", "176.32.100.36", "id");
    for (let length = 0; length < whole.length; length++)
      expect(decodeAnswer(whole.slice(0, length))).toBeNull();
    fc.assert(
      fc.property(fc.json(), (text) => decodeAnswer(text) === null || text.includes("return_status")),
    );
  });
});
