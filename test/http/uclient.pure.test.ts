// uclient-fetch: the command line we give it, and what we make of every case that was recorded of it; no process is started here.
import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/client/core/types.ts";
import type { JobResult } from "../../src/client/host/port.ts";
import type { HttpRequest } from "../../src/client/http/request.ts";
import { uclientFetch } from "../../src/client/http/uclient-fetch.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import old from "../transcripts/uclient-fetch/2305-mbedtls.json" with { type: "json" };
import mbedtls2410 from "../transcripts/uclient-fetch/2410-mbedtls.json" with { type: "json" };
import openssl2410 from "../transcripts/uclient-fetch/2410-openssl.json" with { type: "json" };
import mbedtls2512 from "../transcripts/uclient-fetch/2512-mbedtls.json" with { type: "json" };
import openssl2512 from "../transcripts/uclient-fetch/2512-openssl.json" with { type: "json" };
import mbedtlsMain from "../transcripts/uclient-fetch/main-mbedtls.json" with { type: "json" };
import opensslMain from "../transcripts/uclient-fetch/main-openssl.json" with { type: "json" };

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

/** `STATUS BODY`, `STATUS hidden`, or `KIND DETAIL`, and `+curl` where curl can do it. */
function say(reply: Reply): string {
  if ("failure" in reply) {
    return `${reply.failure.kind} ${reply.failure.detail}${reply.instead ? ` +${reply.instead}` : ""}`;
  }
  const { status, body, bodyHidden } = reply.response;
  return `${status} ${bodyHidden ? "hidden" : body}`;
}

describe("the command line", () => {
  const { argv, stdin, deadlineSeconds, output } = uclientFetch.job(REQUEST);
  it("is the one that was recorded and forgoes proxies, with the body by standard input", () => {
    expect(argv).toEqual([
      "uclient-fetch",
      "-4",
      "-T",
      "10",
      "-Y",
      "off",
      "-O",
      "-",
      "--header=Content-Type: application/json",
      "--post-file=/proc/self/fd/0",
      REQUEST.url,
    ]);
    expect(stdin).toBe(REQUEST.body);
    expect([deadlineSeconds, output]).toEqual([20, "bounded"]);
  });
  it("never hides the status with -q, nor forgoes verification, nor shows the body", () => {
    const all = uclientFetch.job({ ...REQUEST, body: "TOKEN", cacert: "/etc/ca.pem" }).argv.join(" ");
    expect(all).not.toMatch(/ -q|--quiet|no-check-certificate|--post-data|TOKEN/);
  });
  it("forces IPv6 for an AAAA record", () => {
    expect(uclientFetch.job({ ...REQUEST, family: "ipv6" }).argv).toContain("-6");
  });
  it("names the CA file, and begins with the wrapper", () => {
    const request = { ...REQUEST, cacert: "/etc/ca.pem", wrapper: ["mwan3", "use", "wanb"] };
    const words = uclientFetch.job(request).argv;
    expect(words.slice(0, 4)).toEqual(["mwan3", "use", "wanb", "uclient-fetch"]);
    expect(words).toContain("--ca-certificate=/etc/ca.pem");
    expect(words.at(-1)).toBe(REQUEST.url);
  });
});

/** What each recorded case must read as, by its name; the same for every build that has it. */
const READ: Readonly<Record<string, RegExp>> = {
  "status 200": /^200 good 198\.51\.100\.7\n$/,
  "status 201": /^201 hidden$/,
  "status 204": /^200 $/,
  "status 301": /^broken the URL redirects, .* install curl.* \+curl$/,
  "status 302": /^broken the URL redirects, .* \+curl$/,
  "status 303": /^303 hidden$/,
  "status 307": /^broken the URL redirects, .* \+curl$/,
  "status 308": /^broken the URL redirects, .* \+curl$/,
  "status 400": /^400 hidden$/,
  "status 401": /^401 hidden$/,
  "status 403": /^403 hidden$/,
  "status 404": /^404 hidden$/,
  "status 429": /^429 hidden$/,
  "status 500": /^500 hidden$/,
  "status 502": /^502 hidden$/,
  "status 503": /^503 hidden$/,
  empty: /^unsure Connection reset prematurely$/,
  trunc: /^unsure Connection reset prematurely$/,
  chunktrunc: /^200 short-body$/,
  chunked: /^200 hello\n$/,
  nolen: /^unsure Connection reset prematurely$/,
  zero: /^200 $/,
  garbage: /^unsure Connection reset prematurely$/,
  http10: /^unsure Connection reset prematurely$/,
  http10len: /^200 body\n$/,
  rst: /^unsure Connection failed$/,
  loop: /^broken the URL redirects, .* \+curl$/,
  "silent server": /^unsure Connection timed out$/,
  "stall in body": /^unsure Connection timed out$/,
  refused: /^offline connection refused, or abc\.lambda-url\.eu-west-1\.on\.aws does not resolve$/,
  "name does not resolve":
    /^offline connection refused, or abc\.lambda-url\.eu-west-1\.on\.aws does not resolve$/,
  "quiet 201": /^unsure uclient-fetch exit status 8: no reason given$/,
  "https good": /^200 good 198\.51\.100\.7\n$/,
  "https good 201": /^201 hidden$/,
  "https wrong name":
    /^untrusted the certificate is not trusted: .*Server hostname does not match SSL certificate; it is another host's; is the URL right\?$/,
  "https expired":
    /^untrusted the certificate is not trusted: certificate has expired; is the router's clock set\?$/,
  "https not yet valid":
    /^untrusted the certificate is not trusted: (unknown error|certificate is not yet valid); is the router's clock set\?$/,
  "https self-signed":
    /^untrusted the certificate is not trusted: (certificate is )?self-signed.*; put the file of the CA that signed it into option cacert, or install ca-bundle$/,
  "https unknown CA":
    /^untrusted the certificate is not trusted: (certificate is self-signed or not signed by a trusted CA|unable to get local issuer certificate); put the file of the CA that signed it into option cacert, or install ca-bundle$/,
  "https CA file missing":
    /^untrusted the certificate is not trusted: .*; put the file of the CA that signed it into option cacert, or install ca-bundle$/,
  usage: /^local this uclient-fetch has no --header .*; install curl \+curl$/,
  "header unknown":
    /^local this uclient-fetch has no --header \(it came with OpenWrt 24\.10\); install curl \+curl$/,
  "status 200 without header": /^200 good 198\.51\.100\.7\n$/,
};

const BUILDS = [old, mbedtls2410, openssl2410, mbedtls2512, openssl2512, mbedtlsMain, opensslMain];

describe.each(BUILDS)("as recorded of $build", ({ cases }) => {
  it.each(cases)("$case", ({ case: name, exit, stdout, stderr }) => {
    const reply = uclientFetch.read(result({ code: exit, stdout, stderr }), REQUEST);
    expect(say(reply)).toMatch(READ[name] ?? /no row for this case/);
  });
});

const ANSWER = encodeAnswer("success", "176.32.100.36");

it.each([
  ["127.0.0.1:18080", "127.0.0.1"],
  ["2a00:1450::5:443", "2a00:1450::5"],
])("the peer is read from %s", (shown, peer) => {
  const stderr = `Downloading 'https://h.example/'\nConnecting to ${shown}\nWriting to stdout\n`;
  expect(uclientFetch.read(result({ stdout: ANSWER, stderr }), REQUEST)).toMatchObject({ peer });
  const refused = `Downloading 'https://h.example/'\nConnecting to ${shown}\nHTTP error 401\n`;
  expect(uclientFetch.read(result({ code: 8, stderr: refused }), REQUEST)).toMatchObject({ peer });
});

describe("the body counts, not the exit status", () => {
  it("a whole answer whose end could not be told (exit 4) is one", () => {
    const stderr = "Downloading 'x'\nConnecting to x\nWriting to stdout\n\nConnection reset prematurely\n";
    expect(say(uclientFetch.read(result({ code: 4, stdout: ANSWER, stderr }), REQUEST))).toBe(
      `200 ${ANSWER}`,
    );
    const cut = result({ code: 4, stdout: ANSWER.slice(0, -1), stderr });
    expect(say(uclientFetch.read(cut, REQUEST))).toBe("unsure Connection reset prematurely");
  });
  it("a status is read from its own line only, wherever the URL says otherwise", () => {
    const stderr = "Downloading 'https://h.example/?HTTP error 201'\nConnecting to x\nHTTP error 403\n";
    expect(say(uclientFetch.read(result({ code: 8, stderr }), REQUEST))).toBe("403 hidden");
  });
  it("a body that quotes our words changes nothing", () => {
    const stdout = "x\nHTTP error 201\nRedirected to ";
    expect(say(uclientFetch.read(result({ stdout }), REQUEST))).toBe(`200 ${stdout}`);
  });
});

describe("what ends badly", () => {
  it.each<[Partial<JobResult>, string]>([
    [{ ended: "missing" }, "local uclient-fetch is not installed"],
    [{ ended: "deadline" }, "unsure no whole answer within 20 seconds"],
    [{ ended: "deadline", stdout: "x".repeat(65_535) }, "broken the answer is longer than 64 KiB"],
    [{ code: -11 }, "unsure uclient-fetch was ended by signal 11 +another"],
    [
      { code: -4, stderr: "Illegal instruction\n" },
      "unsure uclient-fetch was ended by signal 4: Illegal instruction +another",
    ],
    [{ code: -15 }, "unsure uclient-fetch was ended by signal 15"],
    [{ code: 127 }, "local uclient-fetch does not start: exit status 127 +another"],
    [
      {
        code: 127,
        stderr: "Error loading shared library libustream-ssl.so: No such file or directory\nmore\n",
      },
      "local uclient-fetch does not start: Error loading shared library libustream-ssl.so: No such file or directory +another",
    ],
    [
      { code: 1, stderr: "uclient-fetch: SSL support not available\n" },
      "local uclient-fetch has no TLS; install libustream-mbedtls, or curl +curl",
    ],
    [{ code: 3, stderr: "a\x1b[0mb\n" }, "unsure uclient-fetch exit status 3: a?[0mb"],
  ])("%s", (changes, words) => {
    expect(say(uclientFetch.read(result(changes), REQUEST))).toBe(words);
  });
  it("says whom it trusted when it did not trust", () => {
    const stderr = "SSL verify error: certificate is self-signed or not signed by a trusted CA\n";
    const reply = uclientFetch.read(result({ code: 5, stderr }), { ...REQUEST, cacert: "/etc/ca.pem" });
    expect(say(reply)).toContain("; the CA file /etc/ca.pem (option cacert) does not verify it");
  });
});
