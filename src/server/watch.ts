// The daily watch: looks at every host once, and tells the operator in one digest what changed class.
// Mark, tell, confirm: a host whose mark another run holds is left to it, and whoever finds an old mark tells again. So a
// change is told once, except by a run that dies between telling and confirming: its changes are told twice, never not at all.
import type { Family } from "../shared/address.ts";
import { type Digest, digestOf } from "./digest.ts";
import { healthOf, LATE_SECONDS } from "./health.ts";
import type { Trouble } from "./ports.ts";
import { decodeState } from "./state.ts";
import { type Change, nextStep } from "./told.ts";

/** What the watch reads of a host: no secret among it. Texts as stored, null where there is none. */
export interface WatchedHost {
  hostname: string;
  states: Readonly<Record<Family, string | null>>;
  told: string | null;
  owner: string | null;
  /** Unix time, null for a host that the sample's tools made. */
  addedSeconds: number | null;
  /** The operator does not want to be told: switched off for this host, or the host is disabled. */
  isUnwatched: boolean;
}

export interface WatchPorts {
  /** Every host. Throws where the table cannot be read: the run then fails as a whole and is repeated. */
  hosts(): AsyncIterable<WatchedHost>;
  /** Replaces what was told (null: removes it), only if it is still `seen`. */
  swapTold(
    hostname: string,
    seen: string | null,
    next: string | null,
  ): Promise<{ kind: "done" } | { kind: "lost" } | Trouble>;
  tell(digest: Digest): Promise<{ kind: "done" } | Trouble>;
  /** Unix time in milliseconds. */
  now(): number;
  newWriteId(): string;
}

export interface WatchResult {
  hosts: number;
  told: number;
  digest: Digest | null;
  /** What went wrong, for the log; the run is to be repeated. */
  fault: string | null;
}

interface Claim {
  change: { hostname: string; changes: Change[] };
  seen: string | null;
  mark: string;
  done: string | null;
}

/** Table writes that are under way at one time. */
const AT_ONCE = 20;

/** One run. `dryRun` tells and writes nothing: the digest is what a run now would tell. */
export async function runWatch(ports: WatchPorts, dryRun = false): Promise<WatchResult> {
  const nowSeconds = Math.floor(ports.now() / 1000);
  const run = { id: ports.newWriteId(), nowSeconds };
  const claims: Claim[] = [];
  const forgotten: { hostname: string; seen: string }[] = [];
  let hosts = 0;
  for await (const host of ports.hosts()) {
    hosts++;
    const step = nextStep(host.told, healthToTell(host, nowSeconds), run);
    if (step.kind === "forget" && host.told !== null)
      forgotten.push({ hostname: host.hostname, seen: host.told });
    if (step.kind === "tell") {
      const { hostname, owner } = host;
      const changes = step.changes.map((change) => ({ ...change, hostname, owner }));
      claims.push({ change: { hostname, changes }, seen: host.told, mark: step.mark, done: step.done });
    }
  }
  if (dryRun) return { hosts, told: 0, digest: digestOf(changesOf(claims), nowSeconds), fault: null };
  await inParallel(forgotten, ({ hostname, seen }) => ports.swapTold(hostname, seen, null));
  return { hosts, ...(await tellClaims(ports, claims, nowSeconds)) };
}

/** Marks what it tells, tells it, and confirms; gives the marks back where telling failed. */
async function tellClaims(ports: WatchPorts, claims: readonly Claim[], nowSeconds: number) {
  const marked = await inParallel(claims, ({ change, seen, mark }) =>
    ports.swapTold(change.hostname, seen, mark),
  );
  const ours = claims.filter((_, index) => marked[index]?.kind === "done");
  const markFault = marked.map(faultOf).find((fault) => fault !== null) ?? null;
  const digest = digestOf(changesOf(ours), nowSeconds);
  if (digest === null) return { told: 0, digest, fault: markFault };
  const told = await ports.tell(digest);
  const isTold = told.kind === "done";
  await inParallel(ours, ({ change, seen, mark, done }) =>
    ports.swapTold(change.hostname, mark, isTold ? done : seen),
  );
  return { told: isTold ? changesOf(ours).length : 0, digest, fault: faultOf(told) ?? markFault };
}

/** The host's health as far as somebody wants to be told; a new host has as long to come as any other. */
function healthToTell(host: WatchedHost, nowSeconds: number) {
  if (host.isUnwatched) return null;
  const states = { ipv4: decodeState(host.states.ipv4), ipv6: decodeState(host.states.ipv6) };
  const health = healthOf(states, nowSeconds);
  const isNew = host.addedSeconds !== null && nowSeconds - host.addedSeconds < LATE_SECONDS;
  return isNew && health[0].class === "never" ? [] : health;
}

function changesOf(claims: readonly Claim[]): Change[] {
  return claims
    .flatMap(({ change }) => change.changes)
    .sort((a, b) => (a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : 0));
}

function faultOf(result: { kind: "done" } | { kind: "lost" } | Trouble | undefined): string | null {
  return result && "detail" in result ? result.detail : null;
}

/** The results of `work` in the order of `items`, a few at a time. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
