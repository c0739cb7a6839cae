// A full /var under a router that had nothing to do: the administrator must find it in syslog.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { changed, useWorld } from "../e2e/world.ts";
import { describeUnless, lacking } from "../engine/native.ts";

function cannotMount(): string | null {
  const tried = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { encoding: "utf8" });
  return tried.status === 0 ? null : "mounting a tmpfs takes root (and a container that allows it)";
}

describeUnless(lacking(["qjs", "curl", "mount", "unshare"]) ?? cannotMount(), "a full disk", () => {
  const world = useWorld();

  it.each([
    ["an unchanged line", "176.32.100.36"],
    ["a new address", "176.32.100.37"],
  ])("is told in syslog once, with %s", async (_name, ipv4) => {
    const router = world.router();
    const place = router.path("var/run");
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", place]);
    try {
      world.server().script(changed());
      for (const uptime of [1000, 2000]) {
        router.setUptime(uptime);
        expect((await router.run(["update", "--trigger", "timer"])).code).toBe(0);
      }
      try {
        writeFileSync(`${place}/full`, "x".repeat(65_536));
      } catch {
        // That is what is wanted.
      }
      router.setUptime(3000);
      router.setWan({ ipv4 });
      const { code, stderr } = await router.run(["update", "--trigger", "timer"]);
      expect(code).toBe(1);
      const told = router.syslog().filter((line) => line.startsWith("daemon.err"));
      expect(told, stderr).toHaveLength(1);
      expect(told[0]).toMatch(/no space left/i);
      expect(stderr.split("\n")).toHaveLength(2);
    } finally {
      spawnSync("umount", ["-l", place]);
    }
  });
});
