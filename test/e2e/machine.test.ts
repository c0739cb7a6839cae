// A machine behind the router from end to end: the record that has to allow it, the shipped bundle in native qjs with curl, a prefix
// that changes, and the local service with its table and its zone.
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
import { NAME, OWN } from "./world.ts";

let dataDir: string;
let service: LocalService;
let internet: Internet;
const routers: Router[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "machine-"));
  const zone = { zone: "dyn.example.com", sourceIpHeader: SOURCE_HEADER };
  service = await startLocalService({ dataDir, port: 0, dnsPort: 0, ...zone, log: () => {} });
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
  const { out, err, exit } = await admin([...args, "--local"], { DATA_DIR: dataDir });
  expect({ err, exit }).toEqual({ err: "", exit: 0 });
  return out;
}

const wanOf = (prefix: string) => ({
  ipv4: OWN,
  more: [
    {
      interface: "guest",
      up: true,
      l3_device: "br-guest",
      "ipv6-prefix-assignment": [{ address: prefix, mask: 64, preferred: 3600, valid: 7200 }],
    },
  ],
});

const records = () =>
  Object.fromEntries(
    (readZones(dataDir)[0]?.records ?? [])
      .filter(({ name }) => name === NAME)
      .map(({ type, address }) => [type, address]),
  );

describeWith("a machine behind the router, at the local service", ["qjs", "curl"], () => {
  it("is published with the router's own address, once the record allows it, and follows the prefix", async () => {
    const section = await operator("add", NAME, "--zone", "dyn.example.com", "--url", internet.url);
    const router = makeRouter({
      ca: readFileSync(join(dataDir, "ca.pem"), "utf8"),
      wan: wanOf("2a02:8070:1:1::"),
    });
    routers.push(router);
    const machine = "\toption family 'dual'\n\toption host_id '::1234'\n\toption host_interface 'guest'\n";
    router.setConfig(`${section}${machine}`);

    const first = await router.run(["update"]);
    expect(first.code).toBe(3);
    expect(first.stderr).toContain(`its operator allows it with \`lambda-ddns-admin set ${NAME} --stated\``);
    expect(records()).toEqual({ A: OWN });

    await operator("set", NAME, "--stated");
    router.setUptime(2000);
    expect(await router.run(["update"])).toMatchObject({ code: 0 });
    expect(records()).toEqual({ A: OWN, AAAA: "2a02:8070:1:1::1234" });

    // The machine's address is none of the router's, so what is published is confirmed, and no question is asked.
    internet.asked();
    router.setUptime(3000);
    expect((await router.run(["update"])).code).toBe(0);
    expect(internet.asked()).toEqual([]);

    // Each statement is later than the last one, by a whole second of the real clock.
    await new Promise((done) => setTimeout(done, 1100));
    router.setWan(wanOf("2a02:8070:2:2::"));
    router.setUptime(4000);
    const changed = await router.run(["update", "--trigger", "ifup", "--interface", "guest"]);
    expect(changed).toMatchObject({ code: 0 });
    expect(changed.stderr).toContain("published 2a02:8070:2:2::1234");
    expect(internet.asked()).toEqual(["set 201"]);
    expect(records()).toEqual({ A: OWN, AAAA: "2a02:8070:2:2::1234" });
  });
});
