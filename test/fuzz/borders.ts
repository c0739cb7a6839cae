// The borders over which strangers' texts come in. Each takes one text and gives its answer as one line, after it has looked at what must always hold.
import "../world/version.ts";
import { parseUpdate } from "../../src/client/app/arguments.ts";
import { readConfig } from "../../src/client/core/config.ts";
import { decodeState, encodeState } from "../../src/client/core/state.ts";
import type { Reply, ServiceState } from "../../src/client/core/types.ts";
import { parseUci } from "../../src/client/core/uci.ts";
import { detect } from "../../src/client/detect/detect.ts";
import { parseDump } from "../../src/client/detect/netifd.ts";
import { advance, begin } from "../../src/client/exchange/exchange.ts";
import { isUnchanged } from "../../src/client/fast-path.ts";
import type { Host, JobResult } from "../../src/client/host/port.ts";
import { curl } from "../../src/client/http/curl.ts";
import { uclientFetch } from "../../src/client/http/uclient-fetch.ts";
import { main } from "../../src/client/program.ts";
import { parseAddress } from "../../src/shared/address.ts";
import { OWN, seeing, service } from "../core/given.ts";
import { BODIES, HTTP, MEMO, STATE, STDERR, type Texts, UBUS, UCI, WORDS } from "./sound.ts";

export interface Border {
  name: string;
  sound: Texts;
  /** The answer to `text`. Throws where the client does, or where it gives what it must never give. */
  answer(text: string): string;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;
const NOW = 5000;

function uciAnswer(text: string): string {
  const sections = parseUci(text);
  if (!sections) return "no configuration";
  const config = readConfig(sections);
  const bad = new Set(
    config.problems.filter(({ severity }) => severity === "error").map(({ section }) => section),
  );
  for (const one of config.services) {
    must(/^https:\/\/[^\s/]+|^http:\/\/(\[?[0-9a-f.:]+|localhost)/i.test(one.url), `url ${one.url}`);
    must(
      !CONTROL.test(one.url + one.hostname + one.interface + one.cacert),
      `control characters in ${one.id}`,
    );
    must(
      /^[A-Za-z0-9_.*-]+$/.test(one.hostname) && one.secret !== "",
      `a service without name or secret: ${one.id}`,
    );
    must(
      !bad.has(one.section) || sections.filter(({ name }) => name === one.section).length > 1,
      `${one.section} is bad and served`,
    );
  }
  return JSON.stringify(config);
}

function ubusAnswer(text: string): string {
  const list = parseDump(text);
  if (!list) return "no dump";
  const names = [...list.map(({ name }) => name), "wan"];
  const seen = names.flatMap((name) =>
    (["ipv4", "ipv6"] as const).map((family) => {
      const detection = detect(list, name, family);
      if (detection.kind !== "publishable") return detection;
      const { text: address, scope } = detection.address;
      must(
        scope === "public" && address.includes(":") === (family === "ipv6"),
        `fit for ${family}: ${address}`,
      );
      must(
        !/^(10|127|0|169\.254|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^(f[c-f]|::1$)/.test(address),
        `fit: ${address}`,
      );
      return detection;
    }),
  );
  return JSON.stringify(seen);
}

const STATE_TYPES: Readonly<Record<keyof ServiceState, string>> = {
  published: "string or null",
  publishedAt: "number",
  sentAt: "number or null",
  inDoubt: "boolean",
  behindNat: "boolean",
  failures: "number",
  lastFailure: "object or null",
  notBefore: "number",
  detected: "string or null",
  needsCurl: "boolean",
  systemTrust: "boolean",
  device: "string",
  passedOver: "string or null",
  hookAddress: "string or null",
  hookFailed: "boolean or null",
  stamp: "string",
  fingerprint: "string",
};

function stateAnswer(text: string): string {
  const state = decodeState(text, NOW);
  for (const [member, value] of Object.entries(state)) {
    const types = STATE_TYPES[member as keyof ServiceState];
    must(types?.includes(value === null ? "null" : typeof value), `${member}: ${value}`);
  }
  const again = decodeState(encodeState(state), NOW);
  must(JSON.stringify(again) === JSON.stringify(state), "a decoded state does not come back");
  must(
    state.publishedAt <= NOW && (state.sentAt ?? 0) <= NOW && state.notBefore <= NOW + 8 * 3600,
    "a time that cannot be",
  );
  return JSON.stringify(state);
}

const DUMP: JobResult = { ended: "exit", code: 0, stdout: '{"interface": []}', stderr: "" };

function memoAnswer(text: string): string {
  const host: Partial<Host> = {
    root: "",
    args: ["update", "--trigger", "timer"],
    uptime: () => NOW,
    readText: () => text,
    fileFacts: () => ({ stamp: "1.2.3", mode: 0o600 }),
    run: () => DUMP,
  };
  return `${isUnchanged(host as Host)}`;
}

/** What a whole conversation makes of a reply, whichever call it answers. */
function outcomes(reply: Reply): string {
  const its = service();
  const address = seeing(OWN);
  const decisions = [
    { kind: "ask", why: "web", unless: null, refresh: false },
    {
      kind: "send",
      address: "address" in address ? address.address : (null as never),
      why: "first",
      refresh: false,
    },
  ] as const;
  const steps = decisions.map((decision) => {
    const step = begin(its, decision, address);
    const next = step.kind === "call" ? advance(step.exchange, reply) : step;
    if (next.kind === "call") {
      const { address, call } = next.exchange;
      const { url } = call;
      must(address === "" || parseAddress(address)?.scope === "public", `it would publish ${address}`);
      must(
        url.startsWith("https://") &&
          !/^https:\/\/((10|127|192\.168|169\.254)[.\d]*([:/?]|$)|\[(f[c-f]|::))/.test(url),
        `it would call ${url}`,
      );
      return call;
    }
    const { outcome } = next;
    if (outcome.kind !== "failed") return outcome;
    const { detail, requestId = "", retryAfter = 0 } = outcome.failure;
    must(
      // The service's own sentence is kept up to 600 characters: a log line takes 900.
      !CONTROL.test(detail + requestId) && detail.length < 700,
      `a detail for no log: ${JSON.stringify(detail)}`,
    );
    must(retryAfter >= 0 && Number.isFinite(retryAfter), `retry after ${retryAfter}`);
    must(!detail.includes(its.secret), "the secret in a detail");
    return outcome;
  });
  return JSON.stringify(steps);
}

const REQUEST = {
  url: "https://abc.lambda-url.eu-west-1.on.aws/",
  body: "{}",
  family: "ipv4",
  cacert: "",
  device: "",
  wrapper: [],
  seconds: 20,
  idHeader: "x-amzn-requestid",
} as const;
const result = (code: number, stdout: string, stderr: string): JobResult => ({
  ended: "exit",
  code,
  stdout,
  stderr,
});

function httpAnswer(text: string): string {
  return outcomes(curl.read(result(0, text, ""), REQUEST));
}

function bodyAnswer(text: string): string {
  const cut = outcomes(
    uclientFetch.read(result(4, text, "Connecting\nConnection reset prematurely\n"), REQUEST),
  );
  return cut + outcomes(uclientFetch.read(result(0, text, ""), REQUEST));
}

function stderrAnswer(text: string): string {
  const codes = [1, 4, 5, 8] as const;
  const made = codes.map((code) => outcomes(uclientFetch.read(result(code, "", text), REQUEST)));
  const others = [6, 28, 35, 60, 77, 255].map((code) => outcomes(curl.read(result(code, "", text), REQUEST)));
  return [...made, ...others].join(" ");
}

/** The whole program on a router that lacks everything: its words are taken, or refused in a sentence. */
function wordsAnswer(text: string): string {
  const args = text.split(" ");
  let said = "";
  const print = (words: string): void => {
    said += words;
  };
  const host: Host = {
    root: "",
    args,
    uptime: () => NOW,
    random: () => 0,
    wallClock: () => NOW,
    readText: () => null,
    writeText: () => {},
    fileFacts: () => null,
    isRoot: () => true,
    canWriteIn: () => true,
    columns: () => null,
    hasProgram: () => false,
    sleep: () => {},
    run: () => ({ ...DUMP, ended: "missing" }),
    print,
    printError: print,
  };
  const status = main(host);
  must([0, 1, 2].includes(status) && !said.includes("internal error"), `status ${status}: ${said}`);
  const command = parseUpdate(args.slice(1));
  if (typeof command !== "string")
    must(
      command.names.every((name) => !name.startsWith("-")),
      "an option taken for a name",
    );
  return JSON.stringify([status, said, command]);
}

export const BORDERS: readonly Border[] = [
  { name: "UCI text", sound: UCI, answer: uciAnswer },
  { name: "ubus JSON", sound: UBUS, answer: ubusAnswer },
  { name: "state", sound: STATE, answer: stateAnswer },
  { name: "memo", sound: MEMO, answer: memoAnswer },
  { name: "HTTP answers", sound: HTTP, answer: httpAnswer },
  { name: "bodies", sound: BODIES, answer: bodyAnswer },
  { name: "fetchers' stderr", sound: STDERR, answer: stderrAnswer },
  { name: "command lines", sound: WORDS, answer: wordsAnswer },
];
