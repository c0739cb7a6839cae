// Whatever only looks changes nothing (law 14): in each of the recorded surroundings no valid token leaves the router but from an
// `update` that is not dry, and nothing on the router is written.
import { describe, expect, it } from "vitest";
import { SURROUNDINGS, type Surrounding } from "./data.ts";
import { makeRouter, type Setup, type SurroundedRouter } from "./router.ts";

/** The setup in which every command is tried; in the others those that ask a service. */
const THOROUGH: Setup = { name: "uclient-fetch", programs: ["uclient-fetch", "ip"] };

const OTHERS: readonly Setup[] = [
  { name: "curl", programs: ["curl", "ip"] },
  { name: "uclient-fetch without ip", programs: ["uclient-fetch"] },
  { name: "ip_source web", programs: ["curl", "uclient-fetch", "ip"], ipSource: "web" },
];

const ASKING = [["check"], ["address"]];
const DRY = ["boot", "reload", "ifup", "clock", "timer", "manual"].map((trigger) => [
  "update",
  "--dry-run",
  "--trigger",
  trigger,
]);
const MORE = [["update", "--force", "--dry-run"], ["status"], ["status", "--json"]];

/** The router's files with their texts. */
function files({ os }: SurroundedRouter): string {
  const paths = os.list().filter((path) => !["/proc/uptime", "/var/run/lambda-ddns"].includes(path));
  return JSON.stringify(paths.map((path) => [path, os.readFile(path)]));
}

/** What a command changed, in words; null for nothing. */
async function change(router: SurroundedRouter, words: readonly string[]): Promise<string | null> {
  const before = files(router);
  await router.run(...words);
  const valid = router.requests().find(({ tokenFor }) => tokenFor !== "");
  if (valid) return `a token for ${valid.tokenFor} left by ${valid.device} (answer ${valid.status})`;
  return files(router) === before ? null : "something on the router was written";
}

async function complaints(given: Surrounding): Promise<string[]> {
  const found: string[] = [];
  const look = async (router: SurroundedRouter, setup: Setup, commands: string[][], when: string) => {
    for (const words of commands) {
      const said = await change(router, words);
      if (said !== null) found.push(`${given.name}, ${setup.name}, ${words.join(" ")}, ${when}: ${said}`);
    }
  };
  for (const setup of OTHERS) await look(makeRouter(given, setup), setup, ASKING, "before any update");
  const router = makeRouter(given, THOROUGH);
  const sections = given.expect.flatMap((_, index) => [
    ["check", `r${index}`],
    ["address", `r${index}`],
  ]);
  await look(router, THOROUGH, [...sections, ...DRY, ...MORE], "before any update");
  await router.run("update", "--trigger", "ifup");
  router.requests();
  router.os.advance(3700);
  await look(router, THOROUGH, [...ASKING, ...DRY.slice(-2)], "after an update");
  return found;
}

describe("whatever only looks", () => {
  it.each(SURROUNDINGS.map((one) => [one.name, one] as const))("changes nothing in %s", async (_, given) => {
    expect(await complaints(given)).toEqual([]);
  });

  it("and an update that is not dry is seen to send a token", async () => {
    const [given] = SURROUNDINGS;
    const router = makeRouter(given as Surrounding, THOROUGH);
    expect(await change(router, ["update"])).toContain("a token for");
  });
});
