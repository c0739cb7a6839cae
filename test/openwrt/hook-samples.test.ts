// The scripts in docs/hooks.md as a router runs them: clean in shellcheck, and each does what its text says.
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, expect } from "vitest";
import { repositoryText } from "../readme/markdown.ts";
import { testWith } from "./able.ts";
import { link, makeRouter, type Router } from "./router.ts";

const test = testWith("busybox", "shellcheck");

/** Path and text of each sample, as the page names it before its block. */
const SAMPLES = [
  ...repositoryText("docs/hooks.md").matchAll(/`\/(etc\/hotplug\.d\/[^`]+)`[^\n]*\n\n```sh\n([^`]+)```/g),
].map(([, path = "", text = ""]) => ({ path, text }));

let router: Router;
beforeEach(() => {
  router = makeRouter();
  link(router.root, router.path("sbin/hotplug-call"), "hotplug-call");
  for (const { path, text } of SAMPLES) router.write(path, text);
  for (const program of ["ifup", "curl"]) {
    const script = `#!/bin/sh\necho "${program} $*" >> "$LAMBDA_DDNS_ROOT/tmp/did"\n${program === "curl" ? 'cat >> "$LAMBDA_DDNS_ROOT/tmp/did"\n' : ""}`;
    router.write(`tmp/samples/${program}`, script);
    link(router.root, router.path(`tmp/samples/${program}`), program);
  }
});
afterEach(() => router.remove());

async function tell(...words: string[]): Promise<void> {
  expect(router.run([router.path("usr/lib/lambda-ddns/hooks.sh"), ...words])).toMatchObject({ code: 0 });
  await router.idle();
}

const about = ["home:home.dyn.example.com:ipv4", "home", "home.dyn.example.com", "ipv4"];

test("there are three, and shellcheck has nothing to say", () => {
  expect(SAMPLES.map(({ path }) => path.split("/").at(-1))).toEqual(["10-log", "20-wireguard", "30-ntfy"]);
  // HOSTNAME is what hooks.sh exports, not bash's.
  for (const { text } of SAMPLES) {
    const { stdout } = spawnSync("shellcheck", ["--shell=dash", "--exclude=SC3028", "-"], {
      input: text,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
  }
});

test("a new address is logged, restarts WireGuard, and is sent to a phone", async () => {
  await tell("published", ...about, "5.6.7.8", "", "wan");
  expect(router.lines("tmp/syslog").join()).toContain(
    "my-address: home.dyn.example.com: published 5.6.7.8, before nothing",
  );
  expect(router.lines("tmp/did")).toEqual([
    "ifup wg0",
    "curl -s --max-time 20 --data-binary @- https://ntfy.sh/my-secret-topic",
    "home.dyn.example.com is now 5.6.7.8",
  ]);
});

test("failures and their end are sent, and restart nothing", async () => {
  await tell(
    "failed",
    ...about,
    "5.6.7.9",
    "5.6.7.8",
    "wan",
    "recovered",
    ...about,
    "5.6.7.9",
    "5.6.7.9",
    "wan",
  );
  const did = router.lines("tmp/did");
  expect(did.filter((line) => line.startsWith("ifup"))).toEqual([]);
  expect(did.filter((line) => !line.startsWith("curl"))).toEqual([
    "home.dyn.example.com cannot be updated; it still has 5.6.7.8",
    "home.dyn.example.com is updated again",
  ]);
});
