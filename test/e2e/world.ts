// What the end-to-end tests share: a scripted service, routers that run the shipped bundle in native qjs, and short words for what was asked and said.
import { afterAll, afterEach, beforeAll } from "vitest";
import type { ServiceState } from "../../src/client/core/types.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import {
  type Asked,
  type HttpsOptions,
  type HttpsServer,
  type Reply,
  startHttps,
} from "../stand-ins/https.ts";
import {
  type ClientResult,
  makeRouter,
  type Router,
  type RouterOptions,
  type Wan,
} from "../stand-ins/router.ts";

export const NAME = "host1.dyn.example.com";
export const SECRET = "shared_secret_1";
export const OWN = "176.32.100.36";
export const OTHER = "176.32.100.37";
export const STATE = `home:${NAME}:ipv4`;
export const REQUEST_ID = "6f1c2d3e-0000-4000-8000-123456789abc";

type Options = Readonly<Record<string, string | readonly string[]>>;

/** A section as UCI text; a list of values becomes `list` lines, "" leaves an option out. */
export function section(type: string, name: string, options: Options): string {
  const lines = Object.entries(options).flatMap(([option, value]) => {
    if (typeof value !== "string") return value.map((one) => `\tlist ${option} '${one}'\n`);
    return value === "" ? [] : [`\toption ${option} '${value}'\n`];
  });
  return `config ${type} '${name}'\n${lines.join("")}\n`;
}

/** A service in one line of a test: valid, with `options` over it. */
export function service(url: string, options: Options = {}, name = "home"): string {
  return section("service", name, { url, hostname: NAME, secret: SECRET, ...options });
}

/** An answer of the service, as the sample's function URL sends it. */
export function answer(status: number, message: string, headers: Record<string, string> = {}): Reply {
  const body = encodeAnswer(status < 300 ? "success" : "fail", message);
  return { status, body, headers: { "x-amzn-RequestId": REQUEST_ID, ...headers } };
}

export const changed = (to = OWN): Reply => answer(201, `${NAME} has been updated to ${to}`);
export const seen = (address: string): Reply => answer(200, address);

const ADDRESSES = [OWN, OTHER, "2a00:1450::5", "11.12.13.14"];
const NAMES = [NAME, "host2.dyn.example.com", "a.example.com", "b.example.com", "*.dyn.example.com"];

/** A request as it arrived, by word; whatever is not a POST of JSON is named as what it is. */
export function asked({ method, path, headers, body }: Asked): string {
  const type = headers["content-type"];
  if (method !== "POST" || type !== "application/json") return `${method} ${type}`;
  return word(body) + (path === "/" ? "" : ` at ${path}`);
}

/** `get`, `set ADDRESS` (for a name but the first `set ADDRESS NAME`); the address by the token alone. */
export function word(body: string): string {
  if (body === '{"execution_mode":"get"}') return "get";
  if (body === "") return "nothing";
  const {
    execution_mode: mode,
    ddns_hostname: name,
    validation_hash: token,
    ddns_address,
  } = JSON.parse(body);
  if (ddns_address !== undefined) return body;
  const address = ADDRESSES.find((one) => makeToken(one, name, SECRET) === token);
  if (mode !== "set" || !NAMES.includes(name)) return body;
  return `set ${address ?? token}${name === NAME ? "" : ` ${name}`}`;
}

/** The waits that chance spreads, as T. */
export const calmly = (text: string): string =>
  text.replace(/next try in \d+ (s|min|h)\b( \d+ min)?/g, "next try in T");

/** The state of a service by the name of its file. */
export function stateOf(router: Router, id = STATE): ServiceState {
  return JSON.parse(router.state()[id] ?? "null");
}

export const logged = (result: ClientResult): string[] => calmly(result.stderr).split("\n").slice(0, -1);

/** A server for a file's tests, and routers that are gone after each; call it at the top of a describe. */
export function useWorld(options: HttpsOptions = {}) {
  const routers: Router[] = [];
  const held: { server?: HttpsServer } = {};
  const server = (): HttpsServer => {
    if (!held.server) throw new Error("the server is started before the first test");
    return held.server;
  };
  beforeAll(async () => {
    held.server = await startHttps(options);
  });
  afterEach(() => {
    for (const one of routers.splice(0)) one.remove();
    server().verify();
  });
  afterAll(() => held.server?.close());
  return {
    server,
    /** A router with one service of this server, whose certificate it trusts, through `client`. */
    router(options: Options = {}, more: RouterOptions = {}): Router {
      const made = makeRouter({ ca: server().ca, ...more });
      routers.push(made);
      if (more.config === undefined)
        made.setConfig(service(server().url(), { cacert: made.caPath, ...options }));
      return made;
    },
    /** What was asked since the last test, by word. */
    asked: (): string[] => server().asked.map(asked),
  };
}

/** Two lines with a default route each; the service's own one leaves by the loopback device, which tests can bind to. */
export function twoLines(address: string): Wan {
  const way = (name: string, device: string, own: string): object => ({
    interface: name,
    up: true,
    l3_device: device,
    "ipv4-address": [{ address: own, mask: 24 }],
    route: [{ target: "0.0.0.0", mask: 0, nexthop: "11.12.13.1" }],
  });
  return {
    name: "other",
    up: false,
    name6: "",
    more: [way("wan", "lo", address), way("wanb", "eth9", "11.12.13.14")],
  };
}
