// HTTP by curl. Its whole configuration, URL and token included, travels by stdin; argv shows nothing.
import { printable } from "../../shared/text.ts";
import type { ErrorKind, HttpResponse, Reply } from "../core/types.ts";
import type { Job, JobResult } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { CONNECT_SECONDS, endedBadly, type Fetcher, failed, type HttpRequest } from "./request.ts";
import { describeUntrusted } from "./trust.ts";

export const curl: Fetcher = { name: "curl", job, read };

/** `-q` must be the first argument, or ~/.curlrc is read. Redirects are not followed: the exchange judges them. */
function job(request: HttpRequest): Job {
  const { url, body, family, cacert, device, wrapper, seconds } = request;
  const lines = [
    `url = ${quote(url)}`,
    `data-raw = ${quote(body)}`,
    'header = "Content-Type: application/json"',
    ...(family ? [family] : []),
    `proto = "=${url.slice(0, url.indexOf(":"))}"`,
    `connect-timeout = ${Math.min(CONNECT_SECONDS, seconds)}`,
    `max-time = ${seconds}`,
    // As much as the pipe holds that we read from.
    "max-filesize = 65536",
    // The service publishes the address that it sees, so no proxy of the environment may stand in between.
    'globoff\nno-buffer\ninclude\nsilent\nshow-error\nnoproxy = "*"',
  ];
  if (cacert) lines.push(`cacert = ${quote(cacert)}`);
  if (device) lines.push(`interface = ${quote(device)}`);
  return {
    argv: [...wrapper, "curl", "-q", "-K", "-"] as unknown as Job["argv"],
    stdin: `${lines.join("\n")}\n`,
    // curl's own limit comes first: it can tell what it was waiting for.
    deadlineSeconds: seconds + 1,
    output: "bounded",
  };
}

/** A value in curl's configuration syntax. */
function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function read(result: JobResult, request: HttpRequest): Reply {
  const bad = endedBadly(result, "curl", request.seconds);
  if (bad) return bad;
  if (result.code === 0) {
    const response = parseResponse(result.stdout, request.idHeader);
    return response ? { response } : failed("broken", NO_HTTP);
  }
  // curl takes whatever is not HTTP for version 0.9, and ends with 1, as for a protocol that it was built without.
  if (result.stderr.includes("HTTP/0.9")) return failed("broken", NO_HTTP);
  const [kind] = KINDS.find(([, codes]) => codes.includes(result.code)) ?? ["unsure" as const];
  const said = printable(result.stderr.replace(PREFIX, "").trim().split("\n")[0] ?? "", 160);
  if (kind === "untrusted" && cut(said)) return failed("offline", said);
  if (kind === "untrusted" && CERTIFICATE.test(said)) {
    loadPart("problems");
    return failed(kind, describeUntrusted(said.replace(PROBLEM, ""), request.cacert));
  }
  return failed(kind, explain(result.code, said, request));
}

/** What curl's exit statuses (curl(1), EXIT CODES) mean to us; after any other the request may have left. */
const KINDS: readonly (readonly [ErrorKind, readonly number[]])[] = [
  // This curl or this router: a feature is not built in, a URL or option that it does not take, output that cannot be
  // written, no memory, a TLS engine, certificate or CA file that cannot be used.
  ["local", [1, 2, 3, 4, 23, 27, 43, 53, 58, 59, 77]],
  // No proxy, host or connection found, or no such device to bind to.
  ["offline", [5, 6, 7, 45]],
  // The handshake failed, or the certificate did not please.
  ["untrusted", [35, 51, 60, 83, 90, 91]],
  // An answer that is not HTTP, or longer than max-filesize.
  ["broken", [8, 63]],
];

const NO_HTTP = "the answer is not HTTP";
const CERTIFICATE = new RegExp("certificate|cert verify", "i");
const PROBLEM = new RegExp("^(SSL certificate problem|Cert verify failed): ");
const PREFIX = new RegExp("^curl: \\(\\d+\\) ");

/** A connection lost in the handshake (exit status 35) says nothing about trust. */
function cut(said: string): boolean {
  return new RegExp("reset|SYSCALL|EOF|closed|terminated|timed out", "i").test(said);
}

function explain(code: number, said: string, { cacert }: HttpRequest): string {
  if (code === 1)
    return `curl was built without TLS or refuses the protocol (${said}); install a curl with TLS`;
  if (code === 77)
    return `the CA file ${cacert || "of the system (package ca-bundle)"} cannot be read (${said})`;
  return said || `curl exit status ${code}`;
}

/** The final response in what `curl --include` prints; interim (1xx) ones are passed over. Null when it is none. */
function parseResponse(text: string, idHeader: string): HttpResponse | null {
  let rest = text;
  for (;;) {
    const head = HEAD.exec(rest);
    if (!head) return null;
    rest = rest.slice(head[0].length);
    const status = Number(head[1]);
    if (status >= 200)
      return { status, body: rest, bodyHidden: false, ...readHeaders(head[2] ?? "", idHeader) };
  }
}

const HEAD = new RegExp("^HTTP/[\\d.]+ (\\d{3})[^\\r\\n]*\\r?\\n((?:[^\\r\\n]+\\r?\\n)*)\\r?\\n");

function readHeaders(text: string, idHeader: string): Partial<HttpResponse> {
  // Names in lower case once: an expression that ignores case costs more to build than all the rest.
  const head = `\n${text}`;
  const names = head.toLowerCase();
  const header = (name: string): string | undefined => {
    const at = names.indexOf(`\n${name}:`);
    return at < 0 ? undefined : head.slice(at + name.length + 2, head.indexOf("\n", at + 1)).trim();
  };
  const location = header("location");
  const requestId = header(idHeader);
  const retryAfter = readRetryAfter(header("retry-after"), header("date"));
  return {
    ...(location === undefined ? {} : { location }),
    ...(requestId === undefined ? {} : { requestId: printable(requestId, 64) }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Milliseconds since 1970 of an HTTP date (IMF-fixdate), NaN for any other text, which each engine reads in its own way. */
function instant(text: string): number {
  const time = Date.parse(text);
  return time > 0 && new Date(time).toUTCString() === text ? time : Number.NaN;
}

/** Retry-After is seconds, or a date that is measured by the server's own clock, since ours may be wrong (RFC 9110). */
function readRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (new RegExp("^\\d{1,9}$").test(value)) return Number(value);
  const seconds = (instant(value) - instant(date ?? "")) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
