// Processes of one test's router, told by their environment; refuses to guess: what shows no environment is not counted.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Ids of the processes whose environment names the router at `root`. */
export function processesOf(root: string): number[] {
  const mine = `STAND_IN_ROOT=${root}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").split("\u0000").includes(mine);
      } catch {
        return false; // It ended meanwhile.
      }
    })
    .map(Number);
}

/** Ends a process that may have ended already. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** Waits until `condition` holds; fails after `seconds`. */
export async function until(condition: () => boolean, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${condition}`);
    await sleep(20);
  }
}
