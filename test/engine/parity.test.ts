// The router in memory against the real thing: one script of std and os calls gives the same words in WASM and in native qjs; refuses a fake that is kinder than the world.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import type { Run } from "../stand-ins/fake-processes.ts";
import { describeWith, requireQjs } from "./native.ts";
import { runBundleInWasm } from "./wasm.ts";

/** Each line is evaluated and what it gives is printed; T is a folder of its own. */
const FILES = [
  'os.mkdir(T + "/d", 0o700)',
  'os.mkdir(T + "/d", 0o700)',
  'os.mkdir(T + "/none/d")',
  'os.lstat(T + "/d")[0].mode.toString(8)',
  'os.stat(T + "/none")',
  'os.stat(T + "/none/x")',
  '(fd = os.open(T + "/d/f", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)) > 2',
  'os.open(T + "/d/f", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)',
  'os.write(fd, bytes("hello µ"), 0, 5)',
  "os.seek(fd, 0, std.SEEK_SET)",
  "os.read(fd, buffer, 0, 16)",
  "text(buffer, 5)",
  "os.read(fd, buffer, 0, 16)",
  "os.close(fd)",
  "os.close(fd)",
  "os.read(fd, buffer, 0, 16)",
  'os.stat(T + "/d/f")[0].size',
  'os.stat(T + "/d/f")[0].mode.toString(8)',
  'std.loadFile(T + "/d/f")',
  'std.loadFile(T + "/none")',
  'std.loadFile("/proc/uptime")',
  'Number(std.open("/proc/uptime", "r").readAsString().split(" ")[0]) > 0',
  'os.rename(T + "/d/f", T + "/d/g")',
  'os.rename(T + "/d/f", T + "/d/g")',
  'os.mkdir(T + "/e")',
  'os.rename(T + "/d/g", T + "/e")',
  'os.remove(T + "/d")',
  'os.symlink("g", T + "/d/link")',
  'os.readlink(T + "/d/link")',
  'std.loadFile(T + "/d/link")',
  '(os.lstat(T + "/d/link")[0].mode & os.S_IFMT).toString(8)',
  '(os.stat(T + "/d/link")[0].mode & os.S_IFMT).toString(8)',
  'os.symlink("round", T + "/d/round")',
  'os.open(T + "/d/round", os.O_RDONLY)',
  'os.readdir(T + "/d")[0].sort()',
  'os.readdir(T + "/none")',
  'os.open(T + "/d", os.O_RDWR)',
  'std.open(T + "/none", "r")',
  '(f = std.open(T + "/d/h", "w"), f.puts("a", 1, "é\\n", "b"), f.close())',
  '(f = std.open(T + "/d/h", "r"), [f.getline(), f.getline(), f.getline(), f.eof(), f.close()])',
  'os.remove(T + "/d/h")',
  'os.remove(T + "/d/h")',
  '[typeof std.getenv("NO_SUCH"), std.strerror(28), std.strerror(2)]',
];

const PROCESSES = [
  'os.exec(["ends", "3"])',
  'os.exec(["missing-program"])',
  'os.exec(["dies"])',
  'os.exec([T + "/no-such-file"])',
  '(pid = os.exec(["ends", "3"], { block: false })) > 1',
  "os.waitpid(pid, 0)[1]",
  "os.waitpid(pid, os.WNOHANG)[0]",
  '(pid = os.exec(["dies"], { block: false }), os.waitpid(pid, 0)[1])',
  '(pid = os.exec(["missing-program"], { block: false }), os.waitpid(pid, 0)[1])',
  '(pid = os.exec(["sleeps"], { block: false }), os.waitpid(pid, os.WNOHANG))',
  "[os.kill(pid, os.SIGKILL ?? 9), os.waitpid(pid, 0)[1]]",
  "os.kill(pid, 9)",
  '(p = os.pipe(), q = os.pipe(), pid = os.exec(["copies"], { block: false, stdin: p[0], stdout: q[1] }), 0)',
  "[os.close(p[0]), os.close(q[1]), os.write(p[1], bytes('through'), 0, 7), os.close(p[1])]",
  "(n = os.read(q[0], buffer, 0, 16), text(buffer, n))",
  "[os.read(q[0], buffer, 0, 16), os.waitpid(pid, 0)[1], os.close(q[0])]",
  '(os.signal(os.SIGCHLD, () => {}), t = os.now(), pid = os.exec(["ends", "0"], { block: false }), os.sleep(5000), os.now() - t < 2000)',
  "os.waitpid(pid, os.WNOHANG)[1]",
  'os.exec(["says"], { env: { PATH: std.getenv("PATH"), A: "b" }, stdout: 1 })',
];

const SCRIPT = `
import * as std from "std";
import * as os from "os";
const T = scriptArgs[1];
let fd, f, p, q, n, t, pid, buffer = new ArrayBuffer(16);
const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer;
const text = (buffer, length) => String.fromCharCode(...new Uint8Array(buffer, 0, length));
const lines = [];
const show = (name, value) => lines.push(name + " = " + JSON.stringify(value));
${[...FILES, ...PROCESSES].map((line) => `show(${JSON.stringify(line)}, ${line});`).join("\n")}
std.out.puts(lines.join("\\n"));
std.out.flush();
`;

/** The programs of PROCESSES, as shell scripts and as functions. */
const SHELL = {
  ends: "exit $1",
  dies: "kill -15 $$",
  sleeps: "exec /bin/sleep 60",
  copies: "exec /bin/cat",
  says: 'echo "$A"',
};
const FUNCTIONS = {
  ends: ({ argv }: Run) => ({ code: Number(argv[1]) }),
  dies: () => ({ signal: 15 }),
  sleeps: () => ({ delaySeconds: 60 }),
  copies: ({ stdin }: Run) => ({ stdout: stdin }),
  says: ({ env }: Run) => ({ stdout: `${env["A"]}\n` }),
};

function inQjs(): string[] {
  const folder = mkdtempSync(join(tmpdir(), "parity-"));
  try {
    for (const [name, text] of Object.entries(SHELL))
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    writeFileSync(join(folder, "script.js"), SCRIPT);
    const env = { PATH: folder };
    const { stdout, stderr } = spawnSync(requireQjs(), ["-m", "script.js", folder], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    return (stdout + stderr).split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inWasm(): Promise<string[]> {
  const host = makeFakeOs({ programs: FUNCTIONS });
  host.makeFolder("/tmp/parity");
  const { stdout, stderr } = await runBundleInWasm({ source: SCRIPT, host, args: ["/tmp/parity"] });
  return (stdout + stderr).split("\n");
}

describeWith("std and os", ["qjs"], () => {
  it("say the same in memory and on a machine", async () => {
    const real = inQjs();
    expect(real).toHaveLength(FILES.length + PROCESSES.length + 1);
    expect(await inWasm()).toEqual(real);
  });
});
