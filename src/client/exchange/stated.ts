// What is particular about an address that is stated, as that of a machine behind the router: the request, and what a refusal means.
// Parsed only where a section has such a machine.
import { encodeStatedSet, makeStatedToken, type StatedAddress } from "../../protocol/stated.ts";
import type { Failure } from "../core/types.ts";

/** The body of a set that states its address. `refresh`: the zone shall be written although nothing has changed. */
export function encodeStated(
  hostname: string,
  stated: StatedAddress,
  secret: string,
  refresh: boolean,
): string {
  return encodeStatedSet(hostname, stated, makeStatedToken(hostname, stated, secret), refresh);
}

/** `failure`, the answer `status` to a stated address, in words that say what to do. */
export function statedFailure(address: string, status: number, failure: Failure): Failure {
  // Of a request of ours only the time can be wrong, which the next good clock mends.
  if (status === 400) {
    const said = failure.detail.slice(failure.detail.indexOf("(400)"));
    return { ...failure, kind: "untrusted", detail: `the service does not take ${address} now ${said}` };
  }
  if (status !== 401) return failure;
  const detail = `the service refuses the token for ${address} (401): secret or hostname differ from its record, or it is a deployment of AWS's sample, which takes no addresses of machines behind the router`;
  return { ...failure, kind: "refused", detail };
}
