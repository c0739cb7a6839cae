// The shell of a router: busybox ash, or what can play it on a machine whose busybox cannot.
import { spawnSync } from "node:child_process";
import { findProgram } from "../../build/needs.ts";

/**
 * The words that start it. Debian's busybox-static prefers its own logger and logread to those on PATH, where the stand-ins are:
 * bash takes its place. (dash closes no descriptor above 9.)
 */
export function routerShell(): [string, ...string[]] {
  const busybox = findProgram("busybox");
  if (busybox && !prefersItsOwn(busybox)) return [busybox, "ash"];
  const bash = findProgram("bash");
  return bash ? [bash] : [busybox ?? "busybox", "ash"];
}

/** Whether the shell of this busybox takes its own programs before those on PATH. */
export function prefersItsOwn(busybox: string): boolean {
  const { status } = spawnSync(busybox, ["ash", "-c", "logger --help"], { env: { PATH: "/nonexistent" } });
  return status !== 127;
}
