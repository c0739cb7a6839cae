// uclient-fetch and curl as the client sees them: arguments and standard input in; exit status, stdout and stderr out.
import type { Job, JobResult } from "../../src/client/host/port.ts";
import type { LineName } from "./life.ts";
import { type Contact, contact, lineOfDevice, type Request } from "./network.ts";
import { answered, requested } from "./watch.ts";
import { pass, strikes, type World } from "./world.ts";

type Output = Pick<JobResult, "ended" | "code" | "stdout" | "stderr">;

const exit = (code: number, stdout: string, stderr: string): Output => ({
  ended: "exit",
  code,
  stdout,
  stderr,
});

/** What all programs have in common when they are broken. */
export function brokenProgram(world: World, how: string, job: Job): Output {
  pass(world, how === "hang" ? job.deadlineSeconds * 1000 : 5);
  if (how === "missing") return { ended: "missing", code: 0, stdout: "", stderr: "" };
  if (how === "hang") return { ended: "deadline", code: 0, stdout: "", stderr: "" };
  if (how === "fail") return exit(1, "", `${job.argv[0]}: Segmentation fault\u0007`);
  return exit(0, '{"interface": [{"interface":', "\u001b]0;x");
}

export function curl(world: World, job: Job): Output {
  const option = (name: string) =>
    new RegExp(`^${name} = "((?:[^"\\\\]|\\\\.)*)"$`, "m").exec(job.stdin)?.[1];
  const unquote = (text = "") => text.replace(/\\(.)/g, "$1");
  const request: Request = {
    url: unquote(option("url")),
    body: unquote(option("data-raw")),
    family: /^ipv6$/m.test(job.stdin) ? "ipv6" : "ipv4",
    line: lineOfDevice(unquote(option("interface"))),
    cacert: unquote(option("cacert")),
  };
  const found = make(world, request, "curl", job);
  return "ended" in found ? found : asCurl(found);
}

export function uclientFetch(world: World, job: Job, line: LineName | null): Output {
  const { argv } = job;
  if (world.life.uclient === "2305") {
    return exit(
      1,
      "",
      "uclient-fetch: unrecognized option '--header=Content-Type: application/json'\nUsage: …\n",
    );
  }
  const cacert = argv.find((word) => word.startsWith("--ca-certificate="))?.slice(17) ?? "";
  const family = argv.includes("-6") ? "ipv6" : "ipv4";
  const request: Request = { url: argv.at(-1) ?? "", body: job.stdin, family, line, cacert };
  const found = make(world, request, "uclient-fetch", job);
  return "ended" in found ? found : asUclient(world, found, request.url);
}

/** Lets the request happen, with the laws looking on. */
function make(world: World, request: Request, fetcher: "curl" | "uclient-fetch", job: Job): Contact | Output {
  requested(world, request);
  const fault = strikes(world, "fetcher");
  if (fault && fault !== "missing") {
    answered(world, request, null, fetcher);
    return brokenProgram(world, fault, job);
  }
  const found = contact(world, request, fetcher === "curl" ? 20 : 10);
  answered(world, request, found, fetcher);
  return found;
}

function asCurl(found: Contact): Output {
  if (found.kind === "untrusted") {
    const why =
      found.why === "clock" ? "certificate is not yet valid" : "unable to get local issuer certificate";
    return exit(60, "", `curl: (60) SSL certificate problem: ${why}\nMore details here: …\n`);
  }
  if (found.kind !== "answer") {
    const [code, said] = CURL_TROUBLE[found.kind];
    return exit(code, "", `curl: (${code}) ${said}\n`);
  }
  const { status, headers, body } = found.answer;
  const head = ["date: today", ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (headers.some(([name]) => name === "Date")) head.shift();
  const whole = `HTTP/1.1 ${status} X\r\n${head.join("\r\n")}\r\n\r\n${body}`;
  if (found.cutAt < 0) return exit(0, whole, "");
  const cut = whole.slice(0, whole.length - body.length + found.cutAt);
  return exit(18, cut, "curl: (18) transfer closed with 7 bytes remaining to read\n");
}

const CURL_TROUBLE = {
  unresolved: [6, "Could not resolve host: f0.lambda-url.eu-west-1.on.aws"],
  unreachable: [7, "Failed to connect: Network unreachable"],
  refused: [7, "Failed to connect: Connection refused"],
  lost: [28, "Connection timed out after 10001 milliseconds"],
  reset: [35, "Recv failure: Connection reset by peer"],
  silent: [28, "Operation timed out after 20001 milliseconds with 0 bytes received"],
  slow: [28, "Operation timed out after 20001 milliseconds with 0 bytes received"],
} as const;

function asUclient(world: World, found: Contact, url: string): Output {
  const begin = `Downloading '${url}'\n`;
  const connected = `${begin}Connecting to 3.4.5.6:443\n`;
  if (found.kind === "unresolved" || found.kind === "refused" || found.kind === "unreachable") {
    return exit(4, "", `${begin}Failed to send request: Operation not permitted\n`);
  }
  if (found.kind === "untrusted") {
    const why =
      found.why === "clock" ? "unknown error" : "certificate is self-signed or not signed by a trusted CA";
    return exit(5, "", `${connected}SSL verify error: ${why}\nConnection error: Invalid SSL certificate\n`);
  }
  if (found.kind === "reset") return exit(4, "", `${connected}Connection error: Connection failed\n`);
  if (found.kind !== "answer") return exit(4, "", `${connected}Connection error: Connection timed out\n`);
  const { status, body } = found.answer;
  if ([301, 302, 307].includes(status)) {
    // It follows without the body, which the service cannot read.
    return exit(8, "", `${connected}Redirected to / on g.example\nHTTP error 502\n`);
  }
  if (status !== 200) return exit(8, "", `${connected}HTTP error ${status}\n`);
  if (found.cutAt < 0) return exit(0, body, `${connected}Writing to stdout\n\nDownload completed\n`);
  const cut = body.slice(0, found.cutAt);
  return world.random.chance(0.5)
    ? exit(0, cut, `${connected}Writing to stdout\n\nDownload completed (${cut.length} bytes)\n`)
    : exit(4, cut, `${connected}Writing to stdout\n\nConnection reset prematurely\n`);
}
