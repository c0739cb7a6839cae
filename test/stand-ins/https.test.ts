// The scripted server as curl sees it: each kind of answer, each bad certificate, and the failure for what no script foresaw.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { authorities, type CertificateKind } from "./certificates.ts";
import { startHttps } from "./https.ts";

const folder = mkdtempSync(join(tmpdir(), "https-"));
const ca = join(folder, "ca.pem");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function curl(url: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  writeFileSync(ca, (await authorities()).trusted.pem);
  const child = spawn("curl", ["-q", "-sS", "-i", "--cacert", ca, ...args, url], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.on("data", (more) => {
    stdout += more;
  });
  return await new Promise((done) => child.on("close", (code) => done({ code: code ?? -1, stdout })));
}

describeWith("the scripted server", ["curl"], () => {
  it("plays its script in order and records method, path, headers and body", async () => {
    const server = await startHttps();
    server.script({ body: "one" }, (asked) => ({ status: 201, headers: { "X-A": "b" }, body: asked.body }));
    expect(await curl(server.url("/a?b"))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^HTTP\/1.1 200 OK[\s\S]*one$/),
    });
    expect((await curl(server.url(), "-d", "two")).stdout).toMatch(
      /^HTTP\/1.1 201 Created[\s\S]*X-A: b[\s\S]*two$/,
    );
    expect((await curl(server.url(), "-d", "x", "-H", "Transfer-Encoding: chunked")).stdout).toContain("599");
    expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", "/a?b", ""],
      ["POST", "/", "two"],
      ["POST", "/", "x"],
    ]);
    expect(server.asked[0]).toMatchObject({ from: "127.0.0.1", serverName: "localhost" });
    await expect(server.close()).rejects.toThrow("POST / x");
  });

  it("fails for a scripted answer that nobody fetched", async () => {
    const server = await startHttps();
    server.script({});
    expect(() => server.verify()).toThrow("1 scripted answers");
    await server.close();
  });

  it.each([
    ["chunked", { framing: "chunked", body: "abc" }, 0, /abc$/],
    ["to the end of the connection", { framing: "close", body: "abc" }, 0, /abc$/],
    ["HTTP/1.0", { version: "1.0", body: "abc" }, 0, /^HTTP\/1.0 200[\s\S]*abc$/],
    ["raw", { raw: "garbage\r\n" }, 1, /^$/],
    ["empty", { raw: "" }, 52, /^$/],
    ["cut", { body: "abcdef", ending: "cut" }, 18, /abc$/],
    ["cut in a chunk", { body: "abcdef", framing: "chunked", ending: "cut" }, 18, /abcd?e?$/],
    ["reset", { ending: "reset" }, 56, /^$/],
    ["stalled", { body: "abcdef", ending: "stall" }, 28, /abc$/],
    ["silent", { ending: "hang" }, 28, /^$/],
    ["dripping", { body: "abcdef", ending: "drip" }, 28, /^$/],
    ["late", { body: "abc", delaySeconds: 0.1 }, 0, /abc$/],
  ] as const)("can answer %s", async (_name, reply, code, stdout) => {
    const server = await startHttps();
    server.script(reply);
    const result = await curl(server.url(), "--max-time", "1", "--http1.1");
    expect(result).toEqual({ code, stdout: expect.stringMatching(stdout) });
    await server.close();
  });

  it.each<[CertificateKind, number]>([
    ["good", 0],
    ["expired", 60],
    ["not-yet-valid", 60],
    ["wrong-name", 60],
    ["unknown-ca", 60],
    ["self-signed", 60],
  ])("shows a certificate that is %s", async (certificate, code) => {
    const server = await startHttps({ certificate });
    if (code === 0) server.script({});
    expect((await curl(server.url())).code).toBe(code);
    expect(
      (await curl(server.url("/", "127.0.0.1"), "--max-time", "5", "-I", "--insecure", "-X", "GET")).code,
    ).toBe(0);
    await expect(server.close()).rejects.toThrow("GET /");
  });

  it("speaks plain HTTP and IPv6 as well", async () => {
    const server = await startHttps({ plain: true, listen: "::1" });
    server.script({ body: "six" });
    expect((await curl(server.url("/", "[::1]"))).stdout).toMatch(/six$/);
    expect(server.asked[0]?.from).toBe("::1");
    await server.close();
  });
});
