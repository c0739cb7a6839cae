// What there is in a simulated life at a moment, and how time passes in it. Nothing here knows the client.
import { DOWN } from "./addresses.ts";
import type { Event, Fault, Life, LineName, LineState, Moment, Section } from "./life.ts";
import { makeRandom, type Random } from "./random.ts";
import { makeService, type Service } from "./service.ts";
import { makeWatch, type Watch } from "./watch.ts";

/** A file of the router. */
export interface File {
  text: string;
  /** Size, wall clock at the write and a number that no other write has. */
  stamp: string;
}

/** A start of the program that runs, waits or is to run. */
export interface Start {
  words: readonly string[];
  /** Started by procd as its only instance: its end sets the timer. */
  instance: boolean;
}

export interface Run extends Start {
  boot: number;
  trigger: string;
  /** Host calls so far, and the one at which the process is killed. */
  calls: number;
  killAt: number;
  /** The kernel has ended it: it can do nothing more. */
  dead: boolean;
  /** What it did so far that the next one would not do again by itself. */
  requests: number;
  writes: number;
  faults: number;
  agains: number;
  jobs: number;
}

interface ActiveFault {
  until: Moment;
  share: number;
  how: string;
}

export interface World {
  life: Life;
  random: Random;
  now: Moment;
  /** When something happened last. */
  lastEventAt: Moment;
  /** Events of the life still to come, and what followed from those that came. */
  coming: { at: Moment; act: (world: World) => void }[];
  /** When it was switched on; null while it is off. */
  bootedAt: Moment | null;
  boots: number;
  /** Wall clock minus true time, in seconds. */
  clockOff: number;
  files: Map<string, File>;
  /** A state file that cannot be written, whatever the others can: somebody made a folder of its name. "" = none. */
  stuck: string;
  writes: number;
  lines: Record<LineName, LineState>;
  /** Counts what a dump shows anew, per line. */
  lineVersions: Record<LineName, number>;
  /** When duplicate address detection ends, by IPv6 address. */
  tentativeUntil: Map<string, Moment>;
  sections: Section[];
  sectionVersions: number[];
  enabled: boolean;
  checkSeconds: number;
  configStamp: string;
  /** What `uci export` prints, "" where it has to be made anew. */
  exported: string;
  service: Service;
  faults: Map<Fault, ActiveFault>;
  run: Run | null;
  waiting: Start | null;
  /** procd's instance: whether it is defined, runs (or waits for the lock), and when it starts again. */
  procd: { defined: boolean; busy: boolean; delay: number; wakeAt: Moment };
  /** Looks in a row that found what the look before had found: some wrote and asked nothing, others asked as ever. */
  quietLooks: number;
  askingLooks: number;
  watch: Watch;
  /** How often each fault took effect, and what else there was to count. */
  injected: Map<string, number>;
  runs: number;
  jumped: number;
  requests: number;
  /** Of all that runs do and say, where somebody compares it; else null. */
  digest: number | null;
  story: string[] | null;
}

/** 2026-06-01: true time at the beginning of every life, in seconds since 1970. */
const BEGIN_SECONDS = 1_780_272_000;
/** What a router believes that has no battery: the day its image was built. */
export const UNSET_SECONDS = 1_735_689_600;
/** Before this no certificate of the service is valid. */
export const NOT_BEFORE_SECONDS = 1_767_225_600;

export const FOLDER = "/var/run/lambda-ddns";
export const TIMER = `${FOLDER}/timer`;
export const CONFIG = "/etc/config/lambda-ddns";
export const ROOTS = "/usr/share/lambda-ddns/amazon-roots.pem";

export function makeWorld(life: Life, story: string[] | null): World {
  const service = makeService(life.service);
  for (const { hostnames, secret } of life.sections) {
    for (const hostname of hostnames) service.records.set(hostname, secret);
  }
  const world: World = {
    life,
    random: makeRandom(life.seed, 2),
    now: 0,
    lastEventAt: 0,
    coming: [],
    bootedAt: null,
    boots: 0,
    clockOff: 0,
    files: new Map(),
    stuck: "",
    writes: 0,
    lines: { wan: life.wan, wanb: life.wanb ?? DOWN },
    lineVersions: { wan: 1, wanb: 1 },
    tentativeUntil: new Map(),
    sections: [...life.sections],
    sectionVersions: life.sections.map(() => 0),
    enabled: true,
    checkSeconds: life.checkSeconds,
    configStamp: "",
    exported: "",
    service,
    faults: new Map(),
    run: null,
    waiting: null,
    procd: { defined: false, busy: false, delay: 0, wakeAt: Number.POSITIVE_INFINITY },
    quietLooks: 0,
    askingLooks: 0,
    watch: makeWatch(),
    injected: new Map(),
    runs: 0,
    jumped: 0,
    requests: 0,
    digest: null,
    story,
  };
  configChanged(world);
  return world;
}

/** Seconds since 1970 as they really are, and as the router's wall clock says. */
export function trueSeconds(world: World): number {
  return BEGIN_SECONDS + world.now / 1000;
}
export function wallSeconds(world: World): number {
  return trueSeconds(world) + world.clockOff;
}

/** Seconds since boot with the two decimals of /proc/uptime. */
export function uptimeOf(world: World): number {
  return Math.floor((world.now - (world.bootedAt ?? world.now)) / 10) / 100 + 8;
}

/** Lets `act` happen at a moment to come. */
export function later(world: World, at: Moment, act: (world: World) => void): void {
  const { coming } = world;
  let index = coming.length;
  while (index > 0 && (coming[index - 1]?.at ?? 0) < at) index -= 1;
  coming.splice(index, 0, { at, act });
}

/** Lets time pass; what is due happens at its moment, in the middle of a run too. */
export function pass(world: World, milliseconds: number): void {
  const until = world.now + Math.round(milliseconds);
  for (;;) {
    const due = world.coming.at(-1);
    if (!due || due.at > until) break;
    world.coming.pop();
    world.now = Math.max(world.now, due.at);
    world.quietLooks = 0;
    world.askingLooks = 0;
    due.act(world);
    world.lastEventAt = world.now;
  }
  world.now = Math.max(world.now, until);
}

/** Whether `fault` strikes now, and how; counts it. */
export function strikes(world: World, fault: Fault): string | null {
  const active = world.faults.get(fault);
  if (!active) return null;
  if (world.now >= active.until) {
    world.faults.delete(fault);
    return null;
  }
  if (active.share < 1 && !world.random.chance(active.share)) return null;
  inject(world, active.how ? `${fault} ${active.how}` : fault);
  return active.how || "yes";
}

export function inject(world: World, what: string): void {
  if (world.run) world.run.faults += 1;
  world.watch.disturbedAt = world.now;
  world.injected.set(what, (world.injected.get(what) ?? 0) + 1);
  tell(world, `    fault: ${what}`);
}

export function tell(world: World, line: string): void {
  world.story?.push(`${stamp(world.now)} ${line}`);
}

function stamp(at: Moment): string {
  const pad = (value: number, width = 2) => `${Math.floor(value)}`.padStart(width, "0");
  const seconds = at / 1000;
  return `d${pad(seconds / 86_400)} ${pad((seconds / 3600) % 24)}:${pad((seconds / 60) % 60)}:${pad(seconds % 60)}.${pad(at % 1000, 3)}`;
}

export function newStamp(world: World, size: number): string {
  world.writes += 1;
  return `${size}.${Math.floor(wallSeconds(world) * 1000)}.${world.writes}`;
}

export function writeFile(world: World, path: string, text: string): void {
  world.files.set(path, { text, stamp: newStamp(world, text.length) });
}

export function configChanged(world: World): void {
  world.configStamp = newStamp(world, 1000);
  world.exported = "";
}

/** What an event says in a story. */
export function describeEvent({ at: _, ...event }: Event): string {
  return JSON.stringify(event);
}
