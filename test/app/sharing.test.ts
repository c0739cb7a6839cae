// Answers to `get` in one run: who shares one, and who must not. The shipped bundle in QuickJS WASM.
import { describe, expect, it } from "vitest";
import { NAME, OTHER, OWN, service } from "../e2e/world.ts";
import type { Wan } from "../stand-ins/netifd-dump.ts";
import { type HomeOptions, makeHome, type Service, URL_ } from "./world.ts";

const CGNAT: Wan = { ipv4: "100.64.7.7" };
const NAMES = [NAME, "a.example.com", "b.example.com"];
/** The service sees another address than the router's. */
const behind: Service = (request) => {
  if (request === "get") return [200, OTHER];
  return request.startsWith(`set ${OTHER}`) ? [201] : [401, "Validation hashes do not match."];
};
const first = (options: HomeOptions) => makeHome(options).run("update", "--trigger", "ifup");

describe("an answer is shared", () => {
  it("names on one URL share one get", async () => {
    const did = await first({ config: service(URL_, { hostname: NAMES }), wan: CGNAT, service: behind });
    expect(did.asked).toEqual([
      "get",
      ...NAMES.map((name) => `set ${OTHER}${name === NAME ? "" : ` ${name}`}`),
    ]);
  });
  it("so do sections, and names that find NAT out", async () => {
    const config = service(URL_) + service(URL_, { hostname: NAMES[1] ?? "" }, "second");
    expect((await first({ config, service: behind })).asked).toEqual([
      `set ${OWN}`,
      "get",
      `set ${OTHER}`,
      `set ${OWN} a.example.com`,
      `set ${OTHER} a.example.com`,
    ]);
  });
  it("a failed get is shared too", async () => {
    const config = service(URL_, { hostname: NAMES });
    const did = await first({ config, wan: CGNAT, service: () => [503] });
    expect(did).toMatchObject({ asked: ["get"], code: 1 });
    expect(did.said).toHaveLength(3);
  });
});

/** A second line that is up. */
const WANB = {
  interface: "wanb",
  up: true,
  l3_device: "eth2",
  device: "eth2",
  "ipv4-address": [{ address: "100.64.8.8", mask: 24 }],
};
const BUSY = { code: 8, stderr: "Downloading 'x'\nConnecting to 3.4.5.6:443\nHTTP error 503\n" };

it.each([
  ["nothing else", {}, 1],
  ["another URL", { url: "https://other.example/" }, 2],
  ["the other family", { family: "ipv6" }, 2],
  ["a CA file", { cacert: "/etc/ca.pem" }, 2],
  ["a program by name", { http_client: "uclient-fetch" }, 2],
  ["another line", { interface: "wanb" }, 2],
] as const)("two sections that differ by %s ask as often as they must", async (_, options, questions) => {
  const config = service(URL_) + service(URL_, { hostname: "a.example.com", ...options }, "second");
  const wan: Wan = { ...CGNAT, ipv6: [{ address: "fd00::5" }], more: [WANB] };
  // mwan3 binds to the line, whichever it is.
  const did = await first({ config, wan, programs: { mwan3: () => BUSY } });
  expect(did.ran.filter((name) => name === "mwan3")).toHaveLength(questions);
});
