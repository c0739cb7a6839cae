// The table's attributes that are ours, beside the sample's key `hostname` and its `data`, which it alone reads.
import type { Family } from "../shared/address.ts";

/** What is published (state.ts). */
export const STATE_ATTRIBUTES: Readonly<Record<Family, string>> = { ipv4: "a_state", ipv6: "aaaa_state" };
/** The last addresses (history.ts). */
export const HISTORY_ATTRIBUTES: Readonly<Record<Family, string>> = {
  ipv4: "a_history",
  ipv6: "aaaa_history",
};
/** A secret that a rotation put aside (record.ts). */
export const RETIRED_ATTRIBUTE = "retired_secret";
/** The code that a router may enrol with (enroll.ts). */
export const ENROLMENT_ATTRIBUTE = "enrol";
/** The reason why a host may not update, in the operator's words; missing on every other host. */
export const DISABLED_ATTRIBUTE = "disabled";
/** "true" on a host that may name an address that its request does not come from (stated.ts). */
export const STATED_ATTRIBUTE = "stated";
/** Who to ask about the router, in the operator's words. */
export const OWNER_ATTRIBUTE = "owner";
/** "true" where the watch has nothing to tell. */
export const UNWATCHED_ATTRIBUTE = "unwatched";
/** Unix time at which `add` made the host, as text. */
export const ADDED_ATTRIBUTE = "added";
/** What the watch told the operator (told.ts). */
export const TOLD_ATTRIBUTE = "told";
