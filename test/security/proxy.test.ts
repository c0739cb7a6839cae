// A proxy in the environment stands between no run and its service: it would be the one whose address is published.
import { expect, it } from "vitest";
import { changed, OWN, useWorld } from "../e2e/world.ts";
import { describeWith } from "../engine/native.ts";

describeWith("a proxy in the environment", ["qjs", "curl"], () => {
  const world = useWorld();

  // The service publishes the address that it sees, and uclient-fetch would hand a proxy the request in the clear.
  it.each(["https_proxy", "ALL_PROXY"])("is not used by curl: %s", async (name) => {
    const router = world.router({ http_client: "curl" });
    world.server().script(changed());
    const { code, stderr } = await router.run(["update"], { env: { [name]: "http://127.0.0.1:9" } });
    expect(code, stderr).toBe(0);
    expect(world.asked()).toEqual([`set ${OWN}`]);
  });

  it("is not used by uclient-fetch", async () => {
    const router = world.router({ http_client: "uclient-fetch" });
    router.record();
    world.server().script(changed());
    expect((await router.run(["update"], { env: { https_proxy: "http://127.0.0.1:9" } })).code).toBe(0);
    const call = router.calls().find(({ argv }) => argv.some((word) => word.endsWith("uclient-fetch")));
    expect(call?.argv.join(" ")).toContain(" -Y off ");
    expect(world.asked()).toEqual([`set ${OWN}`]);
  });
});
