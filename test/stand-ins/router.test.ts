// The router in a folder: its stand-ins print and exit as the recorded programs did, and its PATH holds nothing of the machine.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { makeRouter, type Router, type RouterOptions } from "./router.ts";

const transcript = (name: string) =>
  JSON.parse(readFileSync(new URL(`../transcripts/${name}`, import.meta.url), "utf8"));
const routers: Router[] = [];
afterEach(() => {
  for (const router of routers.splice(0)) router.remove();
});

function router(options: RouterOptions = {}): Router {
  const made = makeRouter({ programs: ["uci", "ubus", "logger"], ...options });
  routers.push(made);
  return made;
}

function run(on: Router, program: string, args: readonly string[], input = "") {
  const env = { PATH: on.path("bin") };
  const { status, stdout, stderr } = spawnSync(join(on.root, "bin", program), args, {
    env,
    input,
    encoding: "utf8",
  });
  return { exit: status, stdout, stderr };
}

describe("uci", () => {
  it.each(transcript("uci/export.json").cases as UciCase[])(
    "$case $args",
    ({ file, args, exit, stdout, stderr }) => {
      const on = router();
      if (file === null) on.put("elsewhere", "");
      else on.put("configs/lambda-ddns", file);
      const words = args.map((word) => (word === "DIR" ? on.path("configs") : word));
      expect(run(on, "uci", words)).toEqual({ exit, stdout, stderr });
    },
  );
  it("reads the router's own folder without -c, and fails or says what it lacks on order", () => {
    const on = router({ config: "config service\n\toption a 'ü'\n" });
    expect(run(on, "uci", ["export", "lambda-ddns"]).stdout).toContain("\toption a 'ü'\n");
    on.control("uci", "fail");
    expect(run(on, "uci", ["export", "lambda-ddns"])).toEqual({
      exit: 1,
      stdout: "",
      stderr: "uci: I/O error\n",
    });
    expect(run(on, "uci", ["import"])).toMatchObject({
      exit: 1,
      stderr: "uci: unsupported command import\n",
    });
  });
});

interface UciCase {
  case: string;
  file: string | null;
  args: string[];
  exit: number;
  stdout: string;
  stderr: string;
}

describe("ubus", () => {
  const cases = transcript("ubus/network.interface.json").cases as {
    args: string[];
    exit: number;
    stderr?: string;
  }[];
  it("fails as netifd's absence and an unknown interface do", () => {
    const on = router();
    expect(run(on, "ubus", cases[1]?.args ?? [])).toEqual({ exit: 4, stdout: "", stderr: cases[1]?.stderr });
    on.control("ubus", "fail");
    expect(run(on, "ubus", cases[0]?.args ?? [])).toEqual({ exit: 4, stdout: "", stderr: cases[0]?.stderr });
  });
  it("prints a dump with the recorded shape", () => {
    const on = router({
      wan: { ipv4: "100.64.1.2", ipv6: [{ address: "2a00:1450::5", preferred: 60, valid: 120 }] },
    });
    const dump = JSON.parse(run(on, "ubus", ["call", "network.interface", "dump"]).stdout)
      .interface as Interface[];
    const recorded = (cases[3] as unknown as { json: { interface: Interface[] } }).json.interface;
    for (const [index, one] of dump.entries()) {
      expect(one.interface).toBe(recorded[index]?.interface);
      expect(new Set(Object.keys(one))).toEqual(new Set([...Object.keys(recorded[index] ?? {}), "device"]));
    }
    on.setWan({ up: false });
    expect(run(on, "ubus", ["call", "network.interface", "dump"]).stdout).not.toContain('l3_device": "eth1');
  });
});

interface Interface {
  interface: string;
}

describe("the router", () => {
  it("keeps its configuration private and its PATH to itself", () => {
    const on = router({ programs: ["uci"], ca: "PEM" });
    expect(statSync(on.path("etc/config/lambda-ddns")).mode & 0o777).toBe(0o600);
    expect(readFileSync(on.caPath, "utf8")).toBe("PEM");
    const { status } = spawnSync("/bin/sh", ["-c", "command -v ubus"], { env: { PATH: on.path("bin") } });
    expect(status).not.toBe(0);
    expect(() => on.install("no-such-program")).toThrow("neither a stand-in nor on this machine's PATH");
  });
  it("collects syslog lines from arguments and from standard input", () => {
    const on = router();
    run(on, "logger", ["-t", "lambda-ddns", "-p", "daemon.info"], "one\ntwo %s\\n");
    run(on, "logger", ["-t", "x", "-p", "daemon.err", "three", "four"]);
    expect(on.syslog()).toEqual([
      "daemon.info lambda-ddns: one",
      "daemon.info lambda-ddns: two %s\\n",
      "daemon.err x: three four",
    ]);
  });
  it("records what each program was started with, by whom", () => {
    const on = router();
    run(on, "ubus", ["before"]);
    on.record();
    run(on, "ubus", ["call", "a b"]);
    const calls = on.calls();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.argv).toEqual([on.path("bin/ubus"), "call", "a b"]);
    expect(calls[0]?.env).toContain(`PATH=${on.path("bin")}`);
    expect(calls[0]?.parent.join(" ")).toContain("node");
  });
  it("tells them in the order of their starts, though process numbers begin anew", () => {
    const on = router();
    on.record();
    run(on, "ubus", ["first"]);
    const calls = on.path("tmp/stand-ins/calls");
    renameSync(`${calls}/${readdirSync(calls)[0]}`, `${calls}/4194304`);
    run(on, "ubus", ["second"]);
    expect(on.calls().map(({ argv }) => argv[1])).toEqual(["first", "second"]);
  });
});
