// Enrolment on the router, by the shipped bundle in native qjs: a code becomes a secret once, whatever is killed or goes wrong on
// the way; and no code, nonce or secret is seen by anybody on the router.
import { rmSync, symlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { deriveSecret, makeProof } from "../../src/protocol/enroll.ts";
import { decodeRequest } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { describeWith } from "../engine/native.ts";
import type { Asked, Reply } from "../stand-ins/https.ts";
import type { Router } from "../stand-ins/router.ts";
import { answer, changed, logged, NAME, OTHER, OWN, STATE, section, service, useWorld } from "./world.ts";

const CODE = "0123456789ABCDEF";
const SPELLED = "0123-4567-89ab-cdef";
const UUID = "00112233-4455-6677-8899-aabbccddeeff";
const NONCE = UUID.replaceAll("-", "");
const SECRET = deriveSecret(NONCE, CODE, NAME);
const WITH_CODE = { secret: "", code: SPELLED };
const REFUSED = `the service refuses the code from ${OWN} (401): it or the hostname is wrong, or it was used or has expired; ask for a new one`;

/** A service that enrols as ours does. `sees`: the address that it takes for the caller's. */
function makeService({ sees = OWN, used = false } = {}) {
  const held = { nonce: null as string | null, erased: used };
  const words: string[] = [];
  const set = (token: string): Reply => {
    const secret = held.nonce === null ? "" : deriveSecret(held.nonce, CODE, NAME);
    if (token !== makeToken(sees, NAME, secret)) return answer(401, "wrong");
    held.erased = true;
    return changed(sees);
  };
  const enroll = (nonce: string, proof: string): Reply => {
    const isRight = !held.erased && proof === makeProof(sees, NAME, nonce, CODE);
    if (!isRight || (held.nonce !== null && held.nonce !== nonce)) return answer(401, "wrong");
    const status = held.nonce === null ? 201 : 200;
    held.nonce = nonce;
    return answer(status, "enrolled");
  };
  const serve = ({ body }: Asked): Reply => {
    const request = decodeRequest(body);
    if (typeof request === "string") return answer(400, request);
    words.push(request.mode);
    if (request.mode === "get") return answer(200, sees);
    return request.mode === "set" ? set(request.token) : enroll(request.nonce, request.token);
  };
  return { serve, held, words };
}

const config = (router: Router): string => router.read("etc/config/lambda-ddns") ?? "";

function expectEnrolled(router: Router): void {
  expect(config(router)).toContain(`option secret '${SECRET}'`);
  expect(config(router)).not.toContain("option code");
}

describeWith("enrolment", ["qjs", "curl"], () => {
  const world = useWorld();

  function routerFor(
    fake: ReturnType<typeof makeService>,
    options: Parameters<typeof world.router>[0] = {},
    more = {},
  ) {
    const router = world.router({ ...WITH_CODE, ...options }, more);
    router.put("proc/sys/kernel/random/uuid", `${UUID}\n`);
    world.server().answerAlways(fake.serve);
    return router;
  }

  it("enrols, keeps the secret, forgets the code and publishes, in one run; the next one has nothing to do", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    const run = await router.run(["update"]);
    expect(logged(run)).toEqual([
      `info: home: ${NAME} IPv4: enrolled; the code is used and the secret is in /etc/config/lambda-ddns`,
      `info: home: ${NAME} IPv4: published ${OWN}`,
    ]);
    expect(run.code).toBe(0);
    expect(fake.words).toEqual(["enroll", "set"]);
    expectEnrolled(router);
    router.setUptime(2000);
    expect(logged(await router.run(["update"]))).toEqual([
      `info: home: ${NAME} IPv4: nothing to do, ${OWN} is published`,
    ]);
    expect(fake.words).toHaveLength(2);
  });

  it("asks for its address behind NAT, and no more than once", async () => {
    const fake = makeService({ sees: OTHER });
    const router = routerFor(fake, {}, { wan: { ipv4: "192.168.1.2" } });
    expect((await router.run(["update"])).code).toBe(0);
    expect(fake.words).toEqual(["get", "enroll", "set"]);
    expectEnrolled(router);
  });

  it("finds NAT in between by itself", async () => {
    const fake = makeService({ sees: OTHER });
    const router = routerFor(fake);
    expect((await router.run(["update"])).code).toBe(0);
    expect(fake.words).toEqual(["enroll", "get", "enroll", "set"]);
    expectEnrolled(router);
  });

  it("enrols a section of both families once", async () => {
    const fake = makeService();
    const router = routerFor(fake, { family: "dual" }, { wan: { ipv4: OWN, ipv6: "2a00:1450::5" } });
    await router.run(["update"]);
    expect(fake.words.filter((word) => word === "enroll")).toHaveLength(1);
    expectEnrolled(router);
  });

  it("enrols a section without a name, and leaves the others alone", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    const other = { url: world.server().url(), hostname: "other.example.com", secret: "x", enabled: "0" };
    const mine = service(world.server().url(), { ...WITH_CODE, cacert: router.caPath });
    router.setConfig(section("service", "first", other) + mine.replace(" 'home'", ""));
    await router.run(["update"]);
    expectEnrolled(router);
    expect(config(router)).toContain("option secret 'x'");
  });

  it("shows no code, nonce, proof or secret to anybody: argv, environment, log, status, check, dry run", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    router.record();
    const before = [
      await router.run(["update", "--dry-run"]),
      await router.run(["status"]),
      await router.run(["status", "--json"]),
      await router.run(["check"]),
      await router.run(["config"]),
    ];
    expect(fake.words).not.toContain("enroll");
    const all = [...before, await router.run(["update", "--trigger", "ifup"]), await router.run(["status"])];
    expectEnrolled(router);
    const texts = [
      ...all.map(({ stdout, stderr }) => stdout + stderr),
      ...router.calls().map(({ argv, env }) => [...argv, ...env].join("\n")),
      ...router.syslog(),
    ];
    const proof = makeProof(OWN, NAME, NONCE, CODE);
    for (const text of texts)
      for (const secret of [CODE, SPELLED, NONCE, proof, SECRET]) expect(text).not.toContain(secret);
  });

  it("status and check say that it waits, and what to do when the code is refused", async () => {
    const fake = makeService({ used: true });
    const router = routerFor(fake);
    expect((await router.run(["status"])).stdout).toContain("never   waits for enrolment by its code\n");
    expect((await router.run(["check"])).stdout).toContain(
      "waits for enrolment: the code is tried with an update: lambda-ddns update",
    );
    const refused = await router.run(["update"]);
    expect(refused.code).toBe(3);
    expect(logged(refused)[0]).toContain(REFUSED);
    const flat = (text: string) => text.replace(/\s+/g, " ");
    expect(flat((await router.run(["status"])).stdout)).toContain(`trouble refused: ${REFUSED}`);
    const checked = await router.run(["check"]);
    expect(checked.code).toBe(3);
    expect(flat(checked.stdout)).toContain(REFUSED);
    const json = JSON.parse((await router.run(["status", "--json"])).stdout);
    expect(json.services[0]).toMatchObject({ state: "refused", enrolled: false });
    expect(config(router)).toContain(SPELLED);
  });

  it("asks with the same nonce after an answer that was lost, and is enrolled once", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    let lost = 0;
    world.server().answerAlways((asked) => {
      const reply = fake.serve(asked);
      return lost++ === 0 ? { ...reply, ending: "reset" } : reply;
    });
    expect((await router.run(["update"])).code).toBe(1);
    expect(config(router)).toContain(SPELLED);
    // Another random number would make another secret.
    router.put("proc/sys/kernel/random/uuid", "ffffffff-ffff-4fff-8fff-ffffffffffff\n");
    router.setUptime(2000);
    expect((await router.run(["update"])).code).toBe(0);
    expect(fake.words).toEqual(["enroll", "enroll", "set"]);
    expectEnrolled(router);
  });

  it.each([
    ["before it writes", () => "exit 1"],
    ["with the secret set and not committed", (uci: string) => `/usr/bin/head -n1 | ${uci} "$@"; exit 1`],
    ["after everything", (uci: string) => `${uci} "$@"; exit 1`],
  ])("goes on where uci dies %s", async (_when, dies) => {
    const fake = makeService();
    const router = routerFor(fake);
    const uci = router.read("bin/uci") ?? "";
    router.put("bin/real-uci", uci, 0o755);
    const real = `'${router.path("bin/real-uci")}'`;
    const script = `#!/bin/sh\ncase "$*" in *batch*) ${dies(real)} ;; esac\nexec ${real} "$@"\n`;
    router.put("bin/uci", script, 0o755);
    const first = await router.run(["update"]);
    if (first.code !== 0) {
      expect(logged(first)[0]).toContain(
        "enrolled, but the secret cannot be kept in /etc/config/lambda-ddns",
      );
      expect(config(router)).toContain(SPELLED);
      expect(fake.words).toEqual(["enroll"]);
    }
    router.put("bin/uci", uci, 0o755);
    router.setUptime(2000);
    expect((await router.run(["update"])).code).toBe(0);
    expectEnrolled(router);
    expect(fake.held.erased).toBe(true);
  });

  it("is enrolled once, with flash written once, though it is killed at any moment", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    const contents = new Set([config(router)]);
    let uptime = 1000;
    for (let tries = 0; !config(router).includes("option secret") || !fake.held.erased; tries++) {
      expect(tries).toBeLessThan(40);
      router.setUptime(uptime);
      // Another random number, as the kernel has it, would make another secret.
      router.put("proc/sys/kernel/random/uuid", `${tries.toString().padStart(8, "0")}${UUID.slice(8)}\n`);
      await router.run(["update", "--trigger", "boot"], { timeoutSeconds: 0.1 + tries * 0.04 });
      contents.add(config(router));
      uptime += 7200;
    }
    expect(config(router)).toContain(`option secret '${deriveSecret(fake.held.nonce ?? "", CODE, NAME)}'`);
    expect(contents.size).toBe(2);
  }, 60_000);

  it("sends nothing where /etc/config cannot be written", async () => {
    const fake = makeService();
    const router = routerFor(fake);
    router.put("tmp/export", `package lambda-ddns\n\n${config(router)}`);
    router.put("bin/uci", `#!/bin/sh\nexec /bin/cat '${router.path("tmp/export")}'\n`, 0o755);
    // A folder in which not even root makes a file.
    rmSync(router.path("etc/config"), { recursive: true });
    symlinkSync("/sys", router.path("etc/config"));
    const run = await router.run(["update"]);
    expect(run.code).toBe(1);
    expect(logged(run)[0]).toContain(
      "option code needs an /etc/config that can be written, for the secret; nothing was sent",
    );
    expect((await router.run(["check"])).stdout).toContain("/etc/config cannot be written");
    expect(fake.words).toEqual(["get"]);
  });

  it("waits for the clock where the certificate is not valid yet, and goes on by its event", async () => {
    const fake = makeService();
    const router = routerFor(fake, { cacert: "" });
    const first = await router.run(["update", "--trigger", "boot"]);
    expect(first.code).toBe(1);
    expect(fake.words).toEqual([]);
    expect(JSON.parse(router.state()[STATE] ?? "").lastFailure.kind).toBe("untrusted");
    router.setConfig(service(world.server().url(), { ...WITH_CODE, cacert: router.caPath }));
    router.setUptime(1100);
    expect((await router.run(["update", "--trigger", "clock"])).code).toBe(0);
    expectEnrolled(router);
  });
});
