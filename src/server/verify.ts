// Whether a token proves knowledge of a host's secret. Unknown hosts cost exactly what known ones do:
// always two digests and two comparisons, each in constant time, and no early way out.
import { timingSafeEqual } from "node:crypto";
import { CODE_LENGTH } from "../protocol/code.ts";
import { makeProof } from "../protocol/enroll.ts";
import { makeStatedToken, type StatedAddress } from "../protocol/stated.ts";
import { makeToken } from "../protocol/token.ts";
import type { RetiredSecret } from "./record.ts";

/** As long as a generated secret. Its token never counts, whatever the caller sends. */
const NOBODY = "-".repeat(32);

export interface Secrets {
  current: string;
  retired: RetiredSecret | null;
}

/**
 * Which secret `token` (64 lower-case hex digits) belongs to, for this name and this address: the caller's, or one that
 * it states. `secrets` null: unknown host.
 */
export function tokenMatches(
  token: string,
  address: string | StatedAddress,
  hostname: string,
  secrets: Secrets | null,
  nowSeconds: number,
): "current" | "retired" | null {
  const retired = secrets?.retired ?? null;
  const expected = (secret: string) =>
    typeof address === "string"
      ? makeToken(address, hostname, secret)
      : makeStatedToken(hostname, address, secret);
  const isCurrent = equal(token, expected(secrets?.current ?? NOBODY));
  const isRetired = equal(token, expected(retired?.secret ?? NOBODY));
  if (secrets === null) return null;
  if (isCurrent) return "current";
  return isRetired && retired !== null && nowSeconds < retired.untilSeconds ? "retired" : null;
}

/** Does `proof` belong to this address, name, nonce and code? `code` null: there is none to enrol by, at the same cost. */
export function proofMatches(
  proof: string,
  address: string,
  hostname: string,
  nonce: string,
  code: string | null,
): boolean {
  const isRight = equal(proof, makeProof(address, hostname, nonce, code ?? NOBODY.slice(0, CODE_LENGTH)));
  return code !== null && isRight;
}

function equal(token: string, expected: string): boolean {
  return token.length === expected.length && timingSafeEqual(Buffer.from(token), Buffer.from(expected));
}
