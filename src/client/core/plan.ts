// What to do for one service now: the pure heart. Wish first, then the waits that hold it back.
import type { Uptime } from "../host/port.ts";
import type { Detection } from "./detection.ts";
import { COOLDOWN_SECONDS, POLICY } from "./policy.ts";
import type { Decision, Occasion, Service, ServiceState } from "./types.ts";

/**
 * The decision for `service` on this occasion. "rest" tells when to look again: Infinity where only an event can
 * change anything. Called once more after an attempt, with trigger "timer", it tells when the next run is due.
 */
export function plan(
  service: Service,
  state: ServiceState,
  detection: Detection,
  occasion: Occasion,
): Decision {
  const desired = desiredAction(service, state, detection, occasion);
  if (desired.kind === "rest") return desired;
  const { now } = occasion;
  const nextAsk = (state.sentAt ?? 0) + occasion.checkSeconds;
  // A question that was answered is asked again at the next check; an event asks at once. One that came in the cooldown
  // was held back, but it is not lost: the timer's run sees another address than at the last attempt.
  const answered = desired.kind === "ask" && state.published !== null && !state.inDoubt && !state.lastFailure;
  const idle = answered && occasion.trigger === "timer" && !addressChanged(state, detection);
  if (idle && now < nextAsk) return { kind: "rest", until: nextAsk, why: "unchanged" };
  const cooldown = state.sentAt === null ? 0 : state.sentAt + COOLDOWN_SECONDS;
  const until = Math.max(cooldown, waitOver(state, detection, occasion) ? 0 : state.notBefore);
  if (now < until) return { kind: "rest", until, why: until === cooldown ? "cooldown" : "waiting" };
  return desired;
}

/** Until a tentative address is looked at again by the timer; the run that finds it waits for it a few seconds by itself. */
const TENTATIVE_SECONDS = 60;

/** What would be done were there no waits. */
function desiredAction(
  service: Service,
  state: ServiceState,
  detection: Detection,
  occasion: Occasion,
): Decision {
  const rest = (why: Rest["why"], until: Uptime = Number.POSITIVE_INFINITY): Rest => ({
    kind: "rest",
    until,
    why,
  });
  if (detection.kind === "down") return rest("down");
  if (detection.kind === "tentative") return rest("tentative", occasion.now + TENTATIVE_SECONDS);
  const due = service.forceSeconds > 0 ? state.publishedAt + service.forceSeconds : Number.POSITIVE_INFINITY;
  const known = state.inDoubt ? null : state.published;
  const unless = occasion.force || occasion.now >= due ? null : known;
  const refresh = occasion.force || (state.published !== null && occasion.now >= due);
  const question = questionFor(service, state, detection);
  if (question) {
    // The answer might speak of another line.
    if (detection.egress?.kind === "none") return rest("egress");
    return { kind: "ask", why: question, unless, refresh };
  }
  if (detection.kind !== "publishable") return rest("address" in detection ? "unfit" : "down");
  const { address } = detection;
  return address.text === unless
    ? rest("unchanged", due)
    : { kind: "send", address, why: reason(state, address.text), refresh };
}

type Rest = Extract<Decision, { kind: "rest" }>;

/** Why only the service can tell the public address, or null where the router can or nobody shall ask. */
function questionFor(service: Service, state: ServiceState, detection: Detection) {
  if (service.ipSource === "web") return "web";
  if (service.ipSource === "network") return null;
  if (detection.kind === "private") return "private";
  return detection.kind === "publishable" && state.behindNat ? "behind-nat" : null;
}

function reason(state: ServiceState, address: string) {
  if (state.inDoubt || (state.lastFailure !== null && state.detected === address)) return "retry";
  if (state.published === null) return "first";
  return state.published === address ? "forced" : "changed";
}

/** Whether the wait after the last failure is over or skipped by what woke us. */
function waitOver(state: ServiceState, detection: Detection, occasion: Occasion): boolean {
  return !state.lastFailure || occasion.now >= state.notBefore || skipsWait(state, detection, occasion);
}

/** Whether what woke us, or another address, cuts the wait after the last failure short. */
function skipsWait(state: ServiceState, detection: Detection, { trigger }: Occasion): boolean {
  if (!state.lastFailure) return false;
  const { skippedBy } = POLICY[state.lastFailure.kind];
  return skippedBy.includes(trigger) || (addressChanged(state, detection) && skippedBy.includes("address"));
}

/**
 * The state after a look that sends nothing, because of the cooldown or for want of an address, say: a wait that its occasion
 * skips is over for good, and so the next look that could send something does not wait after all.
 */
export function clearSkippedWait(
  state: ServiceState,
  detection: Detection,
  occasion: Occasion,
): ServiceState {
  const skipped = state.notBefore > occasion.now && skipsWait(state, detection, occasion);
  return skipped ? { ...state, notBefore: 0 } : state;
}

/** Whether the router shows an address that it did not show at the last attempt. */
export function addressChanged(state: ServiceState, detection: Detection): boolean {
  const shown = detectedText(detection);
  return shown !== null && shown !== state.detected;
}

/** The address that the router shows of itself, fit or not. */
export function detectedText(detection: Detection): string | null {
  return "address" in detection ? detection.address.text : null;
}
