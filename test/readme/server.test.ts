// The READMEs' commands for the service on this machine, run as they stand there but for ports and folder; refuses a command that no line here expects.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readOptions } from "../../src/server/local/main.ts";
import { describeWith } from "../engine/native.ts";
import { kindOf } from "./kinds.ts";
import { blockCommands, type Command, DOCUMENTS } from "./markdown.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a line prints, by its beginning. */
const EXPECTED: readonly (readonly [string, RegExp])[] = [
  [
    "npm run --silent admin -- add host1.dyn.example.com",
    /^config service '\w+'\n(\t.*\n)*\toption url 'https:\/\/127\.0\.0\.1:8443\/'\n(\t.*\n)*\toption cacert '\.local\/ca\.pem'\n$/,
  ],
  ["dig @127.0.0.1 -p 8053 host1.dyn.example.com", /status: NXDOMAIN/],
  ["TOKEN=", /^$/],
  ["curl ", /"return_status": ?"success"/],
  ["dig +short ", /^176\.32\.100\.36\n$/],
];

const typed = (where: string): Command[] =>
  blockCommands(where).filter((command) => kindOf(command) === "server");

/** `make server` on free ports and a folder of its own, and a shell beside it. */
function makeTerminals() {
  const dataDir = mkdtempSync(join(tmpdir(), "lambda-ddns-readme-"));
  const env = { ...process.env, DATA_DIR: dataDir, PORT: "0", DNS_PORT: "0", SOURCE_IP_HEADER: "x-caller" };
  const state = { ready: "", port: "", dnsPort: "", secret: "", assigned: "" };
  let server: ChildProcess | null = null;
  const read = async (child: ChildProcess, until: RegExp | null): Promise<string> => {
    let text = "";
    child.stdout?.on("data", (more) => {
      text += more;
      if (until?.test(text)) child.stdout?.emit("enough");
    });
    await Promise.race([once(child, "close"), ...(until ? [once(child.stdout ?? child, "enough")] : [])]);
    return text;
  };
  const generic = (text: string): string =>
    text.replaceAll(state.port, "8443").replaceAll(state.dnsPort, "8053").replaceAll(dataDir, ".local");
  return {
    /** Starts the server; the line that it prints, with the ports that it has unless told otherwise. */
    async serve(): Promise<string> {
      // This test's packages are installed, whatever the times of files say.
      const options = ["-o", "node_modules/.installed", "server"];
      server = spawn("make", options, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
      const ready = await read(server, /\n/);
      [, state.port = "", state.dnsPort = ""] = /:(\d+)\/ dns [\d.]+:(\d+) /.exec(ready) ?? [];
      if (state.port === "") throw new Error(`make server did not come up: ${ready}`);
      return generic(ready);
    },
    /** Runs a line of a README; variables that it sets are there for the next ones. */
    async type(line: string): Promise<string> {
      const own = line.replaceAll("8443", state.port).replaceAll("8053", state.dnsPort);
      const here = own.replaceAll(".local/", `${dataDir}/`);
      if (/^[A-Z]+=/.test(line)) state.assigned += `${here}\n`;
      const shell = ["-e", "-c", `${state.assigned}${here}`];
      const child = spawn("sh", shell, { cwd: ROOT, env: { ...env, SECRET: state.secret }, stdio: "pipe" });
      const text = generic(await read(child, null));
      state.secret = /option secret '(.*)'/.exec(text)?.[1] ?? state.secret;
      return text;
    },
    async stop(): Promise<void> {
      if (server?.pid !== undefined && server.exitCode === null) {
        process.kill(-server.pid, "SIGTERM");
        await once(server, "close");
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

describeWith("the service on this machine", ["dig", "curl"], () => {
  describe.each(DOCUMENTS.filter((where) => typed(where).length > 0))("%s", (where) => {
    const terminals = makeTerminals();
    afterAll(terminals.stop);
    it.each(typed(where))("$line", async ({ line, remark }) => {
      if (line === "make server") {
        const ready = await terminals.serve();
        expect(ready).toBe("ready https://127.0.0.1:8443/ dns 127.0.0.1:8053 ca .local/ca.pem\n");
        if (remark.startsWith("prints: ")) expect(`prints: ${ready}`).toContain(remark.replace("…", ""));
        return;
      }
      const [, expected] = EXPECTED.find(([beginning]) => line.startsWith(beginning)) ?? [];
      if (!expected) throw new Error(`say in EXPECTED what this prints: ${line}`);
      expect(await terminals.type(line)).toMatch(expected);
    });
  });
});

it("has the ports and the folder that the documents name, unless told otherwise", () => {
  expect(readOptions({})).toMatchObject({
    port: 8443,
    dnsPort: 8053,
    dataDir: ".local",
    zone: "dyn.example.com",
  });
  const remarks = DOCUMENTS.flatMap(typed).map(({ remark }) => remark);
  expect(remarks).toContain("HTTPS on 127.0.0.1:8443, DNS on 127.0.0.1:8053, data in .local/");
});
