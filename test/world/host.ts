// The router as the client's Host: files, programs, death at any call. A run that the kernel has ended can do nothing more.
import { type Host, HostError, type Job, type JobResult } from "../../src/client/host/port.ts";
import { brokenProgram, curl, uclientFetch } from "./fetchers.ts";
import { brake } from "./laws.ts";
import type { LineName } from "./life.ts";
import { tunnelExit } from "./network.ts";
import { again } from "./procd.ts";
import { dumpText, exportText, IF_INET6, ifInet6Text, routeText } from "./programs.ts";
import { heard } from "./secrets.ts";
import { lostLines, sawConfig, sawLines } from "./watch.ts";
import {
  CONFIG,
  FOLDER,
  inject,
  newStamp,
  pass,
  ROOTS,
  type Run,
  strikes,
  TIMER,
  tell,
  uptimeOf,
  type World,
  wallSeconds,
  writeFile,
} from "./world.ts";

/** The end of a process. Not an Error: nothing that the client catches may take it for one of its own. */
export const DEATH = { death: true };

/** What is the same all life long. */
const UNCHANGING = { root: "", isRoot: () => true, canWriteIn: () => true, columns: () => null };

export function makeHost(world: World, run: Run): Host {
  /** Every call begins here: the dead do nothing, and some die now. */
  const step = (): boolean => {
    if (run.dead || world.run !== run) throw DEATH;
    run.calls += 1;
    return run.calls === run.killAt;
  };
  const die = (): never => {
    run.dead = true;
    inject(world, "crash");
    throw DEATH;
  };
  const call = <Value>(act: () => Value): Value => {
    if (step()) die();
    const value = act();
    if (run.dead) throw DEATH;
    return value;
  };
  return {
    ...UNCHANGING,
    args: run.words,
    uptime: () => call(() => uptimeOf(world)),
    random: () => call(() => world.random.next()),
    wallClock: () => call(() => wallSeconds(world)),
    readText: (path) =>
      call(() => (path === IF_INET6 ? ifInet6Text(world) : (world.files.get(path)?.text ?? null))),
    fileFacts: (path) => call(() => factsOf(world, path)),
    hasProgram: (name) => call(() => hasProgram(world, name)),
    sleep: (seconds) => call(() => pass(world, seconds * 1000)),
    writeText(path, text) {
      const dies = step();
      note(world, `${path}=${text}`);
      if (!writeText(world, run, path, text, dies)) die();
    },
    run(job) {
      const dies = step();
      // Half of the killed leave a program behind that lives on by itself.
      if (dies && world.random.chance(0.5)) die();
      const result = runJob(world, job);
      note(world, `${job.argv.join(" ")}<${job.stdin}>${result.ended}${result.code}${result.stdout}`);
      if (dies) die();
      if (run.dead) throw DEATH;
      return result;
    },
    print: (text) => call(() => said(world, "the output", text)),
    printError: (text) => call(() => said(world, "a log line", text)),
  };
}

function said(world: World, where: string, text: string): void {
  note(world, text);
  tell(world, `    ${text.trimEnd()}`);
  heard(world, where, text);
}

/** All that a run does and says goes into the digest that engines are compared by. */
function note(world: World, text: string): void {
  let { digest } = world;
  if (digest === null) return;
  for (let at = 0; at < text.length; at++) digest = (Math.imul(digest, 31) + text.charCodeAt(at)) | 0;
  world.digest = digest;
}

function factsOf(world: World, path: string) {
  if (path === CONFIG) return { stamp: world.configStamp, mode: 0o600 };
  if (path === ROOTS) return { stamp: "1", mode: 0o644 };
  const file = world.files.get(path);
  return file ? { stamp: file.stamp, mode: 0o600 } : null;
}

function hasProgram(world: World, name: string): boolean {
  const { life, faults, now } = world;
  const fault = faults.get("fetcher");
  if (fault?.how === "missing" && fault.share === 1 && now < fault.until) {
    world.watch.localUntil = now + 4_500_000;
    world.watch.disturbedAt = now;
    return !["curl", "uclient-fetch"].includes(name);
  }
  if (name === "curl") return life.curl;
  if (name === "uclient-fetch") return life.uclient !== "";
  // With several ways out some questions cannot be asked until the next wait is over.
  const several = life.wanb || tunnelExit(world, "ipv4");
  if (name === "mwan3" && !life.mwan3 && several && !life.curl) world.watch.localUntil = now + 4_500_000;
  if (name === "mwan3") return life.mwan3;
  return true;
}

/** Replaces a file as the real host does, by another name first; false = the process dies over it. */
function writeText(world: World, run: Run, path: string, text: string, dies: boolean): boolean {
  run.writes += 1;
  heard(world, "a file", text);
  if (!path.startsWith(`${FOLDER}/`)) brake(world, "8", `a file outside our folder is written: ${path}`);
  if (path === TIMER) brake(world, "10", "the client wrote the timer's file, which is the init script's");
  const { random } = world;
  if (dies && random.chance(0.3)) return false;
  if (path === world.stuck) {
    inject(world, "stuck");
    throw failing(world, `cannot write ${path}: Is a directory`);
  }
  if (strikes(world, "full")) {
    throw failing(world, `cannot write ${path}: No space left on device`);
  }
  if (dies && random.chance(0.5)) {
    writeFile(world, `${path}.new`, text.slice(0, random.whole(0, text.length)));
    return false;
  }
  world.files.delete(`${path}.new`);
  world.files.set(path, { text, stamp: newStamp(world, text.length) });
  return !dies;
}

/** The error of a router that fails the run, which may forget over it what it has just learned. */
function failing(world: World, message: string): HostError {
  if (world.watch.current) world.watch.current.portFailed = true;
  return new HostError(message);
}

function runJob(world: World, job: Job): JobResult {
  heard(world, "argv", job.argv.join(" "));
  if (world.run) world.run.jobs += 1;
  if (strikes(world, "noproc"))
    throw failing(world, `cannot start ${job.argv[0]}: no process or no memory left`);
  const result = play(world, job);
  if (job.output === "whole" && result.stdout && strikes(world, "full")) {
    throw failing(world, `no space left in ${FOLDER}`);
  }
  return result;
}

const MISSING: JobResult = { ended: "missing", code: 0, stdout: "", stderr: "" };

function play(world: World, job: Job): JobResult {
  const { argv } = job;
  const bound = argv[0] === "mwan3" ? (argv[2] as LineName) : null;
  const program = (argv[0] === "mwan3" ? argv[3] : argv[0]) ?? "";
  if (program === "curl" || program === "uclient-fetch") {
    if (hasProgram(world, program))
      return program === "curl" ? curl(world, job) : uclientFetch(world, job, bound);
    world.watch.localUntil = world.now + 4_500_000;
    return MISSING;
  }
  const fault = faultOf(world, program);
  if (fault && program === "ubus") lostLines(world);
  if (fault) return brokenProgram(world, fault, job);
  pass(world, 10);
  const act = PROGRAMS[program];
  return act ? { ended: "exit", code: 0, stdout: act(world, job), stderr: "" } : MISSING;
}

/** What the router's own programs do and print. */
const PROGRAMS: Record<string, (world: World, job: Job) => string> = {
  uci(world) {
    sawConfig(world);
    return exportText(world);
  },
  ubus(world) {
    sawLines(world);
    return dumpText(world);
  },
  ip: (world, { argv }) => routeText(world, argv[1] === "-6" ? "ipv6" : "ipv4", argv[4] ?? ""),
  logger(world, { stdin }) {
    heard(world, "syslog", stdin);
    return "";
  },
  "/etc/init.d/lambda-ddns"(world, { argv }) {
    tell(world, `    ${argv.join(" ")}`);
    if (world.run) world.run.agains += 1;
    again(world, argv[2] ?? "");
    return "";
  },
  nslookup: () => "",
};

function faultOf(world: World, program: string): string | null {
  if (program === "uci" || program === "ubus" || program === "logger") return strikes(world, program);
  return program === "/etc/init.d/lambda-ddns" ? strikes(world, "init") : null;
}
