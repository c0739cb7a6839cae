// Change events: from a record of the table's stream to the message "this name has a new address".
// Pure. A stream image holds everything of a host, its secrets too; a message is built of parsed members alone, so that
// nothing else can leave: names, addresses, a UUID, a time and a number.
import { type Family, parseAddress } from "../shared/address.ts";
import { STATE_ATTRIBUTES } from "./attributes.ts";
import { decodeState, type FamilyState } from "./state.ts";

/** What a target receives. The members are a promise: see docs/events.md. */
export interface ChangeMessage {
  /** Of the zone write: whoever gets the same id twice got the same change twice. */
  id: string;
  type: "published";
  host: string;
  family: Family;
  address: string;
  /** The address before, or null for the first one. */
  was: string | null;
  /** When the change was made, such as 2027-01-15T08:00:00Z. */
  at: string;
  /** Grows with every change of a host; a decimal number of up to 40 digits. */
  sequence: string;
}

/** The messages of one stream record: one for each family that was confirmed with another address by it. */
export function messagesOf(record: unknown): ChangeMessage[] {
  const change = member(record, "dynamodb");
  const host = textIn(member(change, "Keys"), "hostname");
  const sequence = member(change, "SequenceNumber");
  if (host === null || !HOST.test(host)) return [];
  if (typeof sequence !== "string" || !SEQUENCE.test(sequence)) return [];
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const before = textIn(member(change, "OldImage"), STATE_ATTRIBUTES[family]);
    const after = textIn(member(change, "NewImage"), STATE_ATTRIBUTES[family]);
    const state = before === after ? null : decodeState(after);
    const message = state && messageOf(host, family, state, sequence);
    return message ? [message] : [];
  });
}

/** Names as the function takes them (http.ts). */
const HOST = /^[!-~]{1,254}$/;
const SEQUENCE = /^\d{1,40}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Null for what is no change: a mark, a refresh, an address written again after a crash. */
function messageOf(host: string, family: Family, state: FamilyState, sequence: string): ChangeMessage | null {
  if (state.phase !== "confirmed") return null;
  const address = addressIn(state.address, family);
  const was = state.was === null ? null : addressIn(state.was, family);
  if (address === null || address === was || !UUID.test(state.writer)) return null;
  const at = new Date(state.atSeconds * 1000);
  if (Number.isNaN(at.getTime())) return null;
  return {
    id: state.writer,
    type: "published",
    host,
    family,
    address,
    was,
    at: `${at.toISOString().slice(0, 19)}Z`,
    sequence,
  };
}

/** The one spelling of an address of this family, or null. */
function addressIn(text: string, family: Family): string | null {
  const address = parseAddress(text);
  return address?.family === family ? address.text : null;
}

/** The sequence number of a stream record, by which Lambda is told where to begin again; "" where it has none. */
export function sequenceOf(record: unknown): string {
  const sequence = member(member(record, "dynamodb"), "SequenceNumber");
  return typeof sequence === "string" ? sequence : "";
}

/** A string attribute of an image. */
function textIn(image: unknown, name: string): string | null {
  const text = member(member(image, name), "S");
  return typeof text === "string" ? text : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
