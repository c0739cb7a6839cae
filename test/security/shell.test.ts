// Hostile words in the configuration, in netifd's dump and in answers: none of them reaches a shell, curl's configuration or
// a terminal as more than text.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import { configOf, expectSound, makePackagedRouter, NEEDS, type PackagedRouter } from "../faults/packaged.ts";
import { type HttpsServer, startHttps } from "../stand-ins/https.ts";

const NAME = "router.dyn.example.com";
let server: HttpsServer;
let router: PackagedRouter;

beforeEach(async () => {
  server = await startHttps();
  router = makePackagedRouter({ ca: server.ca });
  router.record();
});

afterEach(async () => {
  await server.close();
  router.remove();
});

/** Ways to make a file `pwned`, were the text run by a shell (which may have no program on PATH) or read as curl's configuration. */
function attacks(): string[] {
  const file = router.path("pwned");
  return [
    `$(echo > ${file})`,
    `\`echo > ${file}\``,
    `; echo > ${file} #`,
    `x | echo > ${file}`,
    `" && echo > ${file} && "`,
    `x"\ntrace-ascii = "${file}`,
    `x\ntrace-ascii = ${file}`,
    `--output=${file}`,
  ];
}

const quoted = (text: string): string => text.replaceAll("'", "'\\''");

let uptime = 1000;

/** Runs `commands`, so late that no wait holds; whatever they say, no attack has worked and no shell was given words to run. */
async function expectHarmless(...commands: readonly string[]): Promise<void> {
  uptime += 40_000;
  router.setUptime(uptime);
  for (const command of commands) {
    const { code, stdout, stderr } = await router.run(command.split(" "));
    expect([0, 1, 2, 3], stderr).toContain(code);
    expect(stderr).not.toContain("internal error");
    // Only line feeds: what else a terminal obeys has been taken out.
    expect(`${stdout}${stderr}${router.syslog().join("\n")}`).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
  }
  // A quote may end up in the name.
  expect(readdirSync(router.root).filter((name) => name.startsWith("pwned"))).toEqual([]);
  for (const { argv, parent } of router.calls()) {
    expect(argv.slice(0, 2).join(" ")).not.toMatch(/\b(sh|ash|bash) -c\b/);
    expect(parent.join(" "), `what starts ${argv.join(" ")}`).not.toMatch(/\b(sh|ash|bash) -c\b/);
  }
  await expectSound(router, uptime, /./);
}

describeWith("hostile words", NEEDS, () => {
  const good = (): Record<string, string> => ({
    url: server.url(),
    hostname: NAME,
    secret: "a secret",
    cacert: router.caPath,
    http_client: "curl",
  });

  it("would do harm in a shell", () => {
    for (const attack of attacks().slice(0, 5)) {
      spawnSync("sh", ["-c", `echo "$0" ${attack.startsWith('"') ? `"${attack}"` : attack}`]);
      expect(existsSync(router.path("pwned")), attack).toBe(true);
      rmSync(router.path("pwned"));
    }
  });

  const options = ["hostname", "secret", "url", "interface", "cacert", "ip_source", "family", "http_client"];
  // What curl is told by stdin uclient-fetch is told in its arguments.
  const cases = [
    ...options.map((option) => [option, "curl"]),
    ["url", "uclient-fetch"],
    ["cacert", "uclient-fetch"],
  ];
  it.each(cases)(
    "in option %s are text: %s",
    async (option = "", client = "") => {
      server.answerAlways(() => ({
        status: 201,
        body: '{"return_status":"success","return_message":"done"}',
      }));
      for (const attack of attacks()) {
        const prefix = { url: server.url(), cacert: "/etc/" }[option] ?? "";
        router.setConfig(configOf({ ...good(), http_client: client, [option]: quoted(prefix + attack) }));
        await expectHarmless("update --trigger ifup", "check");
      }
    },
    120_000,
  );

  it("in netifd's dump are text", async () => {
    server.answerAlways(() => ({ status: 201, body: '{"return_status":"success","return_message":"done"}' }));
    router.setConfig(configOf(good()));
    for (const attack of attacks()) {
      // Two ways out: then the device's name goes to curl.
      const route = [{ target: "0.0.0.0", mask: 0 }];
      const other = { interface: "wanb", up: true, l3_device: "eth2", "ipv4-address": [], route };
      const wan = { interface: "x", up: true, l3_device: attack, "ipv4-address": [], route };
      router.setWan({ ipv4: "176.32.100.36", device: attack, more: [other, wan] });
      await expectHarmless("update --trigger ifup");
    }
  }, 60_000);

  it("in answers are text", async () => {
    router.setConfig(configOf(good()));
    let words = "";
    server.answerAlways(({ body }) => ({
      status: body.includes("get") ? 200 : 401,
      headers: {
        "x-amzn-RequestId": words.replaceAll("\n", " "),
        "Retry-After": words.replaceAll("\n", " "),
      },
      body: JSON.stringify({
        return_status: body.includes("get") ? "success" : "fail",
        return_message: words,
      }),
    }));
    for (const attack of [...attacks(), "\u001b[2J\u001b]0;title\u0007", "\r\n\u0000\u0085\u009b31m"]) {
      words = attack;
      await expectHarmless("update --trigger ifup", "status", "check", "address");
    }
  }, 60_000);

  it("in a redirect are text", async () => {
    router.setConfig(configOf(good()));
    let words = "";
    server.answerAlways(() => ({ status: 307, headers: { Location: words.replaceAll("\n", " ") } }));
    for (const attack of attacks()) {
      words = `https://example.com/${attack}`;
      await expectHarmless("update --trigger ifup");
      words = attack;
      await expectHarmless("update --trigger ifup");
    }
  }, 120_000);
});
