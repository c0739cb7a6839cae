// The last addresses of one family, newest first, as the JSON text of an attribute: [["176.32.100.36",1800000000],…].
// Pure. A text that cannot be read is no history; the next change begins a new one.

import { parseObject } from "../protocol/messages.ts";
import { parseAddress } from "../shared/address.ts";

export interface HistoryEntry {
  address: string;
  /** Unix time from which on the zone held it. */
  sinceSeconds: number;
}

/** The entries in an attribute's text; none where there is no text, or a damaged one. */
export function decodeHistory(text: string | null): HistoryEntry[] {
  // parseObject, which does not throw, takes objects only.
  const list = text === null ? null : parseObject(`{"list":${text}}`)?.["list"];
  if (!Array.isArray(list)) return [];
  const entries = list.map(entryOf);
  return entries.every((entry) => entry !== null) ? entries : [];
}

/** The text that decodeHistory reads. Pairs, not objects: an item of 1 KB costs half of one of 1.1 KB to write. */
export function encodeHistory(entries: readonly HistoryEntry[]): string {
  return JSON.stringify(entries.map(({ address, sinceSeconds }) => [address, sinceSeconds]));
}

/**
 * The attribute's text after `address` was confirmed: the same text for an address that is the newest already,
 * null where no history is kept (`length` 0).
 */
export function nextHistory(
  text: string | null,
  address: string,
  sinceSeconds: number,
  length: number,
): string | null {
  if (length === 0) return null;
  const entries = decodeHistory(text);
  const all = entries[0]?.address === address ? entries : [{ address, sinceSeconds }, ...entries];
  return encodeHistory(all.slice(0, length));
}

function entryOf(value: unknown): HistoryEntry | null {
  if (!Array.isArray(value)) return null;
  const [text, sinceSeconds] = value as unknown[];
  const address = typeof text === "string" ? parseAddress(text) : null;
  if (!address || typeof sinceSeconds !== "number" || !Number.isFinite(sinceSeconds)) return null;
  return { address: address.text, sinceSeconds };
}
