// What somebody knows who watches router and service from outside: which attempts there were, what came of them, what the client read. laws.ts judges it.
import { decodeRequest } from "../../src/protocol/messages.ts";
import { brake, checkRepeat, checkToken, checkWait, damagesOf } from "./laws.ts";
import { DAY, type LineName, type Moment, type Section, type Way } from "./life.ts";
import type { Contact, Request } from "./network.ts";
import { resultOf, TROUBLE, type Trouble, vague } from "./outcome.ts";
import { tell, type World } from "./world.ts";

export interface Broken {
  law: string;
  what: string;
  at: Moment;
}

interface Block extends Trouble {
  since: Moment;
  boot: number;
  section: number;
  line: number;
  damages: number;
  /** A run was woken by what skips the wait, and could send nothing yet. */
  skipped?: true;
}

/** What is known of one name in one family. */
export interface Track {
  lastAttempt: Moment;
  /** Attempts that failed since anything was new. */
  failed: Moment[];
  block: Block | null;
  /** The last update that was acknowledged: when, of which address, and what the world was like. */
  done: { at: Moment; address: string; world: string } | null;
  /** Version of the line that the last attempt knew of, and what the client's memory of it hangs on. */
  line: number;
  memory: string;
  damages: number;
}

export interface Attempt {
  startedAt: Moment;
  section: Section | undefined;
  index: number;
  /** Versions of the lines as the run knew them then, null where it could not see them: it looks again where it waited for an address. */
  lineVersions: Record<LineName, number> | null;
  result: Trouble | "done" | null;
  /** The address that an update was asked for; "" = only a question was asked. And whether it was refused. */
  sent: string;
  refused: Trouble | null;
  endedAt: Moment;
  /** How often its state had been damaged when that was saved: what comes later in the run is news. */
  damages: number;
}

/** What is known of the run that is under way. */
export interface Current {
  update: boolean;
  attempts: Map<string, Attempt>;
  firstRequestAt: Moment | null;
  /** Questions that failed in this run: their answer is shared, and whoever was refused wanted to know why. */
  unanswered: Set<string>;
  /** Addresses that the service told in this run, and the way by which it was asked. */
  told: Map<string, Way>;
  sections: readonly Section[];
  sectionVersions: readonly number[];
  lines: World["lines"] | null;
  lineVersions: Record<LineName, number>;
  /** The router failed the run, so that it could not keep what it learned. */
  portFailed: boolean;
}

export interface Watch {
  broken: Broken | null;
  tracks: Map<string, Track>;
  current: Current | null;
  /** How often the state of a name was damaged; any of the client's files by "". */
  damages: Map<string, number>;
  /** When a fault last took effect. */
  disturbedAt: Moment;
  /** When each name was last set. */
  lastSet: Map<string, Moment>;
  /** Requests of the last day, by "set NAME" and "get URL FAMILY". */
  lastDay: Map<string, number>;
  /** Latest end of a wait that a name may have: its question was shared, or the router failed a run that learned of it. */
  mayWaitUntil: Map<string, Moment>;
  /** Looks of the last hours, and those among them that started more than one program. */
  looks: number;
  busyLooks: number;
  /** Latest end of a wait after trouble with a program of the router. */
  localUntil: Moment;
}

export function makeWatch(): Watch {
  return {
    broken: null,
    tracks: new Map(),
    current: null,
    damages: new Map(),
    disturbedAt: 0,
    lastSet: new Map(),
    lastDay: new Map(),
    mayWaitUntil: new Map(),
    looks: 0,
    busyLooks: 0,
    localUntil: 0,
  };
}

/** Uptime has two decimals. */
const COOLDOWN: Moment = 29_980;

export function beginRun(world: World): void {
  for (const [key, { block }] of world.watch.tracks) {
    if (block && isMeant(world, key) && TROUBLE[block.kind].skips.includes(world.run?.trigger ?? ""))
      block.skipped = true;
  }
  world.watch.current = {
    update: world.run?.words[0] === "update",
    attempts: new Map(),
    firstRequestAt: null,
    unanswered: new Set(),
    told: new Map(),
    sections: world.sections,
    sectionVersions: world.sectionVersions,
    lines: null,
    lineVersions: { ...world.lineVersions },
    portFailed: false,
  };
}

/** Whether the run is an update that may send something for this name, now or once the cooldown is over. */
function isMeant({ run, sections }: World, key: string): boolean {
  const [command, ...words] = run?.words ?? [];
  const named = words.filter((word, at) => !word.startsWith("--") && !words[at - 1]?.startsWith("--"));
  const [hostname = ""] = key.split(" ");
  const section = sections.find(({ hostnames }) => hostnames.includes(hostname))?.name ?? "";
  const meant = named.length === 0 || named.includes(hostname) || named.includes(section);
  return command === "update" && !words.includes("--dry-run") && meant;
}

/** The run read the configuration as it is now, or the interfaces. */
export function sawConfig({ watch: { current }, sections, sectionVersions }: World): void {
  if (current) Object.assign(current, { sections: [...sections], sectionVersions: [...sectionVersions] });
}
export function sawLines(world: World): void {
  const { current, tracks } = world.watch;
  const { lines, lineVersions } = world;
  if (!current) return;
  Object.assign(current, { lines: { ...lines }, lineVersions: { ...lineVersions } });
  for (const [key, { block }] of tracks) {
    const line = lineOf(current.sections, key);
    const news = block && block.line !== lineVersions[line] && TROUBLE[block.kind].skips.includes("address");
    if (news && isMeant(world, key)) block.skipped = true;
  }
}

/** A look at the interfaces failed: what was seen before is not gone by any more. */
export function lostLines({ watch: { current } }: World): void {
  if (current) current.lines = null;
}

/** The line of a name. */
function lineOf(sections: readonly Section[], key: string): LineName {
  const [hostname = ""] = key.split(" ");
  return sections.find(({ hostnames }) => hostnames.includes(hostname))?.interface ?? "wan";
}

function bare(url: string): string {
  return url.replace("//g", "//f");
}

export function familiesOf({ family }: Section): ("ipv4" | "ipv6")[] {
  return family === "dual" ? ["ipv4", "ipv6"] : [family];
}

/** Names that a get to `url` can be for. */
function namesAt(sections: readonly Section[], { url, family }: Request): string[] {
  const there = sections.filter((one) => one.enabled && !one.mistake && one.url === bare(url));
  return there
    .filter((one) => familiesOf(one).includes(family))
    .flatMap((one) => one.hostnames.map((name) => `${name} ${family}`));
}

/** The names whose attempt this request certainly is part of. */
function keysOf(current: Current, request: Request): string[] {
  const asked = decodeRequest(request.body);
  if (typeof asked !== "string" && asked.mode === "set") return [`${asked.hostname} ${request.family}`];
  const names = namesAt(current.sections, request);
  return names.length === 1 ? names : [];
}

/** A request is about to leave. */
export function requested(world: World, request: Request): void {
  const { current, lastDay } = world.watch;
  world.requests += 1;
  if (world.run) world.run.requests += 1;
  if (!current?.update) return;
  current.firstRequestAt ??= world.now;
  const asked = decodeRequest(request.body);
  if (typeof asked === "string") {
    brake(world, "7", `a request that no service understands: ${request.body}`);
    return;
  }
  const what =
    asked.mode === "set"
      ? `set ${asked.hostname} ${request.family}`
      : `get ${bare(request.url)} ${request.family}`;
  lastDay.set(what, (lastDay.get(what) ?? 0) + 1);
  tell(world, `    ${what} to ${request.url}`);
  for (const key of keysOf(current, request)) {
    if (!current.attempts.has(key)) beginAttempt(world, current, key, request);
  }
  if (asked.mode !== "set") return;
  const key = `${asked.hostname} ${request.family}`;
  const address = checkToken(world, current, request, asked.hostname, asked.token);
  checkRepeat(world, current, key, address);
  world.watch.lastSet.set(key, world.now);
  const attempt = current.attempts.get(key);
  if (attempt) attempt.sent = address;
}

function newTrack(): Track {
  return {
    lastAttempt: Number.NEGATIVE_INFINITY,
    failed: [],
    block: null,
    done: null,
    line: -1,
    memory: "",
    damages: 0,
  };
}

function beginAttempt(world: World, current: Current, key: string, request: Request): void {
  const { watch, now } = world;
  const hostname = key.split(" ")[0] ?? "";
  const index = current.sections.findIndex((one) => one.hostnames.includes(hostname));
  const section = current.sections[index];
  const alone = namesAt(current.sections, request).length === 1;
  const startedAt = alone ? now : (current.firstRequestAt ?? now);
  const track = watch.tracks.get(key) ?? newTrack();
  watch.tracks.set(key, track);
  current.attempts.set(key, {
    startedAt,
    section,
    index,
    lineVersions: current.lines && current.lineVersions,
    result: null,
    sent: "",
    refused: null,
    endedAt: now,
    damages: damagesOf(watch, key),
  });
  // A damaged state has forgotten the attempt: that costs one repeated update.
  if (now - track.lastAttempt < COOLDOWN && track.damages === damagesOf(watch, key)) {
    brake(world, "2", `${key}: ${(now - track.lastAttempt) / 1000} s after the last attempt`);
  }
  checkWait(world, current, key, track, index);
  track.failed = track.failed.filter((at) => at > now - DAY);
  if (track.failed.length >= 40)
    brake(world, "4", `${key}: attempt ${track.failed.length + 1} in a day of failures`);
}

function note(
  { watch, now }: World,
  key: string,
  attempt: Attempt,
  result: Trouble | "done",
  isSet: boolean,
) {
  if (isSet) attempt.refused = result !== "done" && result.kind === "refused" ? result : null;
  // That the service tells our address mends no refusal.
  attempt.result = (result === "done" && attempt.refused) || result;
  attempt.endedAt = now;
  attempt.damages = damagesOf(watch, key);
}

/** What came of a request; null: the program failed. */
export function answered(
  world: World,
  request: Request,
  found: Contact | null,
  fetcher: "curl" | "uclient-fetch",
): void {
  const { current } = world.watch;
  tell(world, `      ${JSON.stringify(found)}`);
  if (!current?.update) return;
  const result = found ? resultOf(world, request, found, fetcher, current) : vague;
  for (const key of keysOf(current, request)) {
    const attempt = current.attempts.get(key);
    if (!attempt || result === "going on") continue;
    note(world, key, attempt, result, request.body.includes('"set"'));
  }
  if (result !== "done" && result !== "going on") unsettle(world, current, request, result);
  if (!found) world.watch.localUntil = Math.max(world.watch.localUntil, world.now + vague.most * 1000);
}

/** A wait that a name may have, and nobody can be sure of. */
export function mayWait({ watch }: World, name: string, until: Moment): void {
  watch.mayWaitUntil.set(name, Math.max(until, watch.mayWaitUntil.get(name) ?? 0));
}

/** Names that share a question all failed with it, whichever of them asked. */
function unsettle(world: World, current: Current, request: Request, result: Trouble): void {
  const { watch, now } = world;
  if (!request.body.includes('"get"')) return;
  current.unanswered.add(`${bare(request.url)} ${request.family}`);
  for (const name of namesAt(current.sections, request)) {
    mayWait(world, name, now + result.most * 1000);
    const attempt = current.attempts.get(name);
    const block = watch.tracks.get(name)?.block;
    // It may have been this one's question, which then has another wait than the one known.
    if (block && !attempt) Object.assign(block, { kind: "vague", least: vague.least });
    if (attempt && attempt.result !== "done") {
      const most = Math.max(vague.most, result.most, attempt.result?.most ?? 0);
      attempt.result = { ...(result.kind === "busy" ? result : vague), least: vague.least, most };
    }
  }
}
