// Who starts the program: procd's one instance with its respawn delay as the timer, hooks, and the lock (one runs, one waits).
import { FOLDER, inject, type Start, strikes, TIMER, tell, type World, writeFile } from "./world.ts";

/** A start through the wrapper: it becomes the one that waits for the running one, or leaves where one waits already. */
export function start(world: World, words: readonly string[], instance = false): void {
  if (world.bootedAt === null) return;
  if (!world.waiting) {
    world.waiting = { words, instance };
    return;
  }
  tell(world, `  ${words.join(" ")}: one runs, one waits, so this one leaves`);
  if (instance) ended(world);
}

/** The instance has ended, however: it starts again after its delay. */
export function ended(world: World): void {
  world.procd.busy = false;
  world.procd.wakeAt = world.procd.defined ? world.now + world.procd.delay * 1000 : Number.POSITIVE_INFINITY;
}

function spawn(world: World): void {
  world.procd.busy = true;
  world.procd.wakeAt = Number.POSITIVE_INFINITY;
  start(world, ["update", "--trigger", "timer"], true);
}

/** Kernel locks die with their process: whoever waits comes next. */
export function nextStart(world: World): Start | null {
  if (world.now >= world.procd.wakeAt) spawn(world);
  const next = world.waiting;
  world.waiting = null;
  return next;
}

/** Whether the configuration lets the init script start anything. */
function wanted(world: World): boolean {
  return world.enabled && world.sections.some((section) => section.enabled);
}

/** `/etc/init.d/lambda-ddns start`: keeps a delay that was asked for, registers the instance anew. */
export function startService(world: World): void {
  const { procd } = world;
  if (!wanted(world)) {
    world.files.delete(TIMER);
    procd.defined = false;
    procd.wakeAt = Number.POSITIVE_INFINITY;
    // procd ends what it no longer knows, be it running or waiting for the lock.
    if (world.run?.instance) world.run.dead = true;
    if (world.waiting?.instance) world.waiting = null;
    procd.busy = false;
    return;
  }
  const kept = world.files.get(TIMER)?.text.trim() ?? "";
  const seconds = /^\d{1,9}$/.test(kept) ? Number(kept) : world.checkSeconds;
  writeTimer(world, seconds);
  procd.delay = Math.min(Math.max(seconds, 10), 604_800);
  procd.defined = true;
  if (!procd.busy) spawn(world);
}

/** The shell empties the file before it finds the disk full. */
function writeTimer(world: World, seconds: number): void {
  writeFile(world, TIMER, strikes(world, "full") ? "" : `${seconds}\n`);
}

/** `again SECONDS`, the client's own call at the end of a run. */
export function again(world: World, seconds: string): void {
  if (!world.files.has(TIMER)) return;
  writeTimer(world, Number(seconds));
  startService(world);
}

/** A changed configuration is applied: procd starts the service, and a run of its own comes behind it. */
export function reload(world: World): void {
  if (world.bootedAt === null) return;
  startService(world);
  if (world.files.has(TIMER)) start(world, ["update", "--trigger", "reload"]);
}

/** A hook's run. The hooks ask for nothing but whether the service is there at all. */
export function hook(world: World, trigger: "ifup" | "clock", more: readonly string[] = []): void {
  if (!wanted(world)) return;
  start(world, ["update", "--trigger", trigger, ...more]);
}

/** Power off: what was in memory is gone, and no program runs on. */
export function powerOff(world: World): void {
  if (world.run) world.run.dead = true;
  world.bootedAt = null;
  world.waiting = null;
  world.procd = { defined: false, busy: false, delay: 0, wakeAt: Number.POSITIVE_INFINITY };
  world.faults.delete("full");
  world.stuck = "";
  for (const path of [...world.files.keys()]) if (path.startsWith(FOLDER)) world.files.delete(path);
  inject(world, "reboot");
}

export function powerOn(world: World): void {
  world.bootedAt = world.now;
  world.boots += 1;
  startService(world);
}
