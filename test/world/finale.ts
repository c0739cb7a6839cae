// The laws that speak of days without faults: DNS equals the WAN address in time (1), and then nothing more is sent (3).
import type { Family } from "../../src/shared/address.ts";
import { brake, damagesOf } from "./laws.ts";
import { ASKED_FOR_SURE, DAY, LIFE, type LineName, type Moment, type Section } from "./life.ts";
import { callerOn, leads } from "./network.ts";
import { familiesOf } from "./watch.ts";
import { FOLDER, later, NOT_BEFORE_SECONDS, TIMER, type World, wallSeconds } from "./world.ts";

/** When DNS has to hold a name's address. */
export interface Deadline {
  at: Moment;
  name: Name;
}

interface Name {
  section: Section;
  hostname: string;
  family: Family;
  key: string;
}

function namesOf(world: World): Name[] {
  const good = world.sections.filter((section) => !section.mistake);
  return good.flatMap((section) =>
    familiesOf(section).flatMap((family) =>
      section.hostnames.map((hostname) => ({ section, hostname, family, key: `${hostname} ${family}` })),
    ),
  );
}

/** The address that DNS should hold, or null where none can be published. */
function wanted(world: World, { section, family }: Name): string | null {
  const line = world.lines[section.interface];
  // The sample writes A records only.
  if (family === "ipv6" && world.life.service === "sample") return null;
  if (section.interface === "wanb" && family === "ipv6") return null;
  if (!reachable(world, section, family)) return null;
  const caller = callerOn(world, section.interface, family);
  const shown = line[family].find(({ address }) => address === caller);
  // Requests leave from a deprecated address where there is no other; nobody has to publish it.
  if (shown?.preferred === 0) return null;
  const own = shown !== undefined;
  return section.ipSource === "network" && !own ? null : caller;
}

/** Whether the line can be asked: with two ways out only a program that binds to one can be sure of it. */
function reachable(world: World, { interface: line, ipSource }: Section, family: Family): boolean {
  const { curl, mwan3 } = world.life;
  const other = line === "wan" ? "wanb" : "wan";
  if (curl || mwan3 || !leads(world, other, family)) return true;
  // A token of the router's own address is sent all the same; it arrives where the line is the first way out.
  return line === "wan" && ipSource !== "web" && !hides(world, line, family);
}

/** Whether only the service can tell a line's address. */
function hides(world: World, line: LineName, family: Family): boolean {
  const caller = callerOn(world, line, family);
  return !world.lines[line][family].some(({ address }) => address === caller);
}

/** One look and one wait from now; where the router has just been told of a new address, the cooldown and a few tries of others. */
export function dueDeadlines(world: World): Deadline[] {
  const { now, watch, checkSeconds, life } = world;
  const told = life.finale === "reconnect";
  return namesOf(world).map((name) => {
    const block = watch.tracks.get(name.key)?.block;
    const local = possibleWait(world, name);
    const skipped =
      told &&
      name.section.interface === "wan" &&
      ["unreached", "untrusted", "refused"].includes(block?.kind ?? "");
    const until = block && !skipped ? block.since + block.most * 1000 : now;
    const blocked = (block && !skipped) || local > now;
    // A hook has told it of a new address: no check has to come first.
    if (told && name.section.interface === "wan" && !blocked && timerWorks(world))
      return { at: now + 100_000, name };
    const wait = Math.max(now, until, skipped ? 0 : local) - now;
    return { at: now + wait + checkSeconds * 1000 + 200_000, name };
  });
}

/** The end of waits that nobody can lay to one name. */
function possibleWait({ watch }: World, { key }: Name): Moment {
  return Math.max(watch.localUntil, watch.mayWaitUntil.get(key) ?? 0);
}

/** Law 1 in the middle of a life: where nothing has happened for one look and one wait, DNS has to be right as well. */
export function checkGap(world: World): void {
  const { now, faults, watch, checkSeconds, procd, lastEventAt } = world;
  const calmSince = Math.max(lastEventAt, ...[...faults.values()].map(({ until }) => until));
  const isOff =
    world.bootedAt === null || !procd.defined || !world.enabled || wallSeconds(world) < NOT_BEFORE_SECONDS;
  if (isOff || now < calmSince + checkSeconds * 1000) return;
  for (const name of namesOf(world)) {
    const { section, hostname, key } = name;
    const known = world.service.records.get(hostname) === section.secret;
    const stuck = world.stuck === `${FOLDER}/${section.name}:${hostname}:${name.family}`;
    if (stuck || !section.enabled || !known || !world.life.sections.some(({ url }) => url === section.url))
      continue;
    const block = watch.tracks.get(key)?.block;
    const until = Math.max(calmSince, possibleWait(world, name), block ? block.since + block.most * 1000 : 0);
    const look = Math.max(checkSeconds, procd.delay) * 1000;
    if (now > until + look + 200_000) checkDns(world, name);
  }
}

/** Law 6: a section that was changed and reloaded is sent at once, whatever it waited for. To be called a while later. */
export function watchRetry(world: World, index: number): void {
  const { now, boots, sectionVersions, lineVersions, watch } = world;
  const before = JSON.stringify([boots, sectionVersions, lineVersions, damagesOf(watch, "")]);
  later(world, now + 150_000, () => {
    const after = [world.boots, world.sectionVersions, world.lineVersions, damagesOf(watch, "")];
    const section = world.sections[index];
    const works = world.bootedAt !== null && world.enabled && timerWorks(world);
    if (before !== JSON.stringify(after) || !works || !section?.enabled || watch.disturbedAt >= now) return;
    for (const name of namesOf(world).filter((one) => one.section === section)) {
      const last = watch.tracks.get(name.key)?.lastAttempt ?? 0;
      // Whoever has to ask may share another one's question.
      if (wanted(world, name) === null || asks(world, name) || last >= now - 31_000) continue;
      brake(world, "6", `${name.key}: its section was changed at ${now}, and nothing was sent`);
    }
  });
}

/** A full disk or damage may have emptied the timer's file: then nothing comes before the next check. */
function timerWorks({ files }: World): boolean {
  return /^\d+\n$/.test(files.get(TIMER)?.text ?? "");
}

/** Law 1. */
export function checkDns(world: World, name: Name): void {
  const { key } = name;
  const address = wanted(world, name);
  const found = world.service.dns.get(key) ?? "nothing";
  if (address !== null && found !== address)
    brake(world, "1", `${key}: DNS holds ${found}, the line has ${address}`);
}

/** Law 3: nothing is sent where the address is public, one small question a look where it is behind NAT. */
export function checkDay(world: World): void {
  const { watch, checkSeconds } = world;
  const names = namesOf(world);
  for (const name of names) {
    const address = wanted(world, name);
    checkDns(world, name);
    checkRefresh(world, name);
    const sets = watch.lastDay.get(`set ${name.key}`) ?? 0;
    const forced = name.section.force > 0 ? Math.ceil(DAY / 1000 / name.section.force) : 0;
    if (sets > forced && address !== null) brake(world, "3", `${name.key}: ${sets} updates on a quiet day`);
  }
  for (const [what, count] of watch.lastDay) {
    if (!what.startsWith("get ")) continue;
    const [, url, family] = what.split(" ");
    const askers = names.filter(
      (name) => name.section.url === url && name.family === family && asks(world, name),
    );
    const most = askers.length * (DAY / 1000 / checkSeconds + 2);
    if (count > most) brake(world, "3", `${count} times ${what} on a quiet day, at most ${most}`);
  }
  checkLooks(world, names);
}

/** An address is sent again when its time has come, although nothing changed. */
function checkRefresh(world: World, name: Name): void {
  const { force } = name.section;
  const since = (world.now - (world.watch.lastSet.get(name.key) ?? 0)) / 1000;
  if (wanted(world, name) === null || force === 0 || since < force + 2 * world.checkSeconds + 600) return;
  brake(world, "refresh", `${name.key}: last sent ${since} s ago, every ${force} s were asked for`);
}

/** A look a check; where nothing needs the service, the look starts one program, and that is all. */
function checkLooks(world: World, names: readonly Name[]): void {
  const { watch, checkSeconds, life } = world;
  const askers = names.filter((name) => asks(world, name)).length;
  const checks = Math.ceil((LIFE - ASKED_FOR_SURE) / 1000 / checkSeconds);
  const most = Math.max(1, askers) * checks + 6;
  if (watch.looks > most) brake(world, "3", `${watch.looks} looks in the last hours, at most ${most}`);
  const allIsWell = names.length > 0 && names.every((name) => wanted(world, name) !== null);
  const careless = askers === 0 && allIsWell && life.logLevel === "info";
  if (careless && !life.sections.some(({ mistake }) => mistake) && watch.busyLooks > 3 + 2 * names.length) {
    brake(world, "3", `${watch.busyLooks} looks that found nothing new started more than one program`);
  }
}

/** Whether only the service can tell the address. */
function asks(world: World, { section, family }: Name): boolean {
  return section.ipSource === "auto" ? hides(world, section.interface, family) : section.ipSource === "web";
}
