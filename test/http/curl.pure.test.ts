// curl: the configuration we give it by standard input, and what we make of its exit statuses and of the heads it prints; no process is started here.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/client/core/types.ts";
import type { JobResult } from "../../src/client/host/port.ts";
import { curl } from "../../src/client/http/curl.ts";
import type { HttpRequest } from "../../src/client/http/request.ts";

const REQUEST: HttpRequest = {
  url: "https://abc.lambda-url.eu-west-1.on.aws/",
  body: '{"execution_mode":"get"}',
  family: "ipv4",
  cacert: "",
  device: "",
  wrapper: [],
  seconds: 20,
  idHeader: "x-amzn-requestid",
};

function result(changes: Partial<JobResult>): JobResult {
  return { ended: "exit", code: 0, stdout: "", stderr: "", ...changes };
}
const read = (changes: Partial<JobResult>, request = REQUEST): Reply => curl.read(result(changes), request);

describe("the configuration", () => {
  const { argv, stdin, deadlineSeconds, output } = curl.job(REQUEST);
  const lines = stdin.split("\n");
  it("leaves nothing but -q and where to read on the command line, -q first", () => {
    expect(argv).toEqual(["curl", "-q", "-K", "-"]);
    expect([deadlineSeconds, output]).toEqual([21, "bounded"]);
  });
  it.each([
    'url = "https://abc.lambda-url.eu-west-1.on.aws/"',
    'data-raw = "{\\"execution_mode\\":\\"get\\"}"',
    'header = "Content-Type: application/json"',
    "ipv4",
    'proto = "=https"',
    "connect-timeout = 10",
    "max-time = 20",
    "max-filesize = 65536",
    "globoff",
    "include",
    "silent",
    "show-error",
  ])("has the line %s", (line) => {
    expect(lines).toContain(line);
  });
  it("follows nothing and verifies always", () => {
    const all = curl.job({ ...REQUEST, cacert: "/etc/ca.pem", device: "eth1", family: "ipv6" }).stdin;
    expect(all).not.toMatch(/^(location|insecure|proxy-insecure|k$)/m);
  });
  it.each<[Partial<HttpRequest>, string]>([
    [{ family: "ipv6" }, "ipv6"],
    [{ url: "http://127.0.0.1:8080/" }, 'proto = "=http"'],
    [{ cacert: "/etc/my ca.pem" }, 'cacert = "/etc/my ca.pem"'],
    [{ device: "pppoe-wan" }, 'interface = "pppoe-wan"'],
  ])("%s adds %s", (changes, line) => {
    expect(curl.job({ ...REQUEST, ...changes }).stdin.split("\n")).toContain(line);
    expect(curl.job({ ...REQUEST, ...changes }).argv).toEqual(["curl", "-q", "-K", "-"]);
  });
  it("quotes whatever the values hold: none can end its line or its quotes", () => {
    const nasty = fc.string({ unit: fc.constantFrom('"', "\\", "\n", "a", " ", "=", "µ") });
    fc.assert(
      fc.property(nasty, (body) => {
        const text = curl.job({ ...REQUEST, body }).stdin;
        expect(text.split("\n")).toHaveLength(lines.length);
        const quoted = /^data-raw = "(.*)"$/m.exec(text)?.[1] ?? "";
        expect(JSON.parse(`"${quoted}"`)).toBe(body);
      }),
    );
  });
});

const CACERT = "put the file of the CA that signed it into option cacert, or install ca-bundle";

describe("exit statuses", () => {
  it.each([
    [1, "local"],
    [2, "local"],
    [3, "local"],
    [4, "local"],
    [5, "offline"],
    [6, "offline"],
    [7, "offline"],
    [8, "broken"],
    [16, "unsure"],
    [18, "unsure"],
    [23, "local"],
    [27, "local"],
    [28, "unsure"],
    [35, "untrusted"],
    [45, "offline"],
    [51, "untrusted"],
    [52, "unsure"],
    [53, "local"],
    [55, "unsure"],
    [56, "unsure"],
    [58, "local"],
    [60, "untrusted"],
    [63, "broken"],
    [77, "local"],
    [91, "untrusted"],
    [-9, "unsure"],
    [999, "unsure"],
  ])("%s is %s", (code, kind) => {
    expect(read({ code, stderr: `curl: (${code}) Words of curl\n` })).toMatchObject({ failure: { kind } });
  });
  it("keep curl's words, cleaned, without its prefix", () => {
    const stderr = "curl: (6) Could not resolve host: a\x1b[1m.example\nmore\n";
    expect(read({ code: 6, stderr })).toEqual({
      failure: { kind: "offline", detail: "Could not resolve host: a?[1m.example" },
    });
    expect(read({ code: 52 })).toMatchObject({ failure: { detail: "curl exit status 52" } });
  });
  it.each([
    "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to localhost:443",
    "curl: (35) Recv failure: Connection reset by peer",
    "curl: (35) TLS connect error: unexpected eof while reading",
  ])("a connection lost in the handshake is no matter of trust: %s", (stderr) => {
    expect(read({ code: 35, stderr })).toMatchObject({ failure: { kind: "offline" } });
  });
  // The words of curl with OpenSSL (7.88 and 8), mbedTLS and GnuTLS.
  it.each([
    [60, "SSL certificate problem: self-signed certificate", CACERT],
    [60, "SSL certificate problem: unable to get local issuer certificate", CACERT],
    [60, "Cert verify failed: BADCERT_NOT_TRUSTED", CACERT],
    [35, "ssl_handshake returned - mbedTLS: (-0x2700) X509 - Certificate verification failed", CACERT],
    [60, "server certificate verification failed. CAfile: none CRLfile: none", CACERT],
    [60, "SSL certificate problem: certificate is not yet valid", "is the router's clock set?"],
    [60, "Cert verify failed: BADCERT_FUTURE", "is the router's clock set?"],
    [60, "SSL certificate problem: certificate has expired", "is the router's clock set?"],
    [
      60,
      "SSL: no alternative certificate subject name matches target host name 'a.example'",
      "it is another host's; is the URL right?",
    ],
    [51, "Cert verify failed: BADCERT_CN_MISMATCH", "it is another host's; is the URL right?"],
  ])("name what to do about a certificate: %s, %s", (code, said, remedy) => {
    expect(read({ code, stderr: `curl: (${code}) ${said}\nMore details\n` })).toEqual({
      failure: {
        kind: "untrusted",
        detail: `the certificate is not trusted: ${said.replace(/^(SSL certificate problem|Cert verify failed): /, "")}; ${remedy}`,
      },
    });
  });
  it("name the CA file that did not verify it", () => {
    const stderr = "curl: (60) SSL certificate problem: self-signed certificate\n";
    expect(read({ code: 60, stderr }, { ...REQUEST, cacert: "/etc/ca.pem" })).toMatchObject({
      failure: { detail: expect.stringContaining("the CA file /etc/ca.pem (option cacert)") },
    });
  });
  it("name the remedy", () => {
    expect(read({ code: 1, stderr: 'curl: (1) Protocol "https" not supported' })).toMatchObject({
      failure: { detail: expect.stringContaining("install a curl with TLS") },
    });
    expect(read({ code: 77, stderr: "curl: (77) x" }, { ...REQUEST, cacert: "/etc/ca.pem" })).toMatchObject({
      failure: { detail: expect.stringContaining("/etc/ca.pem") },
    });
  });
  it.each<[Partial<JobResult>, string, string]>([
    [{ ended: "missing" }, "local", "curl is not installed"],
    [{ ended: "deadline" }, "unsure", "within 20 seconds"],
    [{ ended: "deadline", stdout: "x".repeat(65_535) }, "broken", "64 KiB"],
    [{ stdout: "" }, "broken", "not HTTP"],
    [{ stdout: "hello" }, "broken", "not HTTP"],
  ])("%s is %s: %s", (changes, kind, words) => {
    expect(read(changes)).toMatchObject({ failure: { kind, detail: expect.stringContaining(words) } });
  });
});

const head = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

describe("responses", () => {
  it("of any version, with reason or without", () => {
    for (const first of ["HTTP/1.1 201 Created", "HTTP/1.0 201 OK", "HTTP/2 201 ", "HTTP/3 201"]) {
      expect(read({ stdout: `${head(first, "a: b")}body` })).toEqual({
        response: { status: 201, body: "body", bodyHidden: false },
      });
    }
  });
  it("after interim ones, which are passed over", () => {
    const stdout = `${head("HTTP/1.1 100 Continue")}${head("HTTP/1.1 103 Early", "link: x")}${head("HTTP/1.1 200 OK")}body`;
    expect(read({ stdout })).toMatchObject({ response: { status: 200, body: "body" } });
  });
  it("whose body looks like a head keep it", () => {
    const body = head("HTTP/1.1 200 OK");
    expect(read({ stdout: head("HTTP/1.1 403 Forbidden") + body })).toMatchObject({
      response: { status: 403, body },
    });
  });
  it("give Location, request id and Retry-After, in whatever case and spacing", () => {
    const stdout = head(
      "HTTP/1.1 429 Slow",
      "LOCATION:/x",
      "x-amzn-requestid: \t id-1  ",
      "Retry-After: 120",
    );
    expect(read({ stdout })).toMatchObject({
      response: { location: "/x", requestId: "id-1", retryAfter: 120 },
    });
  });
  it("take no header from the body, nor one whose name only ends like it", () => {
    const stdout = `${head("HTTP/1.1 200 OK", "x-retry-after: 5")}Retry-After: 7\r\n`;
    expect(read({ stdout })).not.toHaveProperty("response.retryAfter");
  });
  it.each([
    ["0", 0],
    ["3600", 3600],
    ["999999999", 999_999_999],
    ["Sun, 22 Nov 2026 02:02:00 GMT", 120],
    ["Sun, 22 Nov 2026 01:00:00 GMT", 0],
  ])("Retry-After: %s is %s s by the server's own clock", (value, seconds) => {
    const stdout = head("HTTP/1.1 503 Slow", "Date: Sun, 22 Nov 2026 02:00:00 GMT", `Retry-After: ${value}`);
    expect(read({ stdout })).toMatchObject({ response: { retryAfter: seconds } });
  });
  it.each(["-5", "soon", "1e3", "", "12 34"])("Retry-After: %s is none", (value) => {
    const stdout = head("HTTP/1.1 503 Slow", `Retry-After: ${value}`);
    expect(read({ stdout })).not.toHaveProperty("response.retryAfter");
  });
  it("crash nothing, whatever is printed", () => {
    const line = fc.string({
      unit: fc.constantFrom("H", "T", "P", "/", "1", "2", "0", " ", ":", "\r", "\n", "x"),
    });
    fc.assert(
      fc.property(line, (text) => {
        expect(read({ stdout: `HTTP/1.1 200 OK\r\n${text}` })).toBeTypeOf("object");
      }),
    );
  });
});
