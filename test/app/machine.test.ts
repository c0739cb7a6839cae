// A machine behind the router in whole runs: what is sent and what is said of it, the clock, refusals, `check`. The shipped bundle in QuickJS WASM.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NAME, SECRET, service } from "../e2e/world.ts";
import type { ProgramResult, Run } from "../stand-ins/fake-processes.ts";
import type { Wan } from "../stand-ins/netifd-dump.ts";
import { type HomeOptions, makeHome, type Service, URL_ } from "./world.ts";

const NOW = 1_795_000_000;
const ADDRESS = "2a02:8070:1:1::1234";
const LINE = `nas: ${NAME} IPv6: `;
const config = service(URL_, { family: "ipv6", host_id: "::1234", host_interface: "guest" }, "nas");

function wanWith(...prefixes: string[]): Wan {
  const parts = prefixes.map((address) => ({ address, mask: 64, preferred: 3600, valid: 7200 }));
  const guest = { interface: "guest", up: true, l3_device: "br-guest", "ipv6-prefix-assignment": parts };
  return { ipv4: "176.32.100.36", more: [guest] };
}

const home = (options: HomeOptions = {}) =>
  makeHome({ config, wan: wanWith("2a02:8070:1:1::"), wallClockSeconds: NOW, ...options });

/** The request that states `address` at `time`, by a formula of its own. */
function stated(address: string, time: number): object {
  const text = ["lambda-ddns/2", NAME, address, time].join("\n");
  return {
    execution_mode: "set",
    ddns_hostname: NAME,
    ddns_address: address,
    ddns_time: time,
    validation_hash: createHmac("sha256", SECRET).update(text).digest("hex"),
  };
}

const refusing =
  (status: number, message: string): Service =>
  () => [status, message];

describe("a machine's address", () => {
  it("is stated by one request, which may leave by either family", async () => {
    const on = home();
    const did = await on.run("update", "--trigger", "ifup");
    expect(did.said).toEqual([`info: ${LINE}published ${ADDRESS}`]);
    expect(did.asked.map((body) => JSON.parse(body))).toEqual([stated(ADDRESS, NOW)]);
    const { argv = [] } = on.os.runs.find(({ argv: [name] }) => name === "uclient-fetch") ?? {};
    expect(argv.includes("-4") || argv.includes("-6")).toBe(false);
    // Neither routes nor mwan3 matter to it.
    expect(did.ran).not.toContain("ip");
  });
  it("is sent again when the prefix is another one, and not before", async () => {
    const on = home();
    await on.run("update", "--trigger", "ifup");
    on.os.advance(700);
    expect((await on.run("update", "--trigger", "timer")).asked).toEqual([]);
    on.setWan(wanWith("2a02:8070:2:2::"));
    const { asked } = await on.run("update", "--trigger", "timer");
    expect(asked.map((body) => JSON.parse(body))).toMatchObject([{ ddns_address: "2a02:8070:2:2::1234" }]);
  });
  it("waits for the clock, and is stated with the event that sets it", async () => {
    const on = home({ wallClockSeconds: 1000 });
    const did = await on.run("update", "--trigger", "manual");
    expect(did.said).toEqual([
      `info: ${LINE}the clock is not set, and the address of a machine behind 'guest' is stated with the time; is NTP working?`,
    ]);
    expect([did.asked, did.code]).toEqual([[], 0]);
    on.os.setWallClock(NOW);
    expect((await on.run("update", "--trigger", "clock")).asked).toHaveLength(1);
  });
  it.each([
    [
      "a clock that is off",
      refusing(400, `The clock is off: ddns_time is ${NOW}, the service's time is ${NOW + 400}.`),
      1,
      `error: ${LINE}the service does not take ${ADDRESS} now (400): The clock is off: ddns_time is ${NOW}, the service's time is ${NOW + 400}.; next try in T`,
    ],
    [
      "AWS's sample",
      refusing(401, "Validation hashes do not match."),
      3,
      `error: ${LINE}the service refuses the token for ${ADDRESS} (401): secret or hostname differ from its record, or it is a deployment of AWS's sample, which takes no addresses of machines behind the router; next try in T`,
    ],
  ])("names %s", async (_, serves, code, line) => {
    const did = await home({
      service: serves,
      config: config.replace("\toption url", "\toption http_client 'curl'\n\toption url"),
      programs: { curl: curlOf(serves) },
    }).run("update", "--trigger", "ifup");
    expect([did.code, did.said]).toEqual([code, [line]]);
  });
  it("that the service found too old is stated anew by the clock event, and by the timer a minute later", async () => {
    const on = home({ service: refusing(400, "The clock is off") });
    await on.run("update", "--trigger", "ifup");
    on.os.advance(31);
    expect((await on.run("update", "--trigger", "clock")).asked).toHaveLength(1);
    on.os.advance(151);
    expect((await on.run("update", "--trigger", "timer")).asked).toHaveLength(1);
  });
  it("is none without a prefix", async () => {
    const did = await home({ wan: wanWith() }).run("update", "--trigger", "manual");
    expect(did.said).toEqual([
      `info: ${LINE}interface 'guest' has no public IPv6 prefix that may be used; does the provider delegate one?`,
    ]);
  });
});

/** curl as it prints what `serves` says. */
function curlOf(serves: Service): (run: Run) => ProgramResult {
  return ({ stdin }) => {
    const [status, message = ""] = serves(stdin, "");
    return {
      stdout: `HTTP/1.1 ${status} X\r\n\r\n${JSON.stringify({ return_status: "fail", return_message: message })}`,
    };
  };
}

describe("check", () => {
  const sample: Service = (request) => (request === "get" ? [200, "176.32.100.36"] : [400, "no token"]);
  it.each([
    ["REACHABLE", `ok   the machine answers at ${ADDRESS}`],
    ["FAILED", `note no machine answers at ${ADDRESS}; is it on, and is host_id its own?`],
    ["", `note no machine answers at ${ADDRESS}; is it on, and is host_id its own?`],
  ])("tells the prefix, what it makes, and of a neighbour that is '%s'", async (state, line) => {
    const ip = ({ argv }: Run): ProgramResult => ({
      stdout:
        argv.includes("neigh") && state ? `${ADDRESS} dev br-guest lladdr 02:00:00:00:00:01 ${state}\n` : "",
    });
    const { code, stdout, asked } = await home({ service: sample, programs: { ip } }).run("check");
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([
        `ok   interface 'guest' has the prefix 2a02:8070:1:1::/64, which makes ${ADDRESS}`,
        line,
        "ok   the service answers; the machine's address is stated to it, and it sees 176.32.100.36",
        "note whether the secret is right and the record allows a machine's address shows only with an update: lambda-ddns update nas",
      ]),
    );
    expect([code, asked]).toEqual([0, ["get", "set check"]]);
  });
});
