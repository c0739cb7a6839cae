// The installed program killed with SIGKILL at random moments, 300 times, while the line changes: attempts keep their
// distance, a byte leaves only after its mark, states stay readable, locks and files do not outlive their run.
import { type ChildProcess, spawnSync } from "node:child_process";
import { watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { makeToken } from "../../src/protocol/token.ts";
import { describeWith } from "../engine/native.ts";
import { type Asked, type HttpsServer, type Reply, startHttps } from "../stand-ins/https.ts";
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
const SECRET = "a secret";
const LIVES = [1, 2, 3, 4];
const KILLS_PER_LIFE = 75;
/** The promise, in its own words: two attempts for one name are never closer. */
const COOLDOWN_SECONDS = 30;
/** What a killed run may leave until the next one that is let live. */
const REMAINS = /^\.output$|\.new$/;

/** A router, a service that verifies tokens, and what both saw. */
interface Life {
  router: PackagedRouter;
  server: HttpsServer;
  /** The router's uptime, its address, and what DNS would say. */
  uptime: number;
  address: string;
  published: string | null;
  /** Addresses that the service has acknowledged. */
  acknowledged: Set<string | null>;
  /** Uptimes of the attempts. */
  attempts: number[];
}

async function begin(): Promise<Life> {
  const server = await startHttps();
  const router = makePackagedRouter({ ca: server.ca });
  const options = { url: server.url(), hostname: NAME, secret: SECRET, http_client: "curl" };
  const config = configOf({ ...options, cacert: router.caPath });
  router.setConfig(config);
  // Not the stand-in in Node: it would take most of the run, and so get most of the kills.
  router.put("tmp/export", `package lambda-ddns\n\n${config}`);
  router.put("bin/uci", `#!/bin/sh\nexec /bin/cat '${router.path("tmp/export")}'\n`, 0o755);
  const life: Life = {
    router,
    server,
    uptime: 1000,
    address: "176.32.100.1",
    published: null,
    acknowledged: new Set([null]),
    attempts: [],
  };
  server.answerAlways((asked) => serve(life, asked));
  return life;
}

function serve(life: Life, { body }: Asked): Reply {
  life.attempts.push(life.uptime);
  const { validation_hash: token } = JSON.parse(body);
  if (token !== makeToken(life.address, NAME, SECRET))
    return {
      status: 401,
      body: '{"return_status":"fail","return_message":"Validation hashes do not match."}',
    };
  const status = life.published === life.address ? 200 : 201;
  life.published = life.address;
  life.acknowledged.add(life.address);
  return { status, body: '{"return_status":"success","return_message":"done"}' };
}

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((done) => {
    child.once("close", done);
  });

function look(life: Life): ChildProcess {
  life.router.setUptime(life.uptime);
  life.router.setWan({ ipv4: life.address });
  const trigger = Math.random() < 0.5 ? "ifup" : "timer";
  return life.router.start(["update", "--trigger", trigger]);
}

/** One look that is killed after `milliseconds`; true where it was still running. */
async function killOne(life: Life, milliseconds: number): Promise<boolean> {
  life.uptime += 1 + Math.floor(Math.random() * 45);
  if (Math.random() < 0.6) life.address = `176.32.100.${1 + Math.floor(Math.random() * 250)}`;
  const before = life.attempts.length;
  const child = look(life);
  const end = ended(child);
  await sleep(milliseconds);
  const killed = child.exitCode === null && child.kill("SIGKILL");
  await end;
  await expectSound(life.router, life.uptime, REMAINS);
  const made = life.attempts.slice(before);
  expect(made.length, "one address that is public takes one request").toBeLessThanOrEqual(1);
  const state = statesOf(life.router, life.uptime)[ID];
  if (made.length > 0) expect(state?.sentAt, "marked before a byte left").toBe(life.uptime);
  expect([...life.acknowledged], "published is what was acknowledged").toContain(state?.published ?? null);
  return killed;
}

function expectDistance({ attempts }: Life): void {
  const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(Math.min(...gaps), "attempts keep the cooldown").toBeGreaterThanOrEqual(COOLDOWN_SECONDS);
}

describeWith("kill -9", NEEDS, () => {
  it.concurrent.each(LIVES)(
    "life %i: nothing is lost, whenever it strikes",
    { timeout: 240_000 },
    async () => {
      const life = await begin();
      try {
        await ended(look(life));
        // So long that looks end about as often as they are killed: the moments then cover all of a look.
        let longest = 100;
        for (let kills = 0, looks = 0; kills < KILLS_PER_LIFE; looks += 1) {
          const killed = await killOne(life, Math.random() * longest);
          longest *= killed ? 1.05 : 0.95;
          if (killed) kills += 1;
          expect(looks, "looks that it takes to kill so many").toBeLessThan(10 * KILLS_PER_LIFE);
        }
        expectDistance(life);

        life.uptime += COOLDOWN_SECONDS + 1;
        await ended(look(life));
        expect(life.published, "one look and one wait later DNS is right").toBe(life.address);
        const state = statesOf(life.router, life.uptime)[ID];
        expect(state).toMatchObject({ published: life.address, inDoubt: false });
        await expectSound(life.router, life.uptime);
        for (const lock of ["waiting", "running"]) {
          const file = life.router.path(`var/lock/lambda-ddns.${lock}`);
          expect(spawnSync("flock", ["-n", file, "true"]).status, `${lock} is free`).toBe(0);
        }
      } finally {
        await life.server.close();
        life.router.remove();
      }
    },
  );

  it("finds states that are whole, since none is ever written into: its successor takes its place", async () => {
    const life = await begin();
    try {
      await ended(look(life));
      const written = new Set<string | null>();
      const folder = "var/run/lambda-ddns";
      const last = new Promise((done) => {
        const watcher = watch(life.router.path(folder), (event, name) => {
          if (event === "change") written.add(name);
          if (name !== "last") return;
          watcher.close();
          done(null);
        });
      });
      life.uptime += 100;
      life.address = "176.32.100.77";
      await ended(look(life));
      life.router.put(`${folder}/last`, "");
      await last;
      expect(life.published).toBe("176.32.100.77");
      expect(written).toContain(`${ID}.new`);
      expect(written).not.toContain(ID);
    } finally {
      await life.server.close();
      life.router.remove();
    }
  });

  it("clears away what a killed run left", async () => {
    const life = await begin();
    try {
      await ended(look(life));
      for (const name of [".output", `${ID}.new`, "memo.new"])
        life.router.put(`var/run/lambda-ddns/${name}`, "left behind", 0o600);
      life.uptime += 100;
      life.address = "176.32.100.77";
      await ended(look(life));
      expect(life.published).toBe("176.32.100.77");
      await expectSound(life.router, life.uptime);
    } finally {
      await life.server.close();
      life.router.remove();
    }
  });
});
