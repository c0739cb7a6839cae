// curl and uclient-fetch as a client sees them, for whoever plays them: what their arguments ask for, and what they print and
// return for what became of the request (curl(1); test/transcripts/uclient-fetch). No network here.
import type { Family } from "../../src/shared/address.ts";

/** What a program is asked to send, and how. */
export interface Order {
  url: string;
  body: string;
  family: Family;
  cacert: string;
  /** curl's `interface`: a device, `if!DEVICE`, `host!ADDRESS` or `ifhost!DEVICE!ADDRESS`; "" = bound to nothing. */
  binding: string;
  /** curl's `write-out`, "" without. */
  writeOut: string;
}

export interface Answer {
  status: number;
  headers: readonly (readonly [string, string])[];
  body: string;
}

/** What became of a request. `cutAt`: characters of the body that came, −1 for all. */
export type Came =
  | { kind: "answer"; answer: Answer; cutAt: number }
  | { kind: "unresolved" | "refused" | "unreachable" | "unbindable" | "lost" | "reset" | "silent" | "slow" }
  | { kind: "untrusted"; why: "clock" | "ca" };

/** The two ends of the connection, where one came about. */
export interface Ends {
  local: string;
  remote: string;
}

export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** What the configuration on curl's standard input asks for. */
export function readCurl(stdin: string): Order {
  const option = (name: string): string => {
    const quoted = new RegExp(`^${name} = "((?:[^"\\\\]|\\\\.)*)"$`, "m").exec(stdin)?.[1] ?? "";
    return quoted.replace(/\\(.)/g, (_, letter) => (letter === "n" ? "\n" : letter));
  };
  return {
    url: option("url"),
    body: option("data-raw"),
    family: /^ipv6$/m.test(stdin) ? "ipv6" : "ipv4",
    cacert: option("cacert"),
    binding: option("interface"),
    writeOut: option("write-out"),
  };
}

/** What uclient-fetch's arguments and standard input ask for; it can bind to nothing. */
export function readUclient(argv: readonly string[], stdin: string): Order {
  const cacert = argv.find((word) => word.startsWith("--ca-certificate="))?.slice(17) ?? "";
  const family = argv.includes("-6") ? "ipv6" : "ipv4";
  return { url: argv.at(-1) ?? "", body: stdin, family, cacert, binding: "", writeOut: "" };
}

/** The device and the address that a binding of curl names, "" for none. */
export function readBinding(binding: string): { device: string; address: string } {
  const [kind = "", first = "", second = ""] = binding.split("!");
  if (kind === "ifhost") return { device: first, address: second };
  if (kind === "host") return { device: "", address: first };
  if (kind === "if") return { device: first, address: "" };
  return /^[\d.]+$|:/.test(binding) ? { device: "", address: binding } : { device: binding, address: "" };
}

export function curlPrints(came: Came, { writeOut }: Order, ends: Ends | null): Printed {
  const printed = printedByCurl(came);
  let stream: "stdout" | "stderr" = "stdout";
  for (const part of writeOut.split(/(%\{std(?:err|out)\})/)) {
    if (part === "%{stderr}") stream = "stderr";
    else if (part === "%{stdout}") stream = "stdout";
    else printed[stream] += expand(part, came, ends);
  }
  return printed;
}

/** Local and remote address are set once connected, also where the answer is an error (measured). */
function expand(text: string, came: Came, ends: Ends | null): string {
  const status = came.kind === "answer" ? `${came.answer.status}` : "000";
  const values: Record<string, string> = {
    local_ip: ends?.local ?? "",
    remote_ip: ends?.remote ?? "",
    remote_port: ends ? "443" : "0",
    http_code: status,
    response_code: status,
  };
  return text
    .replaceAll("\\n", "\n")
    .replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? unknown(whole));
}

function unknown(whole: string): never {
  throw new Error(`this stand-in for curl does not know ${whole} in write-out`);
}

function printedByCurl(came: Came): Printed {
  if (came.kind === "untrusted") {
    const why =
      came.why === "clock" ? "certificate is not yet valid" : "unable to get local issuer certificate";
    return {
      code: 60,
      stdout: "",
      stderr: `curl: (60) SSL certificate problem: ${why}\nMore details here: …\n`,
    };
  }
  if (came.kind !== "answer") {
    const [code, said] = CURL_TROUBLE[came.kind];
    return { code, stdout: "", stderr: `curl: (${code}) ${said}\n` };
  }
  const { status, headers, body } = came.answer;
  const head = ["date: today", ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (headers.some(([name]) => name === "Date")) head.shift();
  const whole = `HTTP/1.1 ${status} X\r\n${head.join("\r\n")}\r\n\r\n${body}`;
  if (came.cutAt < 0) return { code: 0, stdout: whole, stderr: "" };
  const cut = whole.slice(0, whole.length - body.length + came.cutAt);
  return { code: 18, stdout: cut, stderr: "curl: (18) transfer closed with 7 bytes remaining to read\n" };
}

const CURL_TROUBLE = {
  unresolved: [6, "Could not resolve host: f0.lambda-url.eu-west-1.on.aws"],
  unreachable: [7, "Failed to connect: Network unreachable"],
  unbindable: [45, "bind failed with errno 99: Cannot assign requested address"],
  refused: [7, "Failed to connect: Connection refused"],
  lost: [28, "Connection timed out after 10001 milliseconds"],
  reset: [35, "Recv failure: Connection reset by peer"],
  silent: [28, "Operation timed out after 20001 milliseconds with 0 bytes received"],
  slow: [28, "Operation timed out after 20001 milliseconds with 0 bytes received"],
} as const;

/** `succeeds`: what it makes of a cut body, which may be either. */
export function uclientPrints(came: Came, url: string, remote: string, succeeds = true): Printed {
  const begin = `Downloading '${url}'\n`;
  const connected = `${begin}Connecting to ${remote}:443\n`;
  const failed = (code: number, stderr: string, stdout = ""): Printed => ({ code, stdout, stderr });
  if (["unresolved", "refused", "unreachable", "unbindable"].includes(came.kind)) {
    return failed(4, `${begin}Failed to send request: Operation not permitted\n`);
  }
  if (came.kind === "untrusted") {
    const why =
      came.why === "clock" ? "unknown error" : "certificate is self-signed or not signed by a trusted CA";
    return failed(5, `${connected}SSL verify error: ${why}\nConnection error: Invalid SSL certificate\n`);
  }
  if (came.kind === "reset") return failed(4, `${connected}Connection error: Connection failed\n`);
  if (came.kind !== "answer") return failed(4, `${connected}Connection error: Connection timed out\n`);
  const { status, body } = came.answer;
  if ([301, 302, 307].includes(status)) {
    // It follows without the body, which the service cannot read.
    return failed(8, `${connected}Redirected to / on g.example\nHTTP error 502\n`);
  }
  if (status !== 200) return failed(8, `${connected}HTTP error ${status}\n`);
  const head = `${connected}Writing to stdout\n\n`;
  if (came.cutAt < 0) return { code: 0, stdout: body, stderr: `${head}Download completed\n` };
  const cut = body.slice(0, came.cutAt);
  return succeeds
    ? { code: 0, stdout: cut, stderr: `${head}Download completed (${cut.length} bytes)\n` }
    : failed(4, `${head}Connection reset prematurely\n`, cut);
}
