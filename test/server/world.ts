// A table, a zone and a clock in memory, for tests of the handler: every step can be watched, delayed or broken.
import { createHash } from "node:crypto";
import type { Limits } from "../../src/server/decide.ts";
import type { Ports, Records, StoredRecord, Trouble, Zone, ZoneTrouble } from "../../src/server/ports.ts";
import { encodeRecord } from "../../src/server/record.ts";
import { DEFAULT_HISTORY_LENGTH, DEFAULT_LIMITS } from "../../src/server/settings.ts";
import { decodeState } from "../../src/server/state.ts";

export const HOST = "host1.dyn.example.com";
export const SECRET = "shared_secret_1";
export const ADDRESS = "176.32.100.36";
export const OTHER_ADDRESS = "11.12.13.14";
export const IPV6 = "2a00:1450::1";
export const ZONE_ID = "Z0123456789ABCDEFGHIJ";

/** By node's own SHA-256, so that the protocol's is checked and not repeated. */
export function tokenFor(address: string, host = HOST, secret = SECRET): string {
  return createHash("sha256")
    .update(address + host + secret, "utf8")
    .digest("hex");
}

type Step = "read" | "swap" | "upsert" | "enroll" | "erase";

export interface World {
  ports: Ports;
  /** Unix time in milliseconds; tests move it. */
  clock: { ms: number };
  items: Map<string, StoredRecord>;
  /** "name/type" to address: what DNS answers. */
  dns: Map<string, string>;
  /** Every call in order, such as "read", "swap", "upsert". */
  calls: Step[];
  /** Asked before each step; what it returns is the step's answer in place of the real one. */
  before: (step: Step) => Promise<Trouble | ZoneTrouble | undefined>;
  /** Asked after each step that was carried out; may throw, as a process does that dies. */
  after: (step: Step) => Promise<void>;
}

/** A valid world with one host; tests change it by one line each. */
export function makeWorld(limits: Partial<Limits> = {}): World {
  let writers = 0;
  const world: World = {
    clock: { ms: 1_800_000_000_000 },
    items: new Map([[HOST, storedHost()]]),
    dns: new Map(),
    calls: [],
    before: async () => undefined,
    after: async () => {},
    ports: {
      records: recordsOf(() => world),
      zone: zoneOf(() => world),
      now: () => world.clock.ms,
      newWriteId: () => `writer${++writers}`,
      limits: { ...DEFAULT_LIMITS, ...limits },
      historyLength: DEFAULT_HISTORY_LENGTH,
      queue: null,
    },
  };
  return world;
}

/** A record as `add` makes it. */
export function storedHost(secret = SECRET): StoredRecord {
  const data = encodeRecord({ zoneId: ZONE_ID, ttlSeconds: 60, secret });
  const none = { ipv4: null, ipv6: null };
  return {
    kind: "found",
    data,
    retired: null,
    enrolment: null,
    states: none,
    histories: none,
    disabled: null,
    mayState: false,
  };
}

/** What the table holds as published for a family, and what DNS holds. */
export function tableAndZone(world: World, family: "ipv4" | "ipv6" = "ipv4") {
  const state = decodeState(world.items.get(HOST)?.states[family] ?? null);
  const type = family === "ipv4" ? "A" : "AAAA";
  return {
    phase: state?.phase ?? null,
    table: state?.address ?? null,
    zone: world.dns.get(`${HOST}/${type}`) ?? null,
  };
}

function recordsOf(the: () => World): Records {
  return {
    async read(hostname) {
      const trouble = await begin(the(), "read");
      if (trouble) return trouble as Trouble;
      const item = the().items.get(hostname);
      await the().after("read");
      return item ?? { kind: "absent" };
    },
    async swap(hostname, family, seen, next, history) {
      const trouble = await begin(the(), "swap");
      if (trouble) return trouble as Trouble;
      const item = the().items.get(hostname);
      const won = item !== undefined && item.states[family] === seen;
      if (won) the().items.set(hostname, swapped(item, family, next, history));
      await the().after("swap");
      return { kind: won ? "done" : "lost" };
    },
    async enroll(hostname, seen, next) {
      const trouble = await begin(the(), "enroll");
      if (trouble) return trouble as Trouble;
      const item = the().items.get(hostname);
      const won = item?.data === seen.data && item.enrolment === seen.enrolment;
      if (won && item) the().items.set(hostname, { ...item, ...next });
      await the().after("enroll");
      return { kind: won ? "done" : "lost" };
    },
    async eraseEnrolment(hostname, seen) {
      const trouble = await begin(the(), "erase");
      if (trouble) return trouble as Trouble;
      const item = the().items.get(hostname);
      const won = item?.enrolment === seen;
      if (won) the().items.set(hostname, { ...item, enrolment: null });
      await the().after("erase");
      return { kind: won ? "done" : "lost" };
    },
  };
}

function swapped(
  item: StoredRecord,
  family: "ipv4" | "ipv6",
  next: string,
  history: string | null | undefined,
): StoredRecord {
  const states = { ...item.states, [family]: next };
  const histories = history === undefined ? item.histories : { ...item.histories, [family]: history };
  return { ...item, states, histories };
}

function zoneOf(the: () => World): Zone {
  return {
    async upsert({ name, type, address }) {
      const trouble = await begin(the(), "upsert");
      if (trouble) return trouble as ZoneTrouble;
      the().dns.set(`${name}/${type}`, address);
      await the().after("upsert");
      return { kind: "done" };
    },
  };
}

async function begin(world: World, step: Step) {
  world.calls.push(step);
  return await world.before(step);
}
