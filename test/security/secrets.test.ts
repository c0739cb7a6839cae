// The secret and its tokens, looked for wherever another user of the router or a reader of its logs could see them, in runs
// that go well and in runs that fail: command lines, environments, output, syslog, states, files that others may read.
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeToken } from "../../src/protocol/token.ts";
import { describeWith } from "../engine/native.ts";
import { configOf, makePackagedRouter, NEEDS, type PackagedRouter, quiet } from "../faults/packaged.ts";
import { type HttpsServer, type Reply, startHttps } from "../stand-ins/https.ts";
import { openFiles, watch } from "./watcher.ts";

const NAME = "router.dyn.example.com";
const SECRET = "5ecret \\ with ' odd \" letters $HOME";
const ADDRESS = "176.32.100.36";
const HIDDEN = [
  SECRET,
  "5ecret",
  makeToken(ADDRESS, NAME, SECRET),
  makeToken("176.32.100.200", NAME, SECRET),
];

const said = (status: number, outcome: string, message: string): Reply => ({
  status,
  body: JSON.stringify({ return_status: outcome, return_message: message }),
  delaySeconds: 0.2,
});

const SCENES: readonly [name: string, replies: readonly Reply[]][] = [
  ["an update that goes well", [said(201, "success", "done")]],
  ["a refusal", [said(401, "fail", "Validation hashes do not match."), said(200, "success", ADDRESS)]],
  ["NAT", [said(401, "fail", "no"), said(200, "success", "176.32.100.200"), said(201, "success", "done")]],
  ["a stranger's answer", [{ status: 200, body: "<html>", delaySeconds: 0.2 }]],
  ["a cut answer", [{ ...said(200, "success", "done"), ending: "cut" }]],
  ["a service that fails", [said(500, "fail", "An error occurred")]],
];

describeWith("the secret", NEEDS, () => {
  let [server, router]: [HttpsServer, PackagedRouter] | [] = [];
  beforeEach(async () => {
    server = await startHttps();
    router = makePackagedRouter({ ca: server.ca });
  });
  afterEach(async () => {
    await server?.close();
    router?.remove();
  });

  const given = (): { server: HttpsServer; router: PackagedRouter } => {
    if (!server || !router) throw new Error("nothing was set up");
    return { server, router };
  };

  /** Runs each of `lines` and returns everything that anybody could have seen. */
  async function exposed(
    client: string,
    lines: readonly (readonly string[])[],
  ): Promise<Map<string, string>> {
    const { server, router } = given();
    const quoted = SECRET.replaceAll("'", "'\\''");
    const options = { url: server.url(), hostname: NAME, secret: quoted, cacert: router.caPath };
    router.setConfig(configOf({ ...options, http_client: client }, "\toption log_level 'debug'\n"));
    router.record();
    const watcher = watch(router.root);
    let output = "";
    for (const args of lines) {
      const { stdout, stderr } = await router.run(args);
      output += stdout + stderr;
    }
    await quiet(router.root);
    const seen = watcher.stop();
    expect([...seen.commands].join("\n"), "the watcher saw the fetcher at work").toContain(client);
    expect([...seen.states].join("\n"), "and a state").toContain('"version":1');
    const calls = router.calls();
    return new Map([
      ["command lines", [...seen.commands, ...calls.map(({ argv }) => argv.join(" "))].join("\n")],
      ["environments", [...seen.environments, ...calls.map(({ env }) => env.join(" "))].join("\n")],
      ["output", output],
      ["syslog", router.syslog().join("\n")],
      ["states", [...seen.states, ...Object.values(router.state())].join("\n")],
      ...openFiles(router.root),
    ]);
  }

  function expectHidden(places: Map<string, string>): void {
    for (const [place, text] of places)
      for (const secret of HIDDEN) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
  }

  for (const client of ["curl", "uclient-fetch"]) {
    it.each(SCENES)(`by ${client}: shows nowhere in %s`, async (_, replies) => {
      given().server.script(...replies);
      expectHidden(await exposed(client, [["update", "--trigger", "ifup"]]));
      expect(given().server.asked.length).toBeGreaterThan(0);
    });

    it(`by ${client}: shows nowhere when a person looks`, async () => {
      given().server.answerAlways(({ body }) =>
        body.includes("get") ? said(200, "success", ADDRESS) : said(400, "fail", "malformed"),
      );
      const commands = ["status", "status --json", "check", "address", "update --dry-run", "update --force"];
      expectHidden(
        await exposed(
          client,
          commands.map((command) => command.split(" ")),
        ),
      );
    });
  }

  it("shows the function URL in no command line of curl", async () => {
    given().server.script(said(201, "success", "done"));
    const places = await exposed("curl", [["update", "--trigger", "ifup"]]);
    expect(places.get("command lines")).toContain("curl -q -K -");
    expect(places.get("command lines")).not.toContain(given().server.url());
  });
});
