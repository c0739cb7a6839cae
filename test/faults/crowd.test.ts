// 64 starts of the installed program at once, as a storm of events would make them: one request, nobody hurt, nothing left.
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { startHttps } from "../stand-ins/https.ts";
import { configOf, expectSound, makePackagedRouter, NEEDS, processesOf, statesOf } from "./packaged.ts";

const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
const CROWD = 64;

/** Programs that look at this moment; a child that has not become another program yet is not counted. */
function programs(root: string): number {
  const found = new Map<number, number>();
  for (const pid of processesOf(root)) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
      const parent = /\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
      if (words.includes("-m") && words.includes("update")) found.set(pid, Number(parent));
    } catch {
      // It ended meanwhile.
    }
  }
  return [...found.values()].filter((parent) => !found.has(parent)).length;
}

const status = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    child.once("close", done);
  });

describeWith("64 starts at once", NEEDS, () => {
  it("make one request, and the last change is seen", { timeout: 120_000 }, async () => {
    const server = await startHttps();
    const router = makePackagedRouter({ ca: server.ca });
    const done = '{"return_status":"success","return_message":"done"}';
    server.answerAlways(() => ({ status: 201, body: done, delaySeconds: 0.3 }));
    const counts = new Set<number>();
    const watch = setInterval(() => counts.add(programs(router.root)), 5);
    try {
      const options = { url: server.url(), hostname: NAME, secret: "a secret", cacert: router.caPath };
      router.setConfig(configOf({ ...options, http_client: "curl" }));
      const triggers = ["ifup", "timer", "reload", "clock"];
      const start = (_: unknown, index: number) =>
        status(router.start(["update", "--trigger", triggers[index % triggers.length] ?? "timer"]));
      const codes = await Promise.all(Array.from({ length: CROWD }, start));
      expect(new Set(codes)).toEqual(new Set([0]));
      expect(server.asked.length).toBe(1);
      await expectSound(router, 1000);
      expect(statesOf(router, 1000)[ID]).toMatchObject({ published: "176.32.100.36", inDoubt: false });

      router.setUptime(1100);
      const crowd = Promise.all(Array.from({ length: CROWD }, start));
      // The address changes while they run: whoever comes last waits, and sees it.
      router.setWan({ ipv4: "176.32.100.77" });
      const last = status(router.start(["update", "--trigger", "ifup"]));
      expect(new Set([...(await crowd), await last])).toEqual(new Set([0]));
      expect(statesOf(router, 1100)[ID]).toMatchObject({ published: "176.32.100.77", inDoubt: false });
      expect(Math.max(...counts), "programs at once").toBe(1);
      await expectSound(router, 1100);
    } finally {
      clearInterval(watch);
      await server.close();
      router.remove();
    }
  });
});
