// What a run leaves behind for the laws to remember: attempts, waits, acknowledged updates.

import { reasons } from "./laws.ts";
import { type Trouble, vague } from "./outcome.ts";
import { type Attempt, type Current, mayWait, type Track } from "./watch.ts";
import type { World } from "./world.ts";

/** The run has ended, one way or another: what it left behind. */
export function endRun(world: World): void {
  const { watch } = world;
  const { current } = watch;
  watch.current = null;
  if (!current) return;
  const forgotten = world.run?.dead === true || current.portFailed;
  // A mark may have been left, and with it a doubt about what was acknowledged.
  if (forgotten) for (const track of watch.tracks.values()) track.done = null;
  for (const [key, attempt] of current.attempts) {
    const track = watch.tracks.get(key);
    if (!track) continue;
    Object.assign(track, { lastAttempt: attempt.startedAt, damages: attempt.damages });
    keepDone(world, current, track, attempt, forgotten);
    remember(world, current, key, track, attempt, forgotten);
  }
}

function remember(
  world: World,
  current: Current,
  key: string,
  track: Track,
  attempt: Attempt,
  forgotten: boolean,
): void {
  const { result } = attempt;
  const failed = result !== "done" && result ? result : null;
  if (failed && !forgotten) block(world, current, key, track, { ...attempt, result: failed });
  else Object.assign(track, { failed: [], block: null });
  if (forgotten && failed) mayWait(world, key, attempt.endedAt + failed.most * 1000);
}

function keepDone(world: World, current: Current, track: Track, attempt: Attempt, forgotten: boolean): void {
  const { result, sent, endedAt, damages, index, lineVersions } = attempt;
  if (result === "done" && sent && !forgotten && lineVersions) {
    track.done = {
      at: endedAt,
      address: sent,
      world: reasons(world, { ...current, lineVersions }, damages, index),
    };
  } else if (result !== "done" || sent) track.done = null;
}

type Failed = Attempt & { result: Trouble };

function block(world: World, current: Current, key: string, track: Track, attempt: Failed): void {
  const { section, index, lineVersions, result, endedAt, damages } = attempt;
  const version = current.sectionVersions[index] ?? -1;
  const memory = JSON.stringify([world.boots, damages, version]);
  // A run that saw no dump knows of no other address than the one before it, if that is remembered.
  if (lineVersions) track.line = lineVersions[section?.interface ?? "wan"];
  else if (track.memory !== memory) track.line = -1;
  track.memory = memory;
  const unclear = current.unanswered.has(`${section?.url} ${key.split(" ")[1]}`) && result.kind === "refused";
  track.failed.push(endedAt);
  track.block = {
    ...(unclear ? { ...vague, most: result.most } : result),
    since: endedAt,
    boot: world.boots,
    section: version,
    line: track.line,
    damages,
  };
}
