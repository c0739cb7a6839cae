// A life from a seed. Some kinds of fault are wholly off in a life, so that others are seen undisturbed.
import { connection, DOWN, publicIpv4 } from "./addresses.ts";
import {
  DAY,
  type Event,
  FAULTS,
  type Fault,
  HOUR,
  type Life,
  type LineName,
  type Moment,
  QUIET_FROM,
  SECOND,
  type Section,
} from "./life.ts";
import { makeRandom, type Random } from "./random.ts";

type Draft = Omit<Life, "events" | "finale" | "afterwards">;

export function generateLife(seed: number): Life {
  const random = makeRandom(seed);
  const second = random.chance(0.2);
  const draft: Draft = {
    seed,
    service: random.pick(["sample", "ours"]),
    ...fetchers(random, second),
    amazon: random.chance(0.8),
    clockAfter: random.pick([0, 30, 300, 7200]),
    dadFor: random.pick([0, 1000, 1900, 2900]),
    checkSeconds: random.pick([300, 600, 600, 1800, 1800, 3600, 3600]),
    logLevel: random.chance(0.1) ? "debug" : "info",
    sections: [],
    wan: connection(random, false),
    wanb: second ? connection(random, false) : null,
  };
  const sections = makeSections(random, draft);
  const events = makeEvents(makeRandom(seed, 1), { ...draft, sections });
  const finale = random.pick(["silence", "reconnect", "missed", "during"] as const);
  return { ...draft, sections, events, finale, afterwards: connection(random, true) };
}

/** With two lines a request must be bound to one: curl can, or mwan3 does it; in some lives nothing can. */
function fetchers(random: Random, second: boolean): Pick<Life, "curl" | "uclient" | "mwan3"> {
  const curl = random.chance(0.5);
  const uclient = random.pick(["2410", "2410", "2410", "2305", ""] as const);
  if (!curl && uclient !== "2410") return { curl: true, uclient, mwan3: false };
  return { curl, uclient, mwan3: second && !curl && random.chance(0.7) };
}

function makeSections(random: Random, { service, wanb }: Draft): Section[] {
  const shared = random.chance(0.3);
  return Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, index) => ({
    name: `home${index}`,
    enabled: true,
    url: `https://f${shared ? 0 : index}.lambda-url.eu-west-1.on.aws/`,
    hostnames: random.chance(0.2)
      ? [`a${index}.dyn.example.com`, `b${index}.dyn.example.com`]
      : [`a${index}.dyn.example.com`],
    secret: `S3cret'"\\${index}-${random.whole(0, 999_999)}`,
    interface: wanb && random.chance(0.4) ? "wanb" : "wan",
    family: service === "sample" ? "ipv4" : random.pick(["ipv4", "ipv4", "dual", "ipv6"] as const),
    ipSource: random.pick(["auto", "auto", "auto", "auto", "auto", "auto", "network", "web"] as const),
    httpClient: "auto",
    force: random.pick([259_200, 259_200, 86_400, 0]),
    mistake: index > 0 && random.chance(0.1) ? "\toption family 'ipv5'\n" : "",
  }));
}

function makeEvents(random: Random, life: Draft): Event[] {
  const enabled = FAULTS.filter(() => random.chance(0.4));
  // From one change in hours to one in days.
  const pace = random.pick([4, 12, 24, 72]) * HOUR;
  const events: Event[] = [];
  for (let at = step(random, pace); at < QUIET_FROM; at += step(random, pace)) {
    events.push(...makeEvent(random, at, life, enabled));
  }
  return events.filter((event) => event.at < QUIET_FROM).sort((a, b) => a.at - b.at);
}

/** Milliseconds that are no round number of anything. */
function step(random: Random, pace: number): number {
  return random.chance(0.2) ? random.whole(5, 90 * SECOND) : random.whole(SECOND, 2 * pace);
}

function makeEvent(random: Random, at: Moment, life: Draft, enabled: readonly Fault[]): Event[] {
  const [first, ...others] = enabled;
  if (first && random.chance(0.4)) return [makeFault(random, at, random.pick([first, ...others]))];
  return random.pick([
    reconnect,
    reconnect,
    reconnect,
    renumber,
    flap,
    outage,
    reboot,
    clock,
    section,
    record,
    person,
    damage,
    nudge,
    global,
    turnBack,
  ])(random, at, life);
}

function makeFault(random: Random, at: Moment, fault: Fault): Event {
  const ofRouter = ["full", "noproc", "crash", "uci", "ubus", "logger", "init", "fetcher"].includes(fault);
  const longest = random.pick(
    ofRouter ? [60 * SECOND, HOUR, 6 * HOUR] : [60 * SECOND, HOUR, 8 * HOUR, 2 * DAY],
  );
  const length = random.whole(SECOND, longest);
  const until = Math.min(at + length, QUIET_FROM);
  const share = fault === "tunnel" ? 1 : random.pick([1, 1, 0.5, 0.1]);
  return { at, kind: "fault", fault, until, share, how: how(random, fault) };
}

function how(random: Random, fault: Fault): string {
  if (fault === "tunnel") return publicIpv4(random);
  if (fault === "throttle")
    return random.pick(["", "1", "120", "900", "86400", "date", "date soon", "soon", "503"]);
  if (fault === "broken") return random.pick(["500", "502", "504"]);
  if (fault === "html") return random.pick(["", "fail", "empty"]);
  if (fault === "refuse") return random.pick(["403", "url", "400", "401"]);
  if (fault === "redirect") return random.pick(["307", "302", "308", "private", "http", "loop"]);
  if (fault === "odd") {
    return random.pick([
      "10.0.0.1",
      "fd00::1",
      "203.0.113.9",
      "2001:db8::1",
      "\u001b[2J",
      "",
      "0x7f.1",
      "::ffff:5.6.7.8",
    ]);
  }
  const ways = ["uci", "ubus", "logger", "init", "fetcher"].includes(fault);
  return ways ? random.pick(["missing", "hang", "fail", "garbage"]) : "";
}

function lineOf(random: Random, life: Draft): LineName {
  return life.wanb && random.chance(0.4) ? "wanb" : "wan";
}

function reconnect(random: Random, at: Moment, life: Draft): Event[] {
  const line = lineOf(random, life);
  const becomes = connection(random, false);
  const hook = random.chance(0.9);
  if (random.chance(0.5)) return [{ at, kind: "line", line, becomes, hook }];
  const back = at + random.whole(200, 60 * SECOND);
  return [
    { at, kind: "line", line, becomes: DOWN, hook },
    { at: back, kind: "line", line, becomes, hook },
  ];
}

/** Down and up again and again, with the same addresses or two that take turns. */
/** The provider gives out another IPv6 prefix: the old address stays for a while, deprecated. */
function renumber(random: Random, at: Moment): Event[] {
  const before = connection(random, true);
  const after = connection(random, true).ipv6;
  const old = before.ipv6.map(({ address }) => ({ address, preferred: 0 }));
  const then = at + random.whole(SECOND, 5 * HOUR);
  const beside = random.pick([
    [...old, ...after],
    [...after, ...old],
  ]);
  return [
    { at, kind: "line", line: "wan", becomes: before, hook: random.chance(0.9) },
    { at: then, kind: "line", line: "wan", becomes: { ...before, ipv6: beside }, hook: random.chance(0.9) },
    {
      at: then + 2 * HOUR,
      kind: "line",
      line: "wan",
      becomes: { ...before, ipv6: after },
      hook: random.chance(0.5),
    },
  ];
}

function flap(random: Random, at: Moment, life: Draft): Event[] {
  const line = lineOf(random, life);
  const turns = [connection(random, true), connection(random, true)] as const;
  const events: Event[] = [];
  let then = at;
  for (let count = random.whole(3, 25); count > 0; count--) {
    events.push({ at: then, kind: "line", line, becomes: DOWN, hook: true });
    then += random.whole(50, 4000);
    events.push({ at: then, kind: "line", line, becomes: random.pick(turns), hook: true });
    then += random.whole(50, 40 * SECOND);
  }
  return events;
}

/** Another address for a moment, in which the program may die over its update; then the old one again. */
function turnBack(random: Random, at: Moment, life: Draft): Event[] {
  const before = connection(random, true);
  const back = at + random.whole(40, 400) * SECOND;
  const still = at + 9 * HOUR;
  return [
    { at, kind: "line", line: "wan", becomes: before, hook: true },
    { at: still, kind: "fault", fault: "crash", until: still + 20 * SECOND, share: 1, how: "" },
    { at: still + 1, kind: "line", line: "wan", becomes: connection(random, true), hook: true },
    { at: still + back - at, kind: "line", line: "wan", becomes: before, hook: life.wanb === null },
  ];
}

/** No line for a while. */
function outage(random: Random, at: Moment, life: Draft): Event[] {
  const line = lineOf(random, life);
  const back = at + random.whole(HOUR, 30 * HOUR);
  return [
    { at, kind: "line", line, becomes: DOWN, hook: true },
    { at: back, kind: "line", line, becomes: connection(random, false), hook: true },
  ];
}

function reboot(random: Random, at: Moment): Event[] {
  return [{ at, kind: "reboot", seconds: random.whole(40, 7200) }];
}

function clock(random: Random, at: Moment): Event[] {
  return [{ at, kind: "clock", seconds: random.pick([-3e8, -3600, -1, 1, 3600, 1e8, 0]) }];
}

function section(random: Random, at: Moment, life: Draft): Event[] {
  const index = random.whole(0, life.sections.length - 1);
  const of = life.sections[index];
  if (!of) return [];
  const secret = `N3w'"\\${random.whole(0, 999_999)}`;
  const change = random.pick<Partial<Section>>([
    { secret },
    { secret },
    { ipSource: random.pick(["auto", "network", "web"]) },
    { force: random.pick([0, 86_400, 259_200]) },
    { mistake: "\toption secret ''\n\toption url 'ftp://x/'\n" },
    { enabled: false },
    { hostnames: [...of.hostnames, `c${index}.dyn.example.com`] },
    { url: `https://f${random.whole(3, 9)}.lambda-url.eu-west-1.on.aws/` },
  ]);
  const reload = random.chance(0.7);
  const events: Event[] = [{ at, kind: "section", index, change, reload }];
  // The other side learns of a secret sooner, later or never; a mistake is mended some time.
  if (change.secret && random.chance(0.7)) {
    const then = at + random.whole(-HOUR, 3 * HOUR);
    for (const hostname of of.hostnames)
      events.push({ at: Math.max(1, then), kind: "record", hostname, secret });
  }
  if (change.mistake || change.enabled === false) {
    const mended = { mistake: "", enabled: true };
    const then = at + random.whole(60 * SECOND, 10 * HOUR);
    events.push({ at: then, kind: "section", index, change: mended, reload: random.chance(0.7) });
  }
  return events;
}

function record(random: Random, at: Moment, life: Draft): Event[] {
  const { hostnames, secret } = life.sections[random.whole(0, life.sections.length - 1)] ?? {
    hostnames: [],
    secret: "",
  };
  const back = at + random.whole(60 * SECOND, 20 * HOUR);
  const other = random.pick([null, "somebody else's"]);
  return hostnames.flatMap((hostname): Event[] => [
    { at, kind: "record", hostname, secret: other },
    { at: back, kind: "record", hostname, secret },
  ]);
}

function person(random: Random, at: Moment): Event[] {
  const said: readonly string[] = random.pick<readonly string[]>([
    ["update"],
    ["update"],
    ["update", "--force"],
    ["update", "--dry-run"],
    ["update", "home0"],
    ["update", "--interface", "wan"],
    ["update", "--trigger", "boot"],
    ["status"],
    ["status", "--json"],
    ["check"],
    ["address", "home0"],
    ["update", "--trigger=clock"],
    ["update", "nobody"],
  ]);
  const times = random.chance(0.2) ? random.whole(2, 8) : 1;
  return Array.from({ length: times }, (_, index) => ({
    at: at + index * random.whole(10, 9000),
    kind: "person",
    words: said,
  }));
}

function damage(random: Random, at: Moment): Event[] {
  const text = random.pick([
    "",
    "{",
    "null",
    "[]",
    '{"version":1}',
    "\u0000\uffff",
    '{"at":-1,"until":1e300,"files":null,"dump":""}',
  ]);
  const file = random.pick(["memo", "state", "state", "state.new", "timer", "folder"]);
  return [{ at, kind: "damage", file, text: file === "timer" ? random.pick(["", "x"]) : text }];
}

function nudge(random: Random, at: Moment, life: Draft): Event[] {
  return [{ at, kind: "nudge", line: lineOf(random, life) }];
}

function global(random: Random, at: Moment, life: Draft): Event[] {
  const back = at + random.whole(60 * SECOND, 10 * HOUR);
  const enabled = random.chance(0.5);
  const checkSeconds = random.pick([300, 600, 3600]);
  const reload = random.chance(0.9);
  return [
    { at, kind: "global", enabled, checkSeconds, reload },
    { at: back, kind: "global", enabled: true, checkSeconds: life.checkSeconds, reload: true },
  ];
}
