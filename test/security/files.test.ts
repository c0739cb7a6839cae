// The state folder under a hostile umask, as a link, in other hands; state files and their successors as links to what is
// not ours. Nothing outside the folder is changed, nobody else may read it, and what cannot be trusted is refused by name.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeUnless, describeWith, lacking } from "../engine/native.ts";
import { configOf, expectSound, makePackagedRouter, NEEDS, type PackagedRouter } from "../faults/packaged.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";

const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
const FOLDER = "var/run/lambda-ddns";
const NOBODY = 65_534;
const PRECIOUS = "precious\n";

let server: HttpsServer;
let router: PackagedRouter;

beforeEach(async () => {
  server = await startHttps();
  server.answerAlways(() => ({ status: 201, body: '{"return_status":"success","return_message":"done"}' }));
  router = makePackagedRouter({ ca: server.ca });
  const options = { url: server.url(), hostname: NAME, secret: "a secret", cacert: router.caPath };
  router.setConfig(configOf({ ...options, http_client: "curl" }));
  router.put("precious", PRECIOUS, 0o644);
});

afterEach(async () => {
  await server.close();
  router.remove();
});

const modeOf = (path: string): number => lstatSync(router.path(path)).mode & 0o7777;
const look = () => router.run(["update", "--trigger", "ifup"]);

/** Runs the installed program with this umask. */
async function lookWithUmask(umask: number): Promise<void> {
  const before = process.umask(umask);
  const child = router.start(["update", "--trigger", "ifup"]);
  process.umask(before);
  const code = await new Promise((done) => child.once("close", done));
  expect(code).toBe(0);
}

async function expectOwnFiles(umask: number): Promise<void> {
  await lookWithUmask(umask);
  expect(server.asked.length).toBe(1);
  for (const path of [FOLDER, `${FOLDER}/${ID}`, `${FOLDER}/memo`])
    if (existsSync(router.path(path))) expect(modeOf(path) & 0o077, path).toBe(0);
  router.setUptime(2000);
  router.setWan({ ipv4: "176.32.100.77" });
  await lookWithUmask(umask);
  expect(server.asked.length, "the next run can read and replace them").toBe(2);
  expect(router.state()[ID]).toContain("176.32.100.77");
}

const root = process.getuid?.() === 0;

describeWith("files under a hostile umask", NEEDS, () => {
  it.each(["000", "022"])("umask %s: states are for their owner alone", (umask) =>
    expectOwnFiles(Number.parseInt(umask, 8)),
  );
});

const notAbove = root ? null : "only root may use a file that forbids everybody everything";
describeUnless(lacking(NEEDS) ?? notAbove, "files under the most hostile umask", () => {
  it("umask 777: states are for their owner alone", () => expectOwnFiles(0o777));
});

describeWith("a state folder that is not ours", NEEDS, () => {
  /** Nothing is sent, the sentence names the folder, what it points at is as it was. */
  async function expectRefusal(): Promise<void> {
    const { code, stderr } = await look();
    expect(code).toBe(1);
    expect(stderr).toContain(router.path(FOLDER));
    expect(stderr).toMatch(/belongs to us alone|cannot create/);
    expect(server.asked).toEqual([]);
  }

  it("as a link to a folder is refused", async () => {
    mkdirSync(router.path("elsewhere"), { mode: 0o700 });
    symlinkSync(router.path("elsewhere"), router.path(FOLDER));
    await expectRefusal();
    expect(lstatSync(router.path("elsewhere")).nlink).toBe(2);
  });

  it("as a link to nowhere is refused", async () => {
    symlinkSync(router.path("nowhere"), router.path(FOLDER));
    await expectRefusal();
    expect(existsSync(router.path("nowhere"))).toBe(false);
  });

  it("as a file is refused", async () => {
    router.put(FOLDER, PRECIOUS);
    await expectRefusal();
    expect(router.read(FOLDER)).toBe(PRECIOUS);
  });

  it("that others may write to is refused", async () => {
    mkdirSync(router.path(FOLDER));
    chmodSync(router.path(FOLDER), 0o777);
    await expectRefusal();
  });
});

const notRoot = root ? null : "giving a folder to another user takes root";
describeUnless(lacking(NEEDS) ?? notRoot, "a state folder in other hands", () => {
  it("is refused", async () => {
    mkdirSync(router.path(FOLDER), { mode: 0o700 });
    chownSync(router.path(FOLDER), NOBODY, NOBODY);
    const { code, stderr } = await look();
    expect(code).toBe(1);
    expect(stderr).toContain("belongs to us alone");
    expect(server.asked).toEqual([]);
  });
});

describeWith("links inside the state folder", NEEDS, () => {
  it.each([ID, `${ID}.new`, ".output", "memo", "memo.new"])(
    "%s: what it points at stays as it was",
    async (name) => {
      mkdirSync(router.path(FOLDER), { mode: 0o700 });
      symlinkSync(router.path("precious"), router.path(`${FOLDER}/${name}`));
      expect((await look()).code).toBe(0);
      expect(readFileSync(router.path("precious"), "utf8")).toBe(PRECIOUS);
      expect(modeOf("precious")).toBe(0o644);
      expect(lstatSync(router.path(`${FOLDER}/${ID}`)).isFile(), "the state is a file of its own").toBe(true);
      await expectSound(router, 1000);
    },
  );

  it("a link to another's state is not taken for a published address", async () => {
    expect((await look()).code).toBe(0);
    const stolen = readFileSync(router.path(`${FOLDER}/${ID}`));
    writeFileSync(router.path("stolen"), stolen);
    rmSync(router.path(FOLDER), { recursive: true });
    symlinkSync(router.root, router.path(FOLDER));
    expect((await look()).code).toBe(1);
    expect(server.asked.length).toBe(1);
  });
});

describeWith("lock files, in a folder where anyone may write", NEEDS, () => {
  const run = async (umask: number): Promise<unknown> => {
    const before = process.umask(umask);
    const child = router.start(["update", "--trigger", "ifup"]);
    process.umask(before);
    return await new Promise((done) => child.once("close", done));
  };

  it("can be opened, and so held, by their owner alone", async () => {
    expect(await run(0)).toBe(0);
    for (const name of ["waiting", "running"]) expect(modeOf(`var/lock/lambda-ddns.${name}`)).toBe(0o600);
  });

  it.each(["waiting", "running"])(
    "a link in place of %s is refused, and what it points at stays",
    async (name) => {
      symlinkSync(router.path("precious"), router.path(`var/lock/lambda-ddns.${name}`));
      expect(await run(0o022)).toBe(1);
      expect(router.read("precious")).toBe(PRECIOUS);
      expect(router.syslog().join("\n")).toMatch(/daemon\.err lambda-ddns: .*lambda-ddns\.running is a link/);
      expect(server.asked).toEqual([]);
    },
  );
});
