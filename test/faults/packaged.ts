// A router for real processes with the whole package on it: wrapper, hook, bundle, and what they need of the machine. Also what must hold on it after every fault.
import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { scriptContent } from "../../build/package/content.ts";
import { decodeState, freshState } from "../../src/client/core/state.ts";
import type { ServiceState } from "../../src/client/core/types.ts";
import { requireQjs } from "../engine/native.ts";
import { unpack } from "../openwrt/router.ts";
import { makeRouter, type Router, type RouterOptions } from "../stand-ins/router.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));

/** Programs without which the packaged suites cannot run. */
export const NEEDS = ["qjs", "curl", "busybox", "flock"] as const;

/** A service's state file, and what else the client keeps in its folder. */
const STATE = /^\w+:[\w.*-]+:ipv[46]$/;
const KEPT = ["memo", "timer", "stopped"];

/** A router with the package installed. `programs` come on top of the ordinary ones. */
export function makePackagedRouter({ programs = [], ...options }: RouterOptions = {}) {
  const more = ["uci", "ubus", "logger", "uclient-fetch", "curl", "flock", "mkdir", ...programs];
  const router = makeRouter({ ...options, programs: more });
  unpack(router.root, scriptContent(BUNDLE));
  if (options.config !== undefined) router.setConfig(options.config);
  router.put("bin/qjs", `#!/bin/sh\nexec '${requireQjs()}' "$@"\n`, 0o755);
  return {
    ...router,
    /** Starts the installed program; its output is not kept. */
    start: (args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
      spawn(router.path("usr/bin/lambda-ddns"), args, {
        env: { PATH: router.path("bin"), HOME: router.root, LAMBDA_DDNS_ROOT: router.root, ...env },
        stdio: "ignore",
      }),
  };
}

export type PackagedRouter = ReturnType<typeof makePackagedRouter>;

/** A configuration with one service `home` of these options, and what `global` says. */
export function configOf(options: Readonly<Record<string, string>>, global = ""): string {
  const lines = Object.entries(options).map(([name, value]) => `\toption ${name} '${value}'\n`);
  return `config lambda-ddns 'global'\n\toption enabled '1'\n${global}\nconfig service 'home'\n${lines.join("")}`;
}

/** Ids of the processes that were told of this router. */
export function processesOf(root: string): number[] {
  const mine = `LAMBDA_DDNS_ROOT=${root}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mine);
      } catch {
        return false; // It ended meanwhile.
      }
    })
    .map(Number);
}

/**
 * Waits until no process of this router is left. One look is not enough: while a process becomes another program it
 * has no environment to be known by.
 */
export async function quiet(root: string, seconds = 25): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let clear = 0; ; ) {
    const left = processesOf(root);
    clear = left.length === 0 ? clear + 1 : 0;
    if (clear === 3) return;
    if (Date.now() > end) {
      const told = left.map((pid) => `${pid} ${readCommand(pid)}`);
      throw new Error(`still running after ${seconds} s: ${told.join("; ")}`);
    }
    await sleep(20);
  }
}

function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "(ended)";
  }
}

/** The states on the router, by service; a text that decodes to a fresh start although it is there is a damaged one. */
export function statesOf(router: Router, now: number): Record<string, ServiceState> {
  const found: Record<string, ServiceState> = {};
  for (const [name, text] of Object.entries(router.state())) {
    if (!STATE.test(name)) continue;
    const state = decodeState(text, now);
    expect(state, `${name} is readable: ${text}`).not.toEqual(freshState());
    found[name] = state;
  }
  return found;
}

/**
 * What holds after every fault: no process is left, no file but the client's own (besides those that `also` allows), each
 * for its owner's eyes only, and every state readable at uptime `now`.
 */
export async function expectSound(router: Router, now: number, also: RegExp | null = null): Promise<void> {
  await quiet(router.root);
  const folder = join(realpathSync(router.root), "var/run/lambda-ddns");
  for (const name of Object.keys(router.state())) {
    if (also?.test(name)) continue;
    expect(STATE.test(name) || KEPT.includes(name), `${name} is one of the client's own files`).toBe(true);
    expect(lstatSync(join(folder, name)).mode & 0o7777, `mode of ${name}`).toBe(
      name === "timer" ? 0o644 : 0o600,
    );
  }
  statesOf(router, now);
}
