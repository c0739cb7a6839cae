// What a run leaves for the next one: when it is due, and what it would have to find to have nothing to do.
import { plan } from "../core/plan.ts";
import { POLICY } from "../core/policy.ts";
import { type Memo, memoPath, stampOf, withoutCounters } from "../fast-path.ts";
import { type Host, HostError, type Seconds, type Uptime } from "../host/port.ts";
import type { Evaluation, Observation } from "./observe.ts";
import { configPath, initScriptPath, statePath, timerPath } from "./paths.ts";
import type { Run } from "./run.ts";

/** Moves the timer where the next look is due sooner than it comes, and leaves a memo where nothing is due at all. */
export function prepareNext(run: Run): void {
  const { host, command, found } = run;
  const now = host.uptime();
  const { checkSeconds } = found.config;
  const due = Math.min(...found.evaluations.map((evaluation) => nextLook(run, evaluation, now)));
  // What is due at nearly the ordinary check can wait for it.
  const soon = due - now < checkSeconds * 0.9;
  const delay = soon ? Math.max(LEAST_DELAY_SECONDS, Math.ceil(due - now)) : checkSeconds;
  const text = host.readText(timerPath(host));
  const registered = Number.parseInt(text ?? "", 10);
  // A full disk may have emptied the file when it was written: nobody knows any more which delay is registered.
  const lost = text !== null && Number.isNaN(registered);
  // A few seconds less are not worth a call of procd.
  const sooner = lost || delay < registered - 5;
  // Only the timer's own run lengthens the delay: any other would start the waiting instance at once.
  const later = delay > registered && command.trigger === "timer";
  if (!sooner && !later && !(registered < checkSeconds)) remember(run, now, due);
  if (sooner || later) {
    const argv = [initScriptPath(host), "again", `${delay}`] as const;
    // Where it fails, the next look comes at the registered delay, and asks again.
    host.run({ argv, stdin: "", deadlineSeconds: 10, output: "bounded" });
  }
}

/** A run that ends sooner after its start is a crash to procd, which the init script does not let it count. */
const LEAST_DELAY_SECONDS = 10;

/**
 * Seconds until a service is looked at again, at the latest: when it is due, or when the timer comes if that was set before its
 * last attempt, as where the attempt's run was killed.
 */
export function untilNextLook({ decision, state }: Evaluation, { now, config, timer }: Observation): Seconds {
  const due = decision.kind === "rest" ? decision.until : now;
  const comes = (state.sentAt ?? 0) + timer;
  return Math.ceil(Math.min(Math.max(due, comes, now) - now, config.checkSeconds));
}

/** When to look at one service again: found by asking the plan what it would tell the timer, not by a second copy of its rules. */
function nextLook(
  { found }: Run,
  { service, state, detection, portFailed }: Evaluation,
  now: Uptime,
): Uptime {
  if (portFailed) return now + 60 * (POLICY.local.waits[0] ?? 5);
  const { checkSeconds } = found.config;
  const decision = plan(service, state, detection, { now, trigger: "timer", force: false, checkSeconds });
  return decision.kind === "rest" ? decision.until : now;
}

/** Leaves a memo where every service rests whatever woke us, and nothing is wrong. */
function remember(run: Run, now: Uptime, until: Uptime): void {
  const { host, found } = run;
  const { config, interfaces, evaluations } = found;
  if (typeof interfaces === "string" || config.logLevel === "debug" || config.problems.length > 0) return;
  // Any event would do: a service whose desired is to rest rests whatever woke us.
  const occasion = { now, trigger: "ifup", force: false, checkSeconds: config.checkSeconds } as const;
  for (const { service, state, detection, portFailed } of evaluations) {
    const decision = plan(service, state, detection, occasion);
    if (portFailed || decision.kind !== "rest" || decision.why !== "unchanged") return;
  }
  const paths = [
    configPath(host),
    timerPath(host),
    ...evaluations.map(({ service }) => statePath(host, service)),
  ];
  const files = Object.fromEntries(paths.map((path) => [path, stampOf(host, path)]));
  // A change of the configuration in this very run is for the next one to see.
  files[configPath(host)] = found.stamp;
  const last = Math.min(until, now + MOST_MEMO_SECONDS);
  const memo: Memo = { at: now, until: last, files, dump: withoutCounters(interfaces.dump) };
  leave(host, JSON.stringify(memo));
}

/** A memo is an inference; once a day the whole way is walked. */
const MOST_MEMO_SECONDS = 86_400;

/** Writes a memo, or in its place the trouble that no look gets past. */
export function leave(host: Host, text: string): void {
  try {
    host.writeText(memoPath(host), text);
  } catch (error) {
    // A memo saves work and nothing else: a full disk is told by what needs it.
    if (!(error instanceof HostError)) throw error;
  }
}
