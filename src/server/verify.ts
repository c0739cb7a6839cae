// Whether a token proves knowledge of a host's secret. Unknown hosts cost exactly what known ones do:
// always two digests and two comparisons, each in constant time, and no early way out.
import { timingSafeEqual } from "node:crypto";
import { makeToken } from "../protocol/token.ts";
import type { RetiredSecret } from "./record.ts";

/** As long as a generated secret. Its token never counts, whatever the caller sends. */
const NOBODY = "-".repeat(32);

export interface Secrets {
  current: string;
  retired: RetiredSecret | null;
}

/** Does `token` (64 lower-case hex digits) belong to this address and name? `secrets` null: unknown host. */
export function tokenMatches(
  token: string,
  address: string,
  hostname: string,
  secrets: Secrets | null,
  nowSeconds: number,
): boolean {
  const retired = secrets?.retired ?? null;
  const isCurrent = equal(token, makeToken(address, hostname, secrets?.current ?? NOBODY));
  const isRetired = equal(token, makeToken(address, hostname, retired?.secret ?? NOBODY));
  if (secrets === null) return false;
  return isCurrent || (isRetired && retired !== null && nowSeconds < retired.untilSeconds);
}

function equal(token: string, expected: string): boolean {
  return token.length === expected.length && timingSafeEqual(Buffer.from(token), Buffer.from(expected));
}
