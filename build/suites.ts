// Which suites `make test` leaves to CI and to `make test-all`, so that it ends in the time that it takes to fetch a coffee.

/** Every test of these takes real time, or walks through all there is; what they hold is held in samples by the others. */
export const LONG_SUITES = [
  "test/app/fuzz.test.ts",
  "test/core/plan-whole.test.ts",
  "test/demo/demo.test.ts",
  "test/e2e/answers.test.ts",
  "test/e2e/deadline.test.ts",
  "test/e2e/enroll.test.ts",
  "test/e2e/programs.test.ts",
  "test/e2e/trust.test.ts",
  "test/e2e/wire.test.ts",
  "test/faults/beside.test.ts",
  "test/faults/disk.test.ts",
  "test/faults/kill.test.ts",
  "test/faults/network.test.ts",
  "test/fleet/simulation.test.ts",
  "test/luci/page.test.ts",
  "test/network/ipv6.test.ts",
  "test/network/machine.test.ts",
  "test/network/network.test.ts",
  "test/network/tunnel.test.ts",
  "test/network/two-lines.test.ts",
  "test/openwrt/iface.test.ts",
  "test/openwrt/storm.test.ts",
  "test/readme/commands.test.ts",
  "test/readme/log.test.ts",
  "test/readme/server.test.ts",
  "test/security/address.test.ts",
  "test/security/files.test.ts",
  "test/security/memory.test.ts",
  "test/security/shell.test.ts",
  "test/stand-ins/uclient-fetch.test.ts",
  "test/standalone/client.test.ts",
  "test/standalone/core.test.ts",
  "test/surroundings/looks.test.ts",
  "test/surroundings/surroundings.test.ts",
  "test/world/engines.test.ts",
] as const;

/** How much of a suite runs: all of it, what CI runs, or a sample. */
export type Extent = "all" | "ci" | "sample";

/** The extent that `env` asks for: LAMBDA_DDNS_TEST_ALL=1 is `make test-all`. */
export function extentOf(env: Readonly<Record<string, string | undefined>>): Extent {
  if (env["LAMBDA_DDNS_TEST_ALL"] === "1") return "all";
  return env["CI"] === "true" ? "ci" : "sample";
}
