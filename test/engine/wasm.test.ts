// The WASM harness against small bundles: every std and os call that a client may use behaves as the facts about QuickJS say.
import { expect, it } from "vitest";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import { runBundleInWasm } from "./wasm.ts";

const HEAD = 'import * as std from "std"; import * as os from "os";\n';

async function run(body: string, host = makeFakeOs(), args: string[] = []) {
  return await runBundleInWasm({ source: HEAD + body, host, args });
}

it("exits at once with the code asked for: no catch, no finally, nothing after", async () => {
  const body =
    'try { std.exit(3); } catch { print("caught"); } finally { print("finally"); } print("after");';
  expect(await run(body)).toEqual({ code: 3, stdout: "", stderr: "" });
});

it("ends with 0 after the last line and with 1 and a stack after a throw", async () => {
  expect(await run('std.out.puts("done é\\n"); std.err.puts("x");')).toEqual({
    code: 0,
    stdout: "done é\n",
    stderr: "x",
  });
  const thrown = await run('throw new TypeError("oops");');
  expect(thrown).toMatchObject({ code: 1, stderr: expect.stringContaining("TypeError: oops") });
});

it("names an endless promise, a missing module and a call that blocks for ever", async () => {
  await expect(run("await new Promise(() => {});")).rejects.toThrow("promise that nothing settles");
  expect(await run('import "fs";')).toMatchObject({ code: 1, stderr: expect.stringContaining("fs") });
  await expect(run("for (;;);")).rejects.toThrow("endless loop");
  const blocked =
    "try { const [r, w] = os.pipe(); os.read(r, new ArrayBuffer(1), 0, 1); } catch {} std.exit(0);";
  await expect(run(blocked)).rejects.toThrow("block for ever");
});

it("gives arguments, environment, uptime, wall clock and luck", async () => {
  const host = makeFakeOs({
    env: { HOME: "/x" },
    uptimeSeconds: 12.5,
    wallClockSeconds: 99,
    random: () => 0.25,
  });
  const body = `
    const f = std.open("/proc/uptime", "r");
    print(JSON.stringify([scriptArgs, std.getenv("HOME"), std.getenv("NONE") === undefined, f.readAsString(),
      std.loadFile("/proc/uptime"), std.loadFile("/none"), os.now(), Date.now(), Math.random()]));`;
  const { stdout } = await run(body, host, ["update", "--force"]);
  expect(JSON.parse(stdout)).toEqual([
    ["lambda-ddns.js", "update", "--force"],
    "/x",
    true,
    "12.50 0.00\n",
    "",
    null,
    12_500,
    99_000,
    0.25,
  ]);
});

it("keeps files from run to run, with modes, and answers -errno", async () => {
  const host = makeFakeOs({ files: { "/etc/a": "text µ" } });
  const body = `
    os.mkdir("/var/run/x", 0o700);
    const fd = os.open("/var/run/x/t", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600);
    os.write(fd, new Uint8Array([0, 255, 65]).buffer, 1, 2);
    os.close(fd);
    print(os.rename("/var/run/x/t", "/var/run/x/s"), os.open("/var/run/x/s", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600));
    print(os.open("/none/a", os.O_RDONLY), os.mkdir("/var/run/x"), os.remove("/var/run/x"), std.loadFile("/etc/a"));
    print(os.stat("/etc/none")[1], os.stat("/var/run/x/s")[0].mode.toString(8), os.stat("/etc/a")[0].size);
    print(JSON.stringify(os.readdir("/var/run/x")));`;
  const { stdout } = await run(body, host);
  expect(stdout.split("\n")).toEqual(["0 -17", "-2 -17 -39 text µ", "2 100600 7", '[[".","..","s"],0]', ""]);
  expect(host.readFile("/var/run/x/s")).toBe("\ufffdA");
  expect(host.modeOf("/var/run/x")).toBe(0o700);
});

it("lets a full disk be felt by write, and by std's close", async () => {
  const host = makeFakeOs();
  host.setFault((call, path) => (call === "write" && path.startsWith("/var/run/") ? 28 : 0));
  const body = `
    const fd = os.open("/var/run/a", os.O_WRONLY | os.O_CREAT, 0o600);
    const f = std.open("/var/run/b", "w"); f.puts("x");
    print(os.write(fd, new ArrayBuffer(4), 0, 4), f.close(), std.open("/var/run/c", "w").close());`;
  expect((await run(body, host)).stdout).toBe("-28 -5 0\n");
});

it("runs programs with pipes, files, exit codes and signals", async () => {
  const host = makeFakeOs();
  host.install("shout", ({ argv, stdin }) => ({
    stdout: stdin.toUpperCase() + argv[1],
    stderr: "e",
    code: 3,
  }));
  const body = `
    const [inR, inW] = os.pipe(), [outR, outW] = os.pipe();
    const pid = os.exec(["shout", "!"], { block: false, stdin: inR, stdout: outW });
    os.close(inR); os.close(outW);
    const f = std.fdopen(inW, "w"); f.puts("hey"); f.close();
    print(std.fdopen(outR, "r").readAsString());
    print(JSON.stringify(os.waitpid(pid, 0)), os.exec(["shout"]), os.exec(["missing"]), JSON.stringify(os.waitpid(pid, os.WNOHANG)));`;
  const { stdout, stderr } = await run(body, host);
  expect(stdout.split("\n").slice(0, 2)).toEqual(["HEY!", "undefined[101,768] 3 127 [-10,0]"]);
  expect(stderr).toBe("ee");
  expect(host.runs.map(({ argv }) => argv)).toEqual([["shout", "!"], ["shout"]]);
});

it("cuts a sleep short at a child's end only when SIGCHLD has a handler, and kills what hangs", async () => {
  const host = makeFakeOs({ uptimeSeconds: 100 });
  host.install("slow", () => ({ delaySeconds: 2, stdout: "slow" }));
  host.install("hang", () => ({ delaySeconds: Number.POSITIVE_INFINITY }));
  const body = `
    const a = os.exec(["slow"], { block: false }); os.sleep(5000); print(os.now());
    os.waitpid(a, 0); os.signal(os.SIGCHLD, () => {});
    const b = os.exec(["slow"], { block: false }); os.sleep(5000); print(os.now(), JSON.stringify(os.waitpid(b, os.WNOHANG)));
    const c = os.exec(["hang"], { block: false }); os.sleep(5000); print(os.now(), JSON.stringify(os.waitpid(c, os.WNOHANG)));
    os.kill(c, os.SIGKILL ?? 9); print(JSON.stringify(os.waitpid(c, 0)));`;
  const { stdout } = await run(body, host);
  expect(stdout.replaceAll("slow", "").split("\n")).toEqual([
    "105000",
    "107000 [102,0]",
    "112000 [0,0]",
    "[103,9]",
    "",
  ]);
});

it("evaluates a cold room kept as text", async () => {
  expect((await run('print(std.evalScript("(x) => x + 1")(41));')).stdout).toBe("42\n");
});
