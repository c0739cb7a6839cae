// HTTP by uclient-fetch, which is on every OpenWrt image. It calls 201 an error, shows neither headers nor the body of an error,
// and follows redirects without the body: so the status is read from stderr, and the body judged before the exit status.
import { printable } from "../../shared/text.ts";
import { urlParts } from "../../shared/url.ts";
import type { HttpResponse, Reply } from "../core/types.ts";
import type { Job, JobResult } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { CONNECT_SECONDS, endedBadly, type Fetcher, failed, type HttpRequest } from "./request.ts";
import { describeUntrusted } from "./trust.ts";

export const uclientFetch: Fetcher = { name: "uclient-fetch", job, read };

/**
 * No `-q`: it would hide the status. `-T` is an inactivity timer; the deadline over all is ours. `-Y off`: a proxy of the
 * environment would be handed the request in the clear, and publish its own address.
 */
function job({ url, body, family, cacert, wrapper, seconds }: HttpRequest): Job {
  const argv = [
    ...wrapper,
    "uclient-fetch",
    ...(family === "" ? [] : [family === "ipv4" ? "-4" : "-6"]),
    "-T",
    `${Math.min(CONNECT_SECONDS, seconds)}`,
    "-Y",
    "off",
    "-O",
    "-",
    "--header=Content-Type: application/json",
    "--post-file=/proc/self/fd/0",
  ];
  if (cacert) argv.push(`--ca-certificate=${cacert}`);
  argv.push(url);
  return {
    argv: argv as unknown as Job["argv"],
    stdin: body,
    deadlineSeconds: seconds,
    output: "bounded",
  };
}

function read(result: JobResult, request: HttpRequest): Reply {
  const bad = endedBadly(result, "uclient-fetch", request.seconds);
  if (bad) return bad;
  const { stderr, stdout } = result;
  const status = new RegExp("\\nHTTP error (\\d{3})").exec(stderr)?.[1];
  if (status === "308" || stderr.includes("\nRedirected to ")) {
    return { ...failed("broken", REDIRECTED), instead: "curl" };
  }
  const peer = new RegExp("\\nConnecting to (\\S+):\\d+\\n").exec(stderr)?.[1] ?? "";
  if (status) return { response: hidden(Number(status)), peer };
  // Exit 0 may hide a cut body, exit 4 a whole one: what was printed counts.
  if (result.code === 0 || isJsonObject(stdout)) {
    return { response: { status: 200, body: stdout, bodyHidden: false }, peer };
  }
  return programFailure(result, request);
}

/** Whether nothing of a JSON object is missing. */
function isJsonObject(text: string): boolean {
  try {
    return text.trimStart().startsWith("{") && Boolean(JSON.parse(text));
  } catch {
    return false;
  }
}

function hidden(status: number): HttpResponse {
  return { status, body: "", bodyHidden: true };
}

function programFailure({ code, stderr }: JobResult, request: HttpRequest): Reply {
  if (stderr.includes("unrecognized option")) return { ...failed("local", TOO_OLD), instead: "curl" };
  if (stderr.includes("SSL support not available")) return { ...failed("local", NO_TLS), instead: "curl" };
  if (code === 5) return failed("untrusted", certificateTrouble(stderr, request));
  if (code !== 4) return failed("unsure", `uclient-fetch exit status ${code}: ${lastLine(stderr)}`);
  if (stderr.includes("Failed to send request")) {
    // `check` looks for "does not resolve" in it, and asks nslookup which of the two it is.
    return failed("offline", `connection refused, or ${urlParts(request.url)?.host} does not resolve`);
  }
  // A time-out or a cut connection may have hit a request that was read.
  return failed("unsure", lastLine(stderr));
}

function certificateTrouble(stderr: string, { cacert }: HttpRequest): string {
  loadPart("problems");
  const said = new RegExp("SSL verify error: (.*)").exec(stderr)?.[1];
  return describeUntrusted(said ? printable(said, 120) : lastLine(stderr), cacert);
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split(new RegExp("[\\r\\n]+")).at(-1) ?? "";
  // The reason may stand behind the progress bar of the same line.
  return printable(line.split("Connection error: ").at(-1) ?? "", 120) || "no reason given";
}

const REDIRECTED =
  "the URL redirects, and uclient-fetch does not take the body along; install curl or correct the URL";
const TOO_OLD = "this uclient-fetch has no --header (it came with OpenWrt 24.10); install curl";
const NO_TLS = "uclient-fetch has no TLS; install libustream-mbedtls, or curl";
