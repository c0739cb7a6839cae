// How `check` asks several services: one question for what several names share, and little time for the rest after a silent one. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OWN, section } from "../e2e/world.ts";
import type { ProgramResult, Run } from "../stand-ins/fake-processes.ts";
import { makeHome, type Service, URL_ } from "./world.ts";

/** The sample: knows the host, answers 400 to a malformed token. */
const sample: Service = (request) => (request === "get" ? [200, OWN] : [400, "no token"]);

describe("several services in one check", () => {
  it("names on one URL share the question", async () => {
    const two = section("service", "home", { url: URL_, hostname: [NAME, "b.example.com"], secret: "s" });
    const { asked, stdout } = await makeHome({ service: sample, config: two }).run("check");
    expect(asked).toEqual(["get", "set check", "set check b.example.com"]);
    expect(
      stdout.split("\n").filter((line) => line === `ok   the service answers and sees ${OWN}`),
    ).toHaveLength(2);
  });
  it("after a service that is dead the others are asked for 5 seconds each", async () => {
    const dead = ["a", "b", "c"].map((name) =>
      section("service", name, {
        url: `https://${name}.example/`,
        hostname: NAME,
        secret: "s",
        http_client: "curl",
      }),
    );
    const times: string[] = [];
    const curl = ({ stdin }: Run): ProgramResult => {
      times.push(...(stdin.match(/(?:max-time|connect-timeout) = \d+/g) ?? []));
      return { code: 28, stderr: "curl: (28) Connection timed out" };
    };
    const { code, stdout } = await makeHome({ config: dead.join(""), programs: { curl } }).run("check");
    expect(times).toEqual([
      "connect-timeout = 10",
      "max-time = 20",
      ...Array.from({ length: 2 }, () => ["connect-timeout = 5", "max-time = 5"]).flat(),
    ]);
    expect(stdout.split("\n").filter((line) => line.startsWith("FAIL "))).toHaveLength(3);
    expect(code).toBe(1);
  });
});
