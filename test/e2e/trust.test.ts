// Whom the fetchers trust: bad certificates refused by both, Amazon's roots first and the system's bundle after, the user's own file before both. Real TLS, the shipped bundle in native qjs.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWith } from "../engine/native.ts";
import type { CertificateKind } from "../stand-ins/certificates.ts";
import { startHttps } from "../stand-ins/https.ts";
import type { Router } from "../stand-ins/router.ts";
import { changed, logged, NAME, OTHER, OWN, service, stateOf, useWorld } from "./world.ts";

const CLIENTS = ["curl", "uclient-fetch"] as const;
const AMAZON = "abc.lambda-url.eu-west-1.on.aws";
const ROOTS = "usr/share/lambda-ddns/amazon-roots.pem";
const LINE = `home: ${NAME} IPv4: `;

/** What is said of each bad certificate: by curl, and by uclient-fetch with mbedTLS. */
const BAD: readonly (readonly [CertificateKind, string, string])[] = [
  ["expired", "certificate has expired", "certificate has expired"],
  ["not-yet-valid", "certificate is not yet valid", "unknown error"],
  ["wrong-name", "no alternative certificate subject name matches", "Server hostname does not match"],
  ["unknown-ca", "unable to get local issuer certificate", "not signed by a trusted CA"],
  ["self-signed", "self-signed certificate", "self-signed"],
];

describeWith("bad certificates", ["qjs", "curl"], () => {
  const world = useWorld();
  it.each(CLIENTS.flatMap((client) => BAD.map((row) => [client, ...row] as const)))(
    "%s refuses one that is %s",
    async (client, kind, byCurl, byUclient) => {
      const bad = await startHttps({ certificate: kind });
      try {
        // uclient-fetch sends the request before it looks at the name: nothing in it may be worth stealing.
        if (kind === "wrong-name" && client === "uclient-fetch") bad.script({ status: 200 });
        const router = world.router({ http_client: client, url: bad.url() });
        const result = await router.run(["update"]);
        expect(result.code).toBe(1);
        expect(logged(result)).toHaveLength(1);
        expect(result.stderr).toMatch(`error: ${LINE}`);
        expect(result.stderr).toMatch(client === "curl" ? byCurl : byUclient);
        expect(stateOf(router)).toMatchObject({ lastFailure: { kind: "untrusted" }, inDoubt: false });
        expect(bad.asked).toHaveLength(kind === "wrong-name" && client === "uclient-fetch" ? 1 : 0);
      } finally {
        await bad.close();
      }
    },
  );
  it.each(CLIENTS)("%s says which CA file is missing or empty", async (client) => {
    const router = world.router({ http_client: client, cacert: "/nowhere/ca.pem" });
    const result = await router.run(["update"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("/nowhere/ca.pem");
  });
});

/** A router whose service is under a name of Amazon's, found on the test's server. */
function amazonRouter(world: ReturnType<typeof useWorld>, client: string, cacert = ""): Router {
  const config = service(`https://${AMAZON}/`, { http_client: client, cacert });
  const router = world.router({}, { config, hosts: { [AMAZON]: world.server().port } });
  router.record();
  return router;
}

const fetches = (router: Router, client: string): string[][] =>
  router
    .calls()
    .map(({ argv }) => argv)
    .filter(([program]) => program?.endsWith(client));

for (const client of CLIENTS) {
  describeWith(`Amazon's roots through ${client}`, ["qjs", "curl"], () => {
    const world = useWorld();
    it("are tried first for *.on.aws, and suffice", async () => {
      const router = amazonRouter(world, client);
      router.put(ROOTS, world.server().ca);
      world.server().script(changed());
      expect(await router.run(["update"])).toMatchObject({
        code: 0,
        stderr: `info: ${LINE}published ${OWN}\n`,
      });
      const calls = fetches(router, client);
      expect(calls).toHaveLength(1);
      if (client === "uclient-fetch") expect(calls[0]).toContain(`--ca-certificate=${router.path(ROOTS)}`);
      expect(stateOf(router).systemTrust).toBe(false);
    });
    it("give way to the system's bundle, once, and that is remembered", async () => {
      const router = amazonRouter(world, client);
      expect(router.read(ROOTS)).toContain("BEGIN CERTIFICATE");
      router.control("uclient-fetch", JSON.stringify({ bundle: router.caPath }));
      const env = { CURL_CA_BUNDLE: router.caPath };
      world.server().script(changed());
      const result = await router.run(["update"], { env });
      expect(result.code).toBe(0);
      expect(logged(result)).toEqual([
        `info: ${LINE}Amazon's roots do not verify this service; trusting the system's CA bundle until reboot`,
        `info: ${LINE}published ${OWN}`,
      ]);
      expect(fetches(router, client)).toHaveLength(2);
      expect(stateOf(router).systemTrust).toBe(true);
      router.setWan({ ipv4: OTHER });
      router.setUptime(2000);
      world.server().script(changed(OTHER));
      expect((await router.run(["update"], { env })).stderr).toBe(
        `info: ${LINE}published ${OTHER}, was ${OWN}\n`,
      );
      expect(fetches(router, client)).toHaveLength(3);
    });
    it("and the system's bundle both do not verify it: untrusted, and nothing is remembered of the bundle", async () => {
      const router = amazonRouter(world, client);
      router.control("uclient-fetch", JSON.stringify({ bundle: router.path(ROOTS) }));
      const result = await router.run(["update"], { env: { CURL_CA_BUNDLE: router.path(ROOTS) } });
      expect(result.code).toBe(1);
      expect(logged(result)).toHaveLength(1);
      expect(stateOf(router)).toMatchObject({ systemTrust: false, lastFailure: { kind: "untrusted" } });
      expect(world.asked()).toEqual([]);
    });
    it("are left alone where the user names a file, which is the only one tried", async () => {
      const router = amazonRouter(world, client, "/nowhere/ca.pem");
      router.put(ROOTS, world.server().ca);
      expect((await router.run(["update"])).code).toBe(1);
      expect(fetches(router, client)).toHaveLength(1);
    });
    it("are not tried where there is no such file", async () => {
      const router = amazonRouter(world, client, "");
      router.put(ROOTS, "");
      router.uninstall("../usr/share/lambda-ddns/amazon-roots.pem");
      router.control("uclient-fetch", JSON.stringify({ bundle: router.caPath }));
      world.server().script(changed());
      expect((await router.run(["update"], { env: { CURL_CA_BUNDLE: router.caPath } })).code).toBe(0);
      expect(fetches(router, client)).toHaveLength(1);
    });
  });
}

describeWith("Amazon's roots and no bundle beside them", ["qjs", "curl"], () => {
  const world = useWorld();
  it("are tried again at the next attempt: a clock that is not set refuses both", async () => {
    const router = amazonRouter(world, "curl");
    const result = await router.run(["update"], { env: { CURL_CA_BUNDLE: "/nowhere/ca.pem" } });
    expect(logged(result)).toEqual([
      expect.stringContaining("the CA file of the system (package ca-bundle) cannot be read (error"),
    ]);
    expect(stateOf(router).systemTrust).toBe(false);
  });
});

it("the shipped roots are certificates and nothing else", () => {
  const text = readFileSync(new URL(`../../openwrt/lambda-ddns/files/${ROOTS}`, import.meta.url), "utf8");
  expect(text.match(/-----BEGIN CERTIFICATE-----/g)?.length).toBeGreaterThanOrEqual(4);
  expect(text).not.toContain("PRIVATE KEY");
});
