// What each event of a life does to the world, and how the faults end.
import { DOWN } from "./addresses.ts";
import { watchRetry } from "./finale.ts";
import { damagesOf } from "./laws.ts";
import { type Event, HOUR, type LineName, type LineState } from "./life.ts";
import { callerOn } from "./network.ts";
import { hook, powerOff, powerOn, reload, start } from "./procd.ts";
import {
  configChanged,
  describeEvent,
  FOLDER,
  later,
  tell,
  trueSeconds,
  UNSET_SECONDS,
  type World,
  writeFile,
} from "./world.ts";

type Of<Kind extends Event["kind"]> = Extract<Event, { kind: Kind }>;

export function applyEvent(world: World, event: Event): void {
  tell(world, describeEvent(event));
  (ACTS[event.kind] as (world: World, event: Event) => void)(world, event);
}

const ACTS: { [Kind in Event["kind"]]: (world: World, event: Of<Kind>) => void } = {
  line: (world, { line, becomes, hook: hooked }) => setLine(world, line, becomes, hooked),
  nudge: (world, { line }) => hook(world, "ifup", ["--interface", line]),
  fault(world, { fault, until, share, how }) {
    world.faults.set(fault, { until, share, how });
  },
  reboot,
  clock(world, { seconds }) {
    world.clockOff = seconds;
  },
  section: changeSection,
  global(world, { enabled, checkSeconds, reload: applied }) {
    Object.assign(world, { enabled, checkSeconds });
    configChanged(world);
    if (applied) reload(world);
  },
  record({ service: { records } }, { hostname, secret }) {
    if (secret === null) records.delete(hostname);
    else records.set(hostname, secret);
  },
  person: (world, { words }) => person(world, words),
  damage,
};

/** Only `update` goes through the lock; the world plays the others when nothing else runs. */
function person(world: World, words: readonly string[]): void {
  if (words[0] === "update" || !world.run) start(world, words);
}

function setLine(world: World, line: LineName, becomes: LineState, hooked: boolean): void {
  const was = world.lines[line];
  const same =
    JSON.stringify([was.up, was.ipv4, was.ipv6]) === JSON.stringify([becomes.up, becomes.ipv4, becomes.ipv6]);
  const had = was.up ? was.ipv6 : [];
  for (const { address, preferred } of becomes.up ? becomes.ipv6 : [])
    if (preferred !== 0 && !had.some((one) => one.address === address))
      world.tentativeUntil.set(address, world.now + world.life.dadFor);
  world.lines = { ...world.lines, [line]: becomes };
  if (!same) world.lineVersions[line] += 1;
  if (hooked && becomes.up && world.bootedAt !== null) hook(world, "ifup", ["--interface", line]);
}

function reboot(world: World, { at, seconds }: Of<"reboot">): void {
  powerOff(world);
  const { clockAfter } = world.life;
  later(world, at + seconds * 1000, () => {
    if (world.bootedAt !== null) return;
    if (clockAfter > 0) world.clockOff = UNSET_SECONDS - trueSeconds(world);
    powerOn(world);
    const boot = world.boots;
    later(world, world.now + 9000, () => hook(world, "ifup", ["--interface", "wan"]));
    later(world, world.now + clockAfter * 1000, () => {
      if (boot === world.boots) setClock(world);
    });
  });
}

function setClock(world: World): void {
  world.clockOff = 0;
  if (world.bootedAt !== null) hook(world, "clock");
}

function changeSection(world: World, { index, change, reload: applied }: Of<"section">): void {
  world.sections = world.sections.map((one, at) => (at === index ? { ...one, ...change } : one));
  world.sectionVersions = world.sectionVersions.map((version, at) => (at === index ? version + 1 : version));
  configChanged(world);
  if (!applied) return;
  reload(world);
  if (change.secret) watchRetry(world, index);
}

function damage(world: World, { file, text }: Of<"damage">): void {
  if (world.bootedAt === null) return;
  const names = [...world.files.keys()].filter((path) => path.includes(":") && !path.endsWith(".new"));
  const state = names[Math.floor(world.now % (names.length || 1))];
  if (file === "folder") {
    world.stuck = state ?? "";
    later(world, world.now + 6 * HOUR, () => {
      world.stuck = "";
    });
    return;
  }
  const path = file.startsWith("state") ? state && state + file.slice(5) : `${FOLDER}/${file}`;
  if (!path) return;
  writeFile(world, path, text);
  // A damaged state costs its own name, and no other.
  const [, name, kind] = /:([^:]+):(ipv[46])/.exec(path) ?? [];
  for (const key of name ? ["", `${name} ${kind}`] : [""])
    world.watch.damages.set(key, damagesOf(world.watch, key) + 1);
}

/** All faults end here: the router has a line, service and configuration agree, nothing fails any more. */
export function quietDown(world: World): void {
  const { life } = world;
  tell(world, `the quiet begins: ${life.finale}`);
  world.faults.clear();
  world.stuck = "";
  world.coming = world.coming.filter(({ at }) => at > world.now);
  if (world.bootedAt === null) powerOn(world);
  world.clockOff = 0;
  const config = JSON.stringify([world.sections, world.enabled]);
  world.sections = world.sections.map((one, at) => {
    const { url } = life.sections[at] ?? one;
    return { ...one, enabled: true, mistake: life.sections[at]?.mistake ?? "", url };
  });
  world.enabled = true;
  if (config !== JSON.stringify([world.sections, world.enabled])) {
    world.sectionVersions = world.sectionVersions.map((version) => version + 1);
    configChanged(world);
    reload(world);
  } else if (!world.procd.defined) reload(world);
  for (const { hostnames, secret } of world.sections) {
    for (const hostname of hostnames) world.service.records.set(hostname, secret);
  }
  const sound = world.lines.wan.up && callerOn(world, "wan", "ipv4") !== null;
  if (life.finale === "silence" && sound) return;
  if (life.finale === "silence") setLine(world, "wan", life.afterwards, true);
  else if (life.finale === "during") {
    start(world, ["update", "--force"]);
    later(world, world.now + 60, () => setLine(world, "wan", life.afterwards, true));
  } else {
    setLine(world, "wan", DOWN, false);
    setLine(world, "wan", life.afterwards, life.finale === "reconnect");
  }
}
