// From a batch of the table's stream to the names that are queued by it. Pure.
// An image holds the host's secrets: nothing of it goes further than names, addresses and sequence numbers.
import type { Family } from "../shared/address.ts";
import { STATE_ATTRIBUTES } from "./attributes.ts";
import { sequenceOf } from "./events.ts";
import { decodeState, QUEUED_PREFIX } from "./state.ts";

export interface Queued {
  hostname: string;
  family: Family;
  /** The address that was queued; the table may have another one by now. */
  address: string;
  /** Of the first record that told of it: where Lambda is to begin again. */
  sequence: string;
}

/** The queued names of a stream event, in order, each once. Everything else in it passes silently. */
export function queuedIn(event: unknown): Queued[] {
  const records = member(event, "Records");
  const found = new Map<string, Queued>();
  for (const record of Array.isArray(records) ? records : []) {
    const change = member(record, "dynamodb");
    const hostname = textIn(member(change, "Keys"), "hostname");
    const sequence = sequenceOf(record);
    for (const family of ["ipv4", "ipv6"] as const) {
      const text = textIn(member(change, "NewImage"), STATE_ATTRIBUTES[family]);
      const state = text?.startsWith(QUEUED_PREFIX) ? decodeState(text) : null;
      if (!state || hostname === null || sequence === "") continue;
      const key = `${family} ${hostname}`;
      const first = found.get(key)?.sequence ?? sequence;
      found.set(key, { hostname, family, address: state.address, sequence: first });
    }
  }
  return [...found.values()];
}

function textIn(image: unknown, name: string): string | null {
  const text = member(member(image, name), "S");
  return typeof text === "string" ? text : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
