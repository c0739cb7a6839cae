// What a request ends with, and the ends that have one wording wherever they are met.
// A caller never hears what AWS said: that is for the log.
import type { Address } from "../shared/address.ts";
import { printable } from "../shared/text.ts";
import type { Trouble } from "./ports.ts";

export interface Outcome {
  status: number;
  message: string;
  retryAfterSeconds?: number;
  /** The verdict's short name, for the log. */
  verdict: string;
  /** For the log only: what went wrong, in the words of whoever noticed. */
  fault?: string;
}

/** What throttling is answered with. The router spreads its own waits on top. */
export const BUSY_SECONDS = 60;

/** The zone holds the address already. */
export function unchanged(hostname: string, caller: Address): Outcome {
  return { status: 200, message: `${hostname} already points to ${caller.text}`, verdict: "same" };
}

/** A refresh is answered like a set that changed nothing: for the router nothing did. */
export function published(why: string, hostname: string, caller: Address): Outcome {
  if (why === "refresh") return { ...unchanged(hostname, caller), verdict: why };
  return { status: 201, message: `${hostname} has been updated to ${caller.text}`, verdict: why };
}

export function inProgress(retryAfterSeconds: number): Outcome {
  const message = "Another update of this name is under way; try again later.";
  return { status: 503, message, retryAfterSeconds, verdict: "held" };
}

/** Not a success: 201 and 200 mean that the zone holds the address. */
export function queued(retryAfterSeconds: number): Outcome {
  const message = "The update waits its turn; ask again later.";
  return { status: 503, message, retryAfterSeconds, verdict: "queued" };
}

/** Said to whoever knows the secret, and to nobody else. */
export function disabled(hostname: string, reason: string): Outcome {
  const message = `${hostname} is disabled: ${printable(reason, 200)}`;
  return { status: 403, message, verdict: "disabled" };
}

export function busy(where: string, retryAfterSeconds: number): Outcome {
  return {
    status: 503,
    message: "The service is busy; try again later.",
    retryAfterSeconds,
    verdict: `busy-${where}`,
  };
}

export function broken(where: string, fault: string): Outcome {
  const message = "The service cannot handle this name; its operator finds the reason in the log.";
  return { status: 500, message, verdict: `broken-${where}`, fault };
}

export function portFailure(trouble: Trouble, where: string): Outcome {
  if (trouble.kind === "failed") return broken(where, trouble.detail);
  return { ...busy(where, BUSY_SECONDS), fault: trouble.detail };
}
