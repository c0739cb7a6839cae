// What a client keeps in memory while nothing happens: memory and wake-ups of everything that it leaves running; refuses to leave it running.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const SETTLE_MS = 3_000;
const WATCH_MS = 10_000;

export interface Idle {
  processes: number;
  /** Proportional set size of all its processes. */
  pssMb: number;
  wakeupsPerHour: number;
}

/** Starts `argv`, lets it settle, watches it for ten seconds and ends it. */
export async function watchIdle(argv: readonly [string, ...string[]]): Promise<Idle> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  const leader = child.pid;
  if (leader === undefined) throw new Error(`${program} does not start`);
  try {
    await sleep(SETTLE_MS);
    const before = wakeups(leader);
    await sleep(WATCH_MS);
    const pids = group(leader);
    return {
      processes: pids.length,
      pssMb: pids.reduce((sum, pid) => sum + field(`/proc/${pid}/smaps_rollup`, "Pss"), 0) / 1024,
      wakeupsPerHour: Math.round(((wakeups(leader) - before) * 3_600_000) / WATCH_MS),
    };
  } finally {
    process.kill(-leader, "SIGKILL");
  }
}

/** The processes of a session's leader: it was started as one. */
function group(leader: number): number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    const stat = text(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]) === leader;
  });
}

function wakeups(leader: number): number {
  const count = (pid: number) => field(`/proc/${pid}/status`, "voluntary_ctxt_switches");
  return group(leader).reduce((sum, pid) => sum + count(pid), 0);
}

function field(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text(path))?.[1] ?? 0);
}

/** "" where the process has just ended. */
function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
