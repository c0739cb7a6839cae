// Which HTTP program a service's calls go through, by what is installed and what the call needs.
import { describe, expect, it } from "vitest";
import { choose } from "../../src/client/app/send.ts";
import type { Egress } from "../../src/client/core/detection.ts";
import { freshState } from "../../src/client/core/state.ts";
import type { Service } from "../../src/client/core/types.ts";
import type { Host } from "../../src/client/host/port.ts";

const NAMED = "https://abc.lambda-url.eu-west-1.on.aws/";
const BIND: Egress = { kind: "bind", device: "eth1", by: "curl" };
const OWN: Egress = { kind: "own", device: "eth1" };
const NONE: Egress = { kind: "none", other: "tun0" };

interface More {
  url?: string;
  httpClient?: Service["httpClient"];
  egress?: Egress;
  bind?: boolean;
  needsCurl?: boolean;
  without?: readonly string[];
}

function chosen(installed: readonly string[], more: More): string | null {
  const host = { hasProgram: (name: string) => installed.includes(name) } as Host;
  const service = { url: more.url ?? NAMED, httpClient: more.httpClient ?? "auto" } as Service;
  const state = { ...freshState(), needsCurl: more.needsCurl ?? false };
  return choose(host, { service, state }, more.egress, more.bind ?? false, more.without)?.name ?? null;
}

const BOTH = ["uclient-fetch", "curl"];

describe("choose", () => {
  it.each<[string, string[], More, string | null]>([
    ["both", BOTH, {}, "uclient-fetch"],
    ["curl alone", ["curl"], {}, "curl"],
    ["neither", [], {}, null],
    ["requests leave elsewhere", BOTH, { egress: BIND }, "curl"],
    ["requests leave by our device", BOTH, { egress: OWN }, "uclient-fetch"],
    ["a question", BOTH, { egress: OWN, bind: true }, "curl"],
    ["a question, no curl", ["uclient-fetch"], { egress: NONE, bind: true }, "uclient-fetch"],
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
    ["told: uclient-fetch", BOTH, { httpClient: "uclient-fetch", egress: BIND }, "uclient-fetch"],
    ["curl does not start", BOTH, { egress: BIND, bind: true, without: ["curl"] }, "uclient-fetch"],
    ["neither starts", BOTH, { without: BOTH }, null],
  ])("%s", (_case, installed, more, expected) => {
    expect(chosen(installed, more)).toBe(expected);
  });
});
