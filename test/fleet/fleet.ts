// A fleet that loses its line at once and comes back with new addresses: routers with the client's own waits, and the service's
// own code, in virtual time, until everybody is published.
import { COOLDOWN_SECONDS, waitSeconds } from "../../src/client/core/policy.ts";
import type { Failure, HttpResponse } from "../../src/client/core/types.ts";
import { interpret } from "../../src/client/exchange/interpret.ts";
import { encodeAnswer } from "../../src/protocol/messages.ts";
import { makeToken } from "../../src/protocol/token.ts";
import { callerAddress } from "../../src/server/decide.ts";
import { handle } from "../../src/server/handle.ts";
import type { Outcome } from "../../src/server/outcome.ts";
import { encodeRecord } from "../../src/server/record.ts";
import { encodeState } from "../../src/server/state.ts";
import { storedHost } from "../server/world.ts";
import { makeAws, type Spent } from "./aws.ts";
import { type Clock, makeClock } from "./clock.ts";

/** "sample": AWS's own deployment, which lists the record set and then changes it, two calls of Route 53 an update. */
export type Way = "queue" | "no queue" | "sample";

export interface Storm {
  routers: number;
  way: Way;
  /** curl shows Retry-After, uclient-fetch does not. */
  client: "curl" | "uclient-fetch";
  /** The lines come back spread over so much time. */
  returnSeconds: number;
  seed: number;
}

export interface Result {
  storm: Storm;
  /** Seconds after the outage until DNS was right for so many. */
  half: number;
  most: number;
  all: number;
  /** Seconds until the last router was told so. */
  told: number;
  attempts: number;
  spent: Spent;
  brokenLaws: string[];
}

const URL_ = "https://abc.lambda-url.eu-west-1.on.aws/";
const SECRET = "shared_secret_1";
const NETWORK_MS = 60;
const END_MS = 48 * 3_600_000;

/** Runs one storm to its end. */
export async function simulate(storm: Storm): Promise<Result> {
  const clock = makeClock();
  const brokenLaws: string[] = [];
  const aws = makeAws(clock, storm.way === "queue", (law) => void brokenLaws.push(law));
  const random = randomFrom(storm.seed);
  const fleet: Fleet = { storm, clock, aws, random, attempts: 0, told: 0, lastToldMs: 0, brokenLaws };
  const publishedAt = watchDns(clock, aws.dns);
  const routers = Array.from({ length: storm.routers }, (_, index) => live(fleet, index));
  const over = Promise.all(routers);
  const isOver = () => fleet.told === storm.routers;
  const draining = storm.way === "queue" ? aws.drainStream(isOver) : Promise.resolve();
  await clock.run(END_MS);
  if (!isOver()) brokenLaws.push(`1: ${storm.routers - fleet.told} routers are not published after two days`);
  else await Promise.all([over, draining]);
  for (let index = 0; index < storm.routers; index++)
    if (aws.dns.get(nameOf(index)) !== addressOf(index, 2))
      brokenLaws.push(`1: ${nameOf(index)} is not right`);
  const times = [...publishedAt.values()].sort((a, b) => a - b);
  const share = (part: number) => (times[Math.ceil(times.length * part) - 1] ?? Number.NaN) / 1000;
  return {
    storm,
    half: share(0.5),
    most: share(0.9),
    all: share(1),
    told: fleet.lastToldMs / 1000,
    attempts: fleet.attempts,
    spent: aws.spent,
    brokenLaws,
  };
}

interface Fleet {
  storm: Storm;
  clock: Clock;
  aws: ReturnType<typeof makeAws>;
  random: () => number;
  attempts: number;
  told: number;
  lastToldMs: number;
  brokenLaws: string[];
}

/** When each name had its new address in the zone. */
function watchDns(clock: Clock, dns: Map<string, string>): Map<string, number> {
  const at = new Map<string, number>();
  const set = dns.set.bind(dns);
  dns.set = (name, address) => {
    if (!at.has(name)) at.set(name, clock.now());
    return set(name, address);
  };
  return at;
}

const nameOf = (index: number): string => `r${index}.dyn.example.com`;

/** Router `index`'s address before the outage (1) or after it (2). */
function addressOf(index: number, time: 1 | 2): string {
  return `${time === 1 ? 11 : 12}.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

/** One router: back after a while, it tries until it is told that it is published. */
async function live(fleet: Fleet, index: number): Promise<void> {
  const { storm, clock, aws, random } = fleet;
  aws.items.set(nameOf(index), published(index));
  const address = addressOf(index, 2);
  const token = makeToken(address, nameOf(index), SECRET);
  await clock.sleep(random() * storm.returnSeconds * 1000);
  let lastAt = Number.NEGATIVE_INFINITY;
  for (let failures = 0; ; ) {
    if (clock.now() - lastAt < COOLDOWN_SECONDS * 1000) fleet.brokenLaws.push(`2: ${nameOf(index)} hammers`);
    lastAt = clock.now();
    fleet.attempts++;
    await clock.sleep(NETWORK_MS);
    const outcome = await ask(fleet, index, address, token);
    const meaning = interpret(responseOf(outcome, storm.client), "set", URL_);
    if (meaning.kind === "accepted") break;
    const failure: Failure = meaning.kind === "failed" ? meaning.failure : { kind: "broken", detail: "" };
    await clock.sleep(waitSeconds(failure, ++failures, random()) * 1000);
  }
  if (aws.dns.get(nameOf(index)) !== address) fleet.brokenLaws.push(`a false answer to ${nameOf(index)}`);
  fleet.told++;
  fleet.lastToldMs = clock.now();
}

const THROTTLED: Outcome = { status: 429, message: "Rate Exceeded.", verdict: "lambda" };

async function ask(
  { aws, storm, clock }: Fleet,
  index: number,
  address: string,
  token: string,
): Promise<Outcome> {
  const caller = callerAddress(address);
  if (!caller) throw new Error(`${address} is no address`);
  const hostname = nameOf(index);
  const answer = await aws.invoke(async (ports) => {
    if (storm.way !== "sample") return await handle(ports, { mode: "set", hostname, token }, caller);
    return await sample(aws, clock, hostname, address);
  });
  return answer ?? THROTTLED;
}

/** The sample's update: read, list, change; the SDK's retries of a throttled call end in a 500 after six seconds and more. */
async function sample(aws: Fleet["aws"], clock: Clock, hostname: string, address: string): Promise<Outcome> {
  aws.spent.readUnits++;
  const failed = { status: 500, message: "Throttling", verdict: "sample" };
  const call = async (count: number) => {
    for (const waitMs of [0, 400, 1_200, 2_400, 3_000]) {
      await clock.sleep(waitMs);
      if (await aws.route53.call(count)) return true;
    }
    return false;
  };
  if (!(await call(0)) || !(await call(1))) return failed;
  aws.dns.set(hostname, address);
  return { status: 201, message: "updated", verdict: "sample" };
}

function responseOf(outcome: Outcome, client: Storm["client"]): HttpResponse {
  const { status, message, retryAfterSeconds } = outcome;
  const isHidden = client === "uclient-fetch" && status !== 200;
  return {
    status,
    body: isHidden ? "" : encodeAnswer(status < 300 ? "success" : "fail", message),
    bodyHidden: isHidden,
    ...(retryAfterSeconds === undefined || client === "uclient-fetch"
      ? {}
      : { retryAfter: retryAfterSeconds }),
  };
}

/** A host that was published yesterday. */
function published(index: number) {
  const target = { zoneId: "Z0123456789ABCDEFGHIJ", ttlSeconds: 60 };
  const at = 1_800_000_000 - 43_200;
  const state = encodeState({
    phase: "confirmed",
    address: addressOf(index, 1),
    was: null,
    target: `${target.zoneId}/60`,
    atSeconds: at,
    writer: "before",
    minuteSeconds: at,
    changes: 1,
  });
  const data = encodeRecord({ ...target, secret: SECRET });
  return { ...storedHost(SECRET), data, states: { ipv4: state, ipv6: null } };
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
