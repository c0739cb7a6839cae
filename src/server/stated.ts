// The rules for stated addresses (token 2): which record takes them, and at which times, so that none can be replayed.
import type { StatedAddress } from "../protocol/stated.ts";
import { type Address, parseAddress } from "../shared/address.ts";
import { unfit } from "./decide.ts";
import type { Outcome } from "./outcome.ts";
import type { FamilyState } from "./state.ts";

/** How far the router's clock may be from ours, either way. */
export const CLOCK_SECONDS = 300;

/** The address that is stated, or why it is none that can be published. One spelling only: the token is made over it. */
export function statedAddress({ address: text }: StatedAddress): Address | Outcome {
  const address = parseAddress(text);
  if (!address) return refused(400, "ddns_address is not an IP address.", "unfit");
  if (address.text !== text) return refused(400, `ddns_address must be spelled ${address.text}.`, "unfit");
  const problem = unfit(address);
  return problem === null ? address : refused(400, problem, "unfit");
}

/** Why a stated address with the right token is not taken at `nowSeconds`, or null: it is. */
export function statedProblem(
  hostname: string,
  { timeSeconds }: StatedAddress,
  isAllowed: boolean,
  state: FamilyState | null,
  nowSeconds: number,
): Outcome | null {
  if (!isAllowed) {
    const message = `${hostname} may not state an address; its operator allows it with \`lambda-ddns-admin set ${hostname} --stated\`.`;
    return refused(403, message, "not-stated");
  }
  const times = `ddns_time is ${timeSeconds}, the service's time is ${nowSeconds}.`;
  if (Math.abs(nowSeconds - timeSeconds) > CLOCK_SECONDS) {
    return refused(400, `The clock is off: ${times}`, "clock");
  }
  if (timeSeconds > (state?.statedSeconds ?? 0)) return null;
  return refused(400, `A later address was stated already: ${times}`, "replayed");
}

function refused(status: number, message: string, verdict: string): Outcome {
  return { status, message, verdict };
}
