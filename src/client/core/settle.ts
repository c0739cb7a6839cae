// What to remember before an attempt and after it. Two things more are noted elsewhere: what send.ts learns of the way (it
// comes in with `before`), and the stamp of the configuration (renew in attempt.ts).
import type { Uptime } from "../host/port.ts";
import type { Detection } from "./detection.ts";
import { addressChanged, detectedText } from "./plan.ts";
import { waitSeconds } from "./policy.ts";
import { freshState } from "./state.ts";
import type { Outcome, ServiceState } from "./types.ts";

/**
 * The state to save before a byte leaves: from now on nobody may take the published address for certain. Trouble with
 * another address than the one that is shown is over: were this attempt killed, that address might come back and wait.
 */
export function mark(state: ServiceState, now: Uptime, detection: Detection): ServiceState {
  const lastFailure = addressChanged(state, detection) ? null : state.lastFailure;
  return { ...state, sentAt: now, inDoubt: true, lastFailure };
}

/** The frame of an attempt: what the router showed, when it began and ended, and a random number from 0 to 1. */
export interface Attempt {
  detection: Detection;
  beganAt: Uptime;
  endedAt: Uptime;
  random: number;
}

/**
 * The state after an attempt that found `before`: as it was before the mark, with what was learned of the way since. What is
 * published changes only by an acknowledged answer.
 */
export function settle(before: ServiceState, outcome: Outcome, attempt: Attempt): ServiceState {
  const { detection, beganAt } = attempt;
  const shown = detectedText(detection);
  const seen = { detected: shown, device: detection.device };
  // A dump that failed says nothing about the line.
  const common = { ...before, ...(detection.kind === "unknown" ? {} : seen), sentAt: beganAt };
  if (outcome.kind === "failed") {
    const { failure } = outcome;
    // Another address is another errand: its first failure is followed by the shortest wait.
    const failures = common.detected === before.detected ? before.failures + 1 : 1;
    const notBefore = attempt.endedAt + waitSeconds(failure, failures, attempt.random);
    return {
      ...common,
      failures,
      lastFailure: failure,
      notBefore,
      inDoubt: before.inDoubt || outcome.inDoubt,
    };
  }
  const { address: published, behindNat } = outcome;
  const publishedAt = outcome.kind === "published" ? attempt.endedAt : before.publishedAt;
  // The service saw another address of ours: that one is shown from now on, and ours is not tried each time.
  const passedOver = detection.kind !== "publishable" || behindNat || published === shown ? null : shown;
  const kept = published === before.published ? before.passedOver : null;
  return {
    ...common,
    ...(passedOver === null ? {} : { detected: published }),
    passedOver: passedOver ?? kept,
    published,
    publishedAt,
    behindNat,
    inDoubt: false,
    failures: 0,
    lastFailure: null,
    notBefore: 0,
  };
}

/** A changed section starts fresh, but for the cooldown, which holds through every change, and what the hooks know. */
export function restart(before: ServiceState, stamp: string, fingerprint: string): ServiceState {
  const { hookAddress, hookFailed } = before;
  return { ...freshState(), sentAt: before.sentAt, hookAddress, hookFailed, stamp, fingerprint };
}
