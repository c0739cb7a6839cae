// One life from beginning to end: events, starts of the client, the quiet at the end, and what became of the laws.
import "./version.ts";
import { HostError } from "../../src/client/host/port.ts";
import { main } from "../../src/client/program.ts";
import { endRun } from "./aftermath.ts";
import { applyEvent, quietDown } from "./events.ts";
import { checkDay, checkDns, checkGap, dueDeadlines } from "./finale.ts";
import { DEATH, makeHost } from "./host.ts";
import { brake } from "./laws.ts";
import {
  ASKED_FOR_SURE,
  FAULTS,
  type Fault,
  LAST_DAY,
  LIFE,
  type Life,
  type Moment,
  QUIET_FROM,
} from "./life.ts";
import { ended, nextStart, powerOn } from "./procd.ts";
import { type Broken, beginRun } from "./watch.ts";
import {
  inject,
  later,
  makeWorld,
  pass,
  type Run,
  type Start,
  strikes,
  tell,
  uptimeOf,
  type World,
} from "./world.ts";

export interface Lived {
  broken: Broken | null;
  world: World;
}

/** Lives `life` through. `story`: is told what happens. `digest`: all that the client does and says is summed up in the world's. */
export function live(life: Life, story: string[] | null = null, digest = false): Lived {
  const world = makeWorld(life, story);
  if (digest) world.digest = 0;
  for (const event of life.events) {
    later(world, event.at, () => {
      checkGap(world);
      applyEvent(world, event);
    });
  }
  later(world, QUIET_FROM, () => {
    quietDown(world);
    for (const deadline of dueDeadlines(world))
      later(world, deadline.at, () => checkDns(world, deadline.name));
  });
  later(world, LAST_DAY, () => world.watch.lastDay.clear());
  later(world, ASKED_FOR_SURE, () => Object.assign(world.watch, { looks: 0, busyLooks: 0 }));
  powerOn(world);
  while (world.now < LIFE && !world.watch.broken) {
    const next = nextStart(world);
    if (next) execute(world, next);
    else pass(world, Math.min(sleepUntil(world), LIFE) - world.now);
  }
  if (!world.watch.broken) checkDay(world);
  return { broken: world.watch.broken, world };
}

/** The next moment at which something is due. */
function sleepUntil(world: World): Moment {
  const event = world.coming.at(-1)?.at ?? LIFE;
  if (event > world.procd.wakeAt) jump(world, event);
  return Math.min(world.procd.wakeAt, event);
}

/**
 * Looks that would find what the last two found are jumped over: until an event, until something is due by the client's own
 * files, and where each look asks the service, until two looks before. Then it is as if procd had been late.
 */
function jump(world: World, event: Moment): void {
  const { procd, quietLooks, askingLooks } = world;
  const asking = askingLooks > 0 && world.now < ASKED_FOR_SURE;
  if (quietLooks < 1 && !asking) return;
  const period = procd.delay * 1000;
  const limit =
    Math.min(event, dueBy(world, asking), asking ? ASKED_FOR_SURE : LIFE) - (asking ? 2 * period : 0);
  const looks = Math.floor((limit - procd.wakeAt) / period);
  if (looks <= 0) return;
  world.jumped += looks;
  world.watch.looks += looks;
  procd.wakeAt += looks * period;
}

/** The first moment for which the client's files give a time. */
function dueBy(world: World, asking: boolean): Moment {
  const uptime = uptimeOf(world);
  let due = Number.POSITIVE_INFINITY;
  for (const [path, { text }] of world.files) {
    if (path.endsWith("/timer") || path.endsWith(".new")) continue;
    for (const seconds of timesIn(text, world, asking)) if (seconds > uptime) due = Math.min(due, seconds);
  }
  return world.now + (due - uptime - 5) * 1000;
}

function timesIn(text: string, world: World, asking: boolean): number[] {
  try {
    const { until = 0, notBefore = 0, publishedAt = 0, sentAt = 0 } = JSON.parse(text);
    const refresh = world.sections.map(({ force }) => (force ? publishedAt + force : 0));
    // Whoever asks each time anyway is late by whole checks.
    const after = asking ? [] : [sentAt + 30, sentAt + world.checkSeconds];
    return [until, notBefore, ...after, ...refresh];
  } catch {
    return [];
  }
}

function execute(world: World, { words, instance }: Start): void {
  const at = words.indexOf("--trigger");
  const trigger = /--trigger=(\w+)/.exec(words.join(" "))?.[1] ?? (at < 0 ? "manual" : (words[at + 1] ?? ""));
  const killAt = strikes(world, "crash") ? world.random.whole(1, 40) : 0;
  const run: Run = {
    words,
    instance,
    boot: world.boots,
    trigger,
    calls: 0,
    killAt,
    dead: false,
    requests: 0,
    writes: 0,
    faults: 0,
    agains: 0,
    jobs: 0,
  };
  world.run = run;
  world.runs += 1;
  tell(world, `  ${words.join(" ")}`);
  beginRun(world);
  const { boots, now: began } = world;
  pass(world, 15);
  if (!run.dead) runClient(world, run);
  endRun(world);
  world.run = null;
  if (instance && world.boots === boots && world.procd.busy) ended(world);
  const same = instance && world.now - began < 5000 && run.faults + run.agains === 0;
  world.quietLooks =
    same && !troubled(world, LOCAL) && run.requests + run.writes === 0 ? world.quietLooks + 1 : 0;
  world.askingLooks = same && !troubled(world, FAULTS) && run.requests > 0 ? world.askingLooks + 1 : 0;
}

/** Faults that strike looks which ask nothing. */
const LOCAL: readonly Fault[] = ["full", "noproc", "crash", "uci", "ubus", "logger", "init"];

function troubled({ faults, now }: World, kinds: readonly Fault[]): boolean {
  return kinds.some((kind) => (faults.get(kind)?.until ?? 0) > now);
}

/** As the client's main.ts does. */
function runClient(world: World, run: Run): void {
  const host = makeHost(world, run);
  try {
    const code = main(host);
    if (![0, 1, 2, 3].includes(code)) brake(world, "9", `exit status ${code}`);
  } catch (error) {
    if (error === DEATH || run.dead) return;
    if (error instanceof HostError) inject(world, "uncaught in a quiet run");
    else brake(world, "9", `an error came out: ${error instanceof Error ? error.stack : error}`);
  }
}
