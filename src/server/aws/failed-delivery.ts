// What an error of the SDK means for a change event that was not taken.

import type { Delivery } from "../deliver.ts";
import { detailOf, isRefusal } from "./errors.ts";

/** A refusal by AWS will be one again, and its tries need not be spread out. */
export function failedDelivery(service: string, error: unknown): Delivery {
  const retryAfterSeconds = isRefusal(error) ? 0 : 10;
  return { kind: "failed", detail: `${service}: ${detailOf(error)}`, retryAfterSeconds };
}
