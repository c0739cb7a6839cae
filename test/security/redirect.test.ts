// What a stranger may do to a run: an answer that would block it for ever.
import { expect, it } from "vitest";
import { stateOf, useWorld } from "../e2e/world.ts";
import { describeWith } from "../engine/native.ts";

describeWith("a hostile redirect", ["qjs", "curl"], () => {
  const world = useWorld();

  // curl's configuration goes through a pipe of 64 KiB before curl is started: more would wait for a reader that never comes.
  it("ends as broken, however long it is when it is quoted", async () => {
    const router = world.router({ http_client: "curl" });
    const location = `https://www.example.com/${"\\".repeat(40_000)}`;
    world.server().script({ status: 308, headers: { location } });
    const { code, stderr } = await router.run(["update"], { timeoutSeconds: 12 });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("redirects (308) to something that is no URL");
    expect(stateOf(router)).toMatchObject({ lastFailure: { kind: "broken" } });
  });

  it("refuses a URL of that length in the configuration", async () => {
    const router = world.router({ http_client: "curl", url: `${world.server().url()}${"x".repeat(66_000)}` });
    const { code, stderr } = await router.run(["update"], { timeoutSeconds: 12 });
    expect(code).toBe(2);
    expect(stderr).toContain("section 'home', option 'url'");
  });
});
