// Enrolment from end to end: the section that lambda-ddns-admin prints, the shipped bundle in native qjs with curl, and the local
// service with its table, its log and its DNS.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { admin } from "../../src/server/admin/main.ts";
import { type LocalService, startLocalService } from "../../src/server/local/local-service.ts";
import { readZones } from "../../src/server/local/zones.ts";
import { type Internet, SOURCE_HEADER, startInternet } from "../demo/internet.ts";
import { describeWith } from "../engine/native.ts";
import { makeRouter, type Router } from "../stand-ins/router.ts";
import { NAME, OTHER, OWN } from "./world.ts";

let dataDir: string;
let service: LocalService;
let internet: Internet;
const routers: Router[] = [];
const lines: string[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "enroll-"));
  service = await startLocalService({
    dataDir,
    port: 0,
    dnsPort: 0,
    zone: "dyn.example.com",
    sourceIpHeader: SOURCE_HEADER,
    log: (line) => void lines.push(line),
  });
  internet = await startInternet(service.url, dataDir);
  internet.appearAs(OWN);
});
afterEach(async () => {
  for (const router of routers.splice(0)) router.remove();
  await internet.close();
  await service.close();
  rmSync(dataDir, { recursive: true });
});

async function operator(...args: string[]): Promise<string> {
  const { out, err, exit } = await admin([...args, "--local", ...url(args)], { DATA_DIR: dataDir });
  expect({ err, exit }).toEqual({ err: "", exit: 0 });
  return out;
}

const url = ([command]: string[]) =>
  ["add", "rotate"].includes(command ?? "") ? ["--url", internet.url] : [];

/** A router whose configuration is what the operator was printed. */
function routerWith(section: string, uuid: string): Router {
  const router = makeRouter({ ca: readFileSync(join(dataDir, "ca.pem"), "utf8"), wan: { ipv4: OWN } });
  routers.push(router);
  router.setConfig(section);
  router.put("proc/sys/kernel/random/uuid", `${uuid}\n`);
  return router;
}

const address = () => readZones(dataDir)[0]?.records.find(({ name }) => name === NAME)?.address;
const config = (router: Router) => router.read("etc/config/lambda-ddns") ?? "";
const secretIn = (router: Router) => /option secret '([^']+)'/.exec(config(router))?.[1] ?? expect.fail();

describeWith("enrolment at the local service", ["qjs", "curl"], () => {
  it("publishes in one run; a second router with the same label is refused; rotation and revocation do what they say", async () => {
    const section = await operator("add", NAME, "--zone", "dyn.example.com", "--code", "--owner", "Dana");
    const router = routerWith(section, "00112233-4455-4677-8899-aabbccddeeff");
    expect((await router.run(["update"])).code).toBe(0);
    expect(internet.asked()).toEqual(["enroll 201", "set 201"]);
    expect(address()).toBe(OWN);
    const secret = secretIn(router);
    expect(await operator("show", NAME)).not.toMatch(/^code/m);

    const thief = routerWith(section, "ffffffff-ffff-4fff-8fff-ffffffffffff");
    const refused = await thief.run(["update"]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("the service refuses the code");
    expect(internet.asked()).toEqual(["enroll 401", "get 200"]);

    // Another code: the old secret goes on until the new one is there.
    const rotated = await operator("rotate", NAME, "--code");
    internet.appearAs(OTHER);
    router.setWan({ ipv4: OTHER });
    router.setUptime(2000);
    expect((await router.run(["update"])).code).toBe(0);
    expect(address()).toBe(OTHER);
    router.setConfig(rotated);
    router.setUptime(3000);
    expect((await router.run(["update"])).code).toBe(0);
    expect(internet.asked()).toEqual(["set 201", "enroll 201", "set 200"]);
    expect(secretIn(router)).not.toBe(secret);

    await operator("revoke", NAME);
    router.setUptime(300_000);
    expect((await router.run(["update", "--force"])).code).toBe(3);
    for (const line of lines)
      for (const text of [secret, secretIn(router), "00112233445546778899aabbccddeeff"])
        expect(line).not.toContain(text);
  });
});
