// The service as it answers: this repository's own verdicts over a table in memory, or the sample deployment as recorded in protocol.md.

import { decodeRequest, encodeAnswer, type Request } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { decide, LEASE_SECONDS, unfit } from "../../src/server/decide.ts";
import type { FamilyState } from "../../src/server/state.ts";
import { parseAddress } from "../../src/shared/address.ts";

export interface HttpAnswer {
  status: number;
  headers: readonly (readonly [string, string])[];
  body: string;
}

export interface Service {
  kind: "sample" | "ours";
  /** Host name to secret. */
  records: Map<string, string>;
  /** "host ipv4" to address: what DNS answers. */
  dns: Map<string, string>;
  states: Map<string, FamilyState>;
  answers: number;
}

export function makeService(kind: Service["kind"]): Service {
  return { kind, records: new Map(), dns: new Map(), states: new Map(), answers: 0 };
}

/** The answer to `body` from the address `caller`, at `seconds` since 1970. */
export function answerOf(service: Service, body: string, caller: string, seconds: number): HttpAnswer {
  service.answers += 1;
  const request = decodeRequest(body);
  if (typeof request === "string") {
    return service.kind === "ours" ? reply(service, 400, "fail", request) : malformed(service, body);
  }
  if (request.mode === "get") return reply(service, 200, "success", caller);
  // Nobody enrols in this world (test/server/enroll.test.ts).
  if (request.mode === "enroll") return reply(service, 401, "fail", "The host name or the code is wrong.");
  return service.kind === "ours" ? ours(service, request, caller, seconds) : sample(service, request, caller);
}

function reply(
  service: Service,
  status: number,
  word: "success" | "fail",
  message: string,
  wait = 0,
): HttpAnswer {
  const id = `id-${service.answers}`;
  const headers: [string, string][] = [["x-amzn-RequestId", id]];
  if (wait > 0) headers.push(["Retry-After", `${wait}`]);
  const body = encodeAnswer(word, message, service.kind === "ours" ? id : undefined);
  return { status, headers, body };
}

/** The sample looks the name up before it looks at the token, and fails on anything else. */
function malformed(service: Service, body: string): HttpAnswer {
  const host = /"ddns_hostname":"([^"]*)"/.exec(body)?.[1];
  if (host === undefined) return crashed(service);
  if (!service.records.has(host))
    return reply(service, 403, "fail", "There was an issue evaluation or reading HOST");
  return reply(service, 400, "fail", "You must pass a valid sha256 hash in the hash= argument.");
}

export function crashed(service: Service): HttpAnswer {
  return {
    status: 502,
    headers: [["x-amzn-RequestId", `id-${service.answers}`]],
    body: "Internal Server Error",
  };
}

type SetRequest = Extract<Request, { mode: "set" }>;

function sample(service: Service, { hostname, token }: SetRequest, caller: string): HttpAnswer {
  const secret = service.records.get(hostname);
  if (secret === undefined)
    return reply(service, 403, "fail", "There was an issue evaluation or reading HOST");
  if (token !== tokenOf(caller, hostname, secret)) {
    return reply(service, 401, "fail", "Validation hashes do not match.");
  }
  if (caller.includes(":")) return reply(service, 500, "fail", "ARRDATAIllegalIPv4Address");
  const key = `${hostname} ipv4`;
  if (service.dns.get(key) === caller) {
    return reply(service, 200, "success", "Your IP address matches the current Route53 DNS record.");
  }
  service.dns.set(key, caller);
  return reply(service, 201, "success", `${hostname} has been updated to ${caller}`);
}

/** As the template has them. */
const LIMITS = { refreshSeconds: 86_400, changesPerMinute: 6 };

function ours(service: Service, request: SetRequest, from: string, seconds: number): HttpAnswer {
  const { hostname, token } = request;
  const caller = parseAddress(from);
  if (!caller) return crashed(service);
  const problem = unfit(caller);
  if (problem) return reply(service, 400, "fail", problem);
  const secret = service.records.get(hostname);
  if (secret === undefined || token !== tokenOf(caller.text, hostname, secret)) {
    return reply(service, 401, "fail", "The host name or the validation hash is wrong.");
  }
  const record = { zoneId: "Z1", ttlSeconds: 60, secret };
  const state = service.states.get(`${hostname} ${caller.family}`) ?? null;
  const other = caller.family === "ipv4" ? "ipv6" : "ipv4";
  const known = { record, state, otherState: service.states.get(`${hostname} ${other}`) ?? null };
  const now = Math.floor(seconds);
  const verdict = decide(caller, known, LIMITS, now, request.refresh);
  if (verdict.kind === "same") return reply(service, 200, "success", "already there");
  if (verdict.kind === "limited") return reply(service, 429, "fail", "too often", verdict.retryAfterSeconds);
  if (verdict.kind !== "write") return reply(service, 503, "fail", "under way", LEASE_SECONDS);
  const next = { ...verdict.next, phase: "confirmed", writer: `${service.answers}` } as const;
  service.states.set(`${hostname} ${caller.family}`, next);
  service.dns.set(`${hostname} ${caller.family}`, caller.text);
  return reply(service, verdict.why === "refresh" ? 200 : 201, "success", "updated");
}

const tokens = new Map<string, string>();

/** makeToken, remembered: a life asks for the same few again and again. */
export function tokenOf(address: string, hostname: string, secret: string): string {
  const key = `${address} ${hostname} ${secret}`;
  let token = tokens.get(key);
  if (!token) {
    token = makeToken(address, hostname, secret);
    if (tokens.size > 20_000) tokens.clear();
    tokens.set(key, token);
  }
  return token;
}
