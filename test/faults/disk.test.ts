// A disk of a few kilobytes that fills: the installed program with every amount of room that may be left, in bytes and in
// files. Nothing is sent whose mark cannot be saved, nothing is left half-written, and all is well once there is room.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeUnless, lacking } from "../engine/native.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";
import {
  configOf,
  expectSound,
  makePackagedRouter,
  NEEDS,
  type PackagedRouter,
  statesOf,
} from "./packaged.ts";

const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
const DONE = { status: 201, body: '{"return_status":"success","return_message":"done"}' };

/** Null where this user may mount a tmpfs. */
function cannotMount(): string | null {
  const tried = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { encoding: "utf8" });
  return tried.status === 0 ? null : "mounting a tmpfs takes root (and a container that allows it)";
}

const reason = lacking([...NEEDS, "mount", "unshare"]) ?? cannotMount();

/** A router whose /var/run has `options` of its own as a file system, with a server that says yes. */
async function begin(options: string) {
  const server = await startHttps();
  server.answerAlways(() => DONE);
  const router = makePackagedRouter({ ca: server.ca });
  const place = router.path("var/run");
  const service = { url: server.url(), hostname: NAME, secret: "a secret", cacert: router.caPath };
  router.setConfig(configOf({ ...service, http_client: "curl" }));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", place], { encoding: "utf8" });
  const end = async (): Promise<void> => {
    spawnSync("umount", ["-l", place]);
    await server.close();
    router.remove();
  };
  if (mounted.status !== 0) {
    await end();
    throw new Error(mounted.stderr);
  }
  return { server, router, end };
}

const look = (router: PackagedRouter) => router.run(["update", "--trigger", "ifup"]);

/** What holds with whatever room: one line for a person where it fails, and nothing sent without a mark. */
async function expectHonest(router: PackagedRouter, server: HttpsServer, now: number): Promise<boolean> {
  const { code, stderr } = await look(router);
  expect([0, 1], stderr).toContain(code);
  if (code === 1) expect(stderr).toMatch(/no space left|No space left on device/i);
  expect(stderr).not.toMatch(/internal error/);
  await expectSound(router, now);
  const state = statesOf(router, now)[ID];
  if (server.asked.length > 0) expect(state?.sentAt, "what was sent was marked").toBe(now);
  else expect(state?.sentAt ?? null).toBeNull();
  return code === 0 && server.asked.length === 1;
}

async function expectRecovery(router: PackagedRouter, server: HttpsServer): Promise<void> {
  const before = server.asked.length;
  router.setUptime(9000);
  router.setWan({ ipv4: "176.32.100.99" });
  expect((await look(router)).code).toBe(0);
  expect(server.asked.length - before).toBe(1);
  expect(statesOf(router, 9000)[ID]).toMatchObject({ published: "176.32.100.99", inDoubt: false });
  await expectSound(router, 9000);
}

describeUnless(reason, "a disk that fills", () => {
  it("sends nothing that it cannot remember, whatever room is left", { timeout: 120_000 }, async () => {
    const outcomes: boolean[] = [];
    // A tmpfs hands out pages of 4 KiB: from none to more than a look needs.
    for (let pages = 0; pages <= 6; pages += 1) {
      const { router, server, end } = await begin("size=64k,mode=755");
      try {
        const ballast = router.path("var/run/ballast");
        writeFileSync(ballast, Buffer.alloc((16 - pages) * 4096));
        outcomes.push(await expectHonest(router, server, 1000));
        rmSync(ballast);
        await expectRecovery(router, server);
      } finally {
        await end();
      }
    }
    expect(outcomes[0], "on a full disk nothing is published").toBe(false);
    expect(outcomes.at(-1), "with room for everything it is").toBe(true);
  });

  it("sends nothing that it cannot remember, however few files it may make", {
    timeout: 120_000,
  }, async () => {
    const outcomes: boolean[] = [];
    for (let files = 0; files <= 6; files += 1) {
      const { router, server, end } = await begin(`size=64k,mode=755,nr_inodes=${files + 2}`);
      try {
        writeFileSync(router.path("var/run/ballast"), "");
        outcomes.push(await expectHonest(router, server, 1000));
      } finally {
        await end();
      }
    }
    expect(outcomes[0]).toBe(false);
    expect(outcomes.at(-1)).toBe(true);
  });

  it("keeps what was published when the disk fills later", async () => {
    const { router, server, end } = await begin("size=32k,mode=755");
    try {
      expect((await look(router)).code).toBe(0);
      const before = router.state()[ID];
      spawnSync("dd", ["if=/dev/zero", `of=${router.path("var/run/ballast")}`, "bs=4096"]);
      router.setUptime(2000);
      router.setWan({ ipv4: "176.32.100.77" });
      const full = await look(router);
      expect(full.code).toBe(1);
      expect(router.syslog().join("\n"), "syslog is told all the same").toMatch(/no space left/i);
      expect(server.asked.length, "nothing more was sent").toBe(1);
      expect(router.state()[ID]).toBe(before);
      rmSync(router.path("var/run/ballast"));
      await expectRecovery(router, server);
    } finally {
      await end();
    }
  });
});
