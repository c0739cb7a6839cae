// Runs a program to its end, and shows that something is still going on where that takes its time.
import { spawn, spawnSync } from "node:child_process";

/** A slow machine compiles an engine in ten minutes. */
const DEADLINE_MS = 1_800_000;

/** Runs `program` to its end and returns its standard output; throws one line that names the program and its own last words. */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const quiet = { cwd, encoding: "utf8", timeout: DEADLINE_MS, maxBuffer: 64 << 20 } as const;
  const { error, status, stdout, stderr } = withSignsOfLife(() => spawnSync(program, args, quiet));
  if (error) {
    const late = (error as NodeJS.ErrnoException).code === "ETIMEDOUT";
    throw new Error(
      late
        ? `${program} took longer than ${DEADLINE_MS / 60_000} minutes`
        : `${program} does not start: ${error.message}`,
    );
  }
  if (status !== 0) throw new Error(`${program} ${args.at(-1) ?? ""}: ${lastWords(stderr)}`);
  return stdout;
}

/** The last line that says something: make adds its own about every rule that failed, npm where its log is. */
function lastWords(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return lines.filter((line) => !/^make(\[\d+\])?: |^npm \S+ A complete log /.test(line)).at(-1) ?? "";
}

/** Runs `work`, which blocks; a dot every four seconds on stderr tells a person that nothing hangs. */
function withSignsOfLife<T>(work: () => T): T {
  const began = performance.now();
  const dots = spawn("sh", ["-c", `while sleep ${SECONDS}; do printf . >&2; done`], {
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  // Without a shell there are no dots, and nothing else is missing.
  dots.on("error", () => {});
  dots.unref();
  try {
    return work();
  } finally {
    if (dots.pid !== undefined) stop(dots.pid);
    if (performance.now() - began > SECONDS * 1000) process.stderr.write("\n");
  }
}

const SECONDS = 4;

/** Ends a process and what it started. */
function stop(pid: number): void {
  try {
    process.kill(-pid);
  } catch {
    // It has ended by itself.
  }
}
