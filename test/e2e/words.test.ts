// Command lines that do nothing must say so, whatever an earlier run left behind.
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { changed, useWorld } from "./world.ts";

describeWith("a command line that means nothing", ["qjs", "curl"], () => {
  const world = useWorld();

  it("names an interface that no service is on", async () => {
    const router = world.router();
    const { code, stderr } = await router.run(["update", "--interface", "wann"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "error: none of these services is on interface 'wann'\n",
    });
  });

  it.each([[["--trigger"]], [["--trigger", "timr"]], [["--trigger", "timer", "--interface", ""]]])(
    "refuses %j after a quiet run too",
    async (words) => {
      const router = world.router();
      world.server().script(changed());
      expect((await router.run(["update", "--trigger", "timer"])).code).toBe(0);
      router.setUptime(2000);
      expect((await router.run(["update", "--trigger", "timer"])).code).toBe(0);
      expect((await router.run(["update", ...words])).code).toBe(2);
    },
  );
});
