// 64 starts of the installed program at once, as a storm of events would make them: one request, nobody hurt, nothing left.
import type { ChildProcess } from "node:child_process";
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { startHttps } from "../stand-ins/https.ts";
import { configOf, expectSound, makePackagedRouter, NEEDS, statesOf } from "./packaged.ts";

const NAME = "router.dyn.example.com";
const ID = `home:${NAME}:ipv4`;
const CROWD = 64;

const status = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    child.once("close", done);
  });

describeWith("64 starts at once", NEEDS, () => {
  it("make one request, and the last change is seen", { timeout: 120_000 }, async () => {
    const server = await startHttps();
    const router = makePackagedRouter({ ca: server.ca });
    let [running, most] = [0, 0];
    server.answerAlways(() => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
      }, 250);
      return { status: 201, body: '{"return_status":"success","return_message":"done"}', delaySeconds: 0.3 };
    });
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
      expect(most, "no two requests meet").toBe(1);
      await expectSound(router, 1100);
    } finally {
      await server.close();
      router.remove();
    }
  });
});
