// Which HTTP program a service's calls go through, by what is installed and what the call needs.
import { describe, expect, it } from "vitest";
import { choose } from "../../src/client/app/talk.ts";
import { freshState } from "../../src/client/core/state.ts";
import type { Service, Sighting } from "../../src/client/core/types.ts";
import type { Host } from "../../src/client/host/port.ts";

const NAMED = "https://abc.lambda-url.eu-west-1.on.aws/";

function chosen(
  installed: readonly string[],
  more: { url?: string; httpClient?: Service["httpClient"]; several?: boolean; needsCurl?: boolean } = {},
): string | null {
  const host = { hasProgram: (name: string) => installed.includes(name) } as Host;
  const service = { url: more.url ?? NAMED, httpClient: more.httpClient ?? "auto" } as Service;
  const sighting = { kind: "fit", device: "eth1", several: more.several ?? false } as Sighting;
  const state = { ...freshState(), needsCurl: more.needsCurl ?? false };
  return choose(host, { service, state, sighting })?.name ?? null;
}

const BOTH = ["uclient-fetch", "curl"];

describe("choose", () => {
  it.each([
    ["both", BOTH, {}, "uclient-fetch"],
    ["curl alone", ["curl"], {}, "curl"],
    ["neither", [], {}, null],
    ["several lines out", BOTH, { several: true }, "curl"],
    ["several lines out, no curl", ["uclient-fetch"], { several: true }, "uclient-fetch"],
    ["uclient-fetch did not suffice before", BOTH, { needsCurl: true }, "curl"],
    ["a bare IPv4 address", BOTH, { url: "https://10.0.0.1:8443/" }, "curl"],
    ["a bare IPv6 address", BOTH, { url: "https://[fd00::1]/" }, "curl"],
    [
      "a name that begins with a digit",
      BOTH,
      { url: "https://3abc.lambda-url.eu-west-1.on.aws/" },
      "uclient-fetch",
    ],
    ["told: curl", BOTH, { httpClient: "curl" }, "curl"],
    ["told: uclient-fetch", BOTH, { httpClient: "uclient-fetch", several: true }, "uclient-fetch"],
  ] as const)("%s", (_case, installed, more, expected) => {
    expect(chosen(installed, more)).toBe(expected);
  });
});
