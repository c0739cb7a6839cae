// The stand-in for uclient-fetch replays every recorded case of every build byte for byte, against a server that does what the recording's server did.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorities, type CertificateKind } from "./certificates.ts";
import { type Asked, type HttpsServer, type Reply, startHttps } from "./https.ts";
import { makeRouter, type Router } from "./router.ts";

interface Case {
  case: string;
  args: string[];
  exit: number;
  stdout: string;
  stderr: string;
}
interface Transcript {
  build: string;
  stdin: string;
  cases: Case[];
}

const folder = new URL("../transcripts/uclient-fetch/", import.meta.url);
const transcripts = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Transcript,
);

/** Ports of the recording and what stood there. */
const HTTPS: Readonly<Record<number, CertificateKind>> = {
  18443: "good",
  18444: "wrong-name",
  18445: "expired",
  18446: "not-yet-valid",
  18447: "self-signed",
  18448: "unknown-ca",
};
const ports = new Map<number, number>();
const servers: HttpsServer[] = [];
let router: Router;

const REPLIES: Readonly<Record<string, Reply>> = {
  "/empty": { raw: "" },
  "/trunc": { raw: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort-body" },
  "/chunktrunc": { raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nshort-body" },
  "/chunked": { body: "hello\n", framing: "chunked" },
  "/nolen": { body: "no length body\n", framing: "close" },
  "/zero": { body: "" },
  "/garbage": { raw: "this is not HTTP\r\n\r\n" },
  "/http10": { version: "1.0", body: "http10 body\n", framing: "close" },
  "/http10len": { version: "1.0", body: "body\n" },
  "/rst": { ending: "reset" },
  "/loop": { status: 302, headers: { Location: "/loop" } },
  "/stall/6": { raw: "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", ending: "stall" },
};

function reply({ path, method, body }: Asked): Reply {
  if (path === "/final") return { body: `final method=${method} body=${body}\n` };
  const status = Number(/^\/s\/(\d+)$/.exec(path)?.[1] ?? 0);
  if (status === 0) return REPLIES[path] ?? { status: 404 };
  if (status >= 300 && status < 400) return { status, headers: { Location: "/final" } };
  return { status, body: status === 204 ? "" : "good 198.51.100.7\n" };
}

beforeAll(async () => {
  router = makeRouter({ programs: ["uclient-fetch"] });
  router.put("etc/bundle.pem", (await authorities()).trusted.pem);
  const start = async (
    port: number,
    certificate: CertificateKind | null,
    answer: (asked: Asked) => Reply,
  ) => {
    const server = await startHttps(certificate === null ? { plain: true } : { certificate });
    server.answerAlways(answer);
    servers.push(server);
    ports.set(port, server.port);
  };
  await start(18080, null, reply);
  await start(18079, null, () => ({ ending: "hang" }));
  for (const [port, kind] of Object.entries(HTTPS)) await start(Number(port), kind, reply);
});
afterAll(async () => {
  router.remove();
  for (const server of servers) await server.close();
});

/** The recording's ports and folder, replaced by those of now. */
function now(text: string): string {
  const there = text.replace(/:(18\d{3})\b/g, (_whole, port: string) => `:${ports.get(Number(port))}`);
  return there.replaceAll(/\/opt\/uclient-\d+\//g, "");
}

function fetchNow(args: readonly string[], stdin: string): Promise<Omit<Case, "case" | "args">> {
  const child = spawn(join(router.root, "bin/uclient-fetch"), args.map(now), { env: { PATH: "" } });
  const result = { exit: -1, stdout: "", stderr: "" };
  child.stdout.on("data", (more) => {
    result.stdout += more;
  });
  child.stderr.on("data", (more) => {
    result.stderr += more;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  return new Promise((done) => child.on("close", (code) => done({ ...result, exit: code ?? -1 })));
}

describe.each(transcripts)("build $build", ({ build, stdin, cases }) => {
  beforeAll(() => {
    const [version, tls] = build.split("-");
    router.control(
      "uclient-fetch",
      JSON.stringify({ build: version, tls, bundle: router.path("etc/bundle.pem") }),
    );
  });
  it.concurrent.each(cases)("$case", async ({ args, exit, stdout, stderr }) => {
    expect(await fetchNow(args, stdin)).toEqual({ exit, stdout, stderr: now(stderr) });
  });
});

describe("what the recordings say in words", () => {
  const posting = ["-4", "-O", "-", "--header=Content-Type: application/json", "--post-file=/proc/self/fd/0"];
  const last = (port: number) =>
    servers[[18080, 18079, ...Object.keys(HTTPS).map(Number)].indexOf(port)]?.asked.at(-1);
  it("sends the body in chunks, without a length, with the stated content type", async () => {
    await fetchNow([...posting, "http://127.0.0.1:18080/s/200"], "the body");
    const asked = last(18080);
    expect(asked).toMatchObject({ method: "POST", body: "the body" });
    expect(asked?.headers).toMatchObject({
      "content-type": "application/json",
      "transfer-encoding": "chunked",
    });
    expect(asked?.headers).not.toHaveProperty("content-length");
  });
  it("notices a wrong host name only after the request was sent", async () => {
    expect(await fetchNow([...posting, "https://localhost:18444/s/200"], "seen")).toMatchObject({
      exit: 5,
      stdout: "",
    });
    expect(last(18444)?.body).toBe("seen");
  });
  it("refuses a certificate for an address with mbedTLS, takes it with OpenSSL", async () => {
    const url = "https://127.0.0.1:18443/s/200";
    router.control(
      "uclient-fetch",
      JSON.stringify({ tls: "mbedtls", bundle: router.path("etc/bundle.pem") }),
    );
    expect(await fetchNow([...posting, url], "")).toMatchObject({ exit: 5 });
    router.control(
      "uclient-fetch",
      JSON.stringify({ tls: "openssl", bundle: router.path("etc/bundle.pem") }),
    );
    expect(await fetchNow([...posting, url], "")).toMatchObject({ exit: 0 });
  });
  it("says so when it has no TLS, and finds the hosts of the test", async () => {
    router.control("uclient-fetch", JSON.stringify({ tls: "none" }));
    const refused = await fetchNow([...posting, "https://localhost:18443/s/200"], "");
    expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining("SSL support not available") });
    router.control("uclient-fetch", null);
    router.setHosts({ "abc.lambda-url.eu-west-1.on.aws": ports.get(18443) ?? 0 });
    const args = [
      `--ca-certificate=${router.path("etc/bundle.pem")}`,
      "https://abc.lambda-url.eu-west-1.on.aws/s/200",
    ];
    expect(await fetchNow([...posting, ...args], "")).toMatchObject({
      exit: 0,
      stdout: "good 198.51.100.7\n",
    });
  });
});
