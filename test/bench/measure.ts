// Costs of one command and everything it starts, as medians of several runs; refuses a run that does not exit with 0.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../build/needs.ts";
import type { BenchService, Traffic } from "./service.ts";

const RUNS = 11;
const COUNTED_RUNS = 3;

export interface Command {
  argv: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** Puts the world back before each run. */
  reset(): void;
  /** Tells the client's own process from those that it starts, by its command line. */
  own: RegExp;
}

/** Medians; instructions are null where valgrind is not here. */
export interface Cost extends Traffic {
  instructions: number | null;
  ownInstructions: number | null;
  cpuMs: number;
  ownMb: number;
  largestMb: number;
  summedMb: number;
  processes: number;
}

interface Watched {
  processes: number;
  ownKb: number;
  largestKb: number;
  summedKb: number;
  cpuUs: number;
}

/** Measures `command` with the program `watch` (watch.c) and callgrind; `work` is a folder of ours. */
export async function measure(
  command: Command,
  watch: string,
  service: BenchService,
  work: string,
): Promise<Cost> {
  const watched: (Watched & Traffic)[] = [];
  for (let run = 0; run < RUNS; run++) watched.push(await watchOnce(command, watch, service, work));
  const counted: Counted[] = [];
  if (findProgram("valgrind") !== null) {
    for (let run = 0; run < COUNTED_RUNS; run++) counted.push(await countOnce(command, work));
  }
  service.take();
  const of = (pick: (one: Watched & Traffic) => number) => median(watched.map(pick));
  return {
    instructions: counted.length > 0 ? median(counted.map((one) => one.all)) : null,
    ownInstructions: counted.length > 0 ? median(counted.map((one) => one.own)) : null,
    cpuMs: of((one) => one.cpuUs) / 1000,
    ownMb: of((one) => one.ownKb) / 1024,
    largestMb: of((one) => one.largestKb) / 1024,
    summedMb: of((one) => one.summedKb) / 1024,
    processes: of((one) => one.processes),
    requests: of((one) => one.requests),
    handshakes: of((one) => one.handshakes),
    bytes: of((one) => one.bytes),
  };
}

async function watchOnce(command: Command, watch: string, service: BenchService, work: string) {
  command.reset();
  service.take();
  const out = join(work, "watched.json");
  await run([watch, ...command.argv], { ...command.env, WATCH_OUT: out });
  // The last connection's end arrives an instant after the client's.
  await new Promise((done) => setTimeout(done, 20));
  return { ...(JSON.parse(readFileSync(out, "utf8")) as Watched), ...service.take() };
}

interface Counted {
  all: number;
  own: number;
}

/** Instructions in user space by callgrind, which writes one file for each process. */
async function countOnce(command: Command, work: string): Promise<Counted> {
  command.reset();
  mkdirSync(work, { recursive: true });
  const folder = mkdtempSync(join(work, "callgrind-"));
  const valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--trace-children=yes"] as const;
  try {
    await run([...valgrind, `--callgrind-out-file=${folder}/%p`, ...command.argv], command.env);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    const total = (texts: string[]) =>
      texts.reduce((sum, text) => sum + Number(/^(?:totals|summary): (\d+)/m.exec(text)?.[1] ?? 0), 0);
    const own = files.filter((text) => command.own.test(/^cmd: (.*)$/m.exec(text)?.[1] ?? ""));
    return { all: total(files), own: total(own) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs to the end with the answering service in this same process; throws with the command's own words. */
export function run(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<void> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      words += chunk.toString();
    });
  }
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => {
      if (code === 0) done();
      else fail(new Error(`${argv.join(" ")} ended with ${code ?? signal}: ${words.trim()}`));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no values to take the median of");
  return middle;
}
