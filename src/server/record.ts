// A host's configuration record: the JSON in `data`, in the sample's form and in the older one of its article.
// Refuses what has no zone, no usable TTL or no secret, and says which; members it does not know are ignored.
import { parseObject } from "../protocol/messages.ts";

export interface HostRecord {
  zoneId: string;
  ttlSeconds: number;
  secret: string;
}

/** A secret that a rotation put aside, good until `untilSeconds` (Unix time). */
export interface RetiredSecret {
  secret: string;
  untilSeconds: number;
}

/** The record in `data`, or a sentence for the log that names the fault (never the secret). */
export function decodeRecord(data: string | null): HostRecord | string {
  if (data === null) return "attribute data is missing or not a string";
  const members = parseObject(data);
  if (!members) return "attribute data is not a JSON object";
  const zoneId = zoneIdIn(members["route_53_zone_id"]);
  if (zoneId === null) return "route_53_zone_id is not a hosted zone id";
  const ttlSeconds = ttlIn(members["route_53_record_ttl"]);
  if (ttlSeconds === null) return "route_53_record_ttl is not a whole number of seconds";
  const secret = members["shared_secret"];
  if (typeof secret !== "string" || secret === "") return "shared_secret is missing or not a string";
  return { zoneId, ttlSeconds, secret };
}

/** `data` for a new record, in the form that the sample's own tools read too. */
export function encodeRecord({ zoneId, ttlSeconds, secret }: HostRecord): string {
  return JSON.stringify({
    route_53_zone_id: zoneId,
    route_53_record_ttl: ttlSeconds,
    shared_secret: secret,
  });
}

/** The retired secret in its attribute, or null: a damaged one is worth no more than none. */
export function decodeRetired(text: string | null): RetiredSecret | null {
  const members = text === null ? null : parseObject(text);
  const secret = members?.["shared_secret"];
  const untilSeconds = members?.["valid_until"];
  if (typeof secret !== "string" || secret === "" || typeof untilSeconds !== "number") return null;
  return { secret, untilSeconds };
}

/** The text that decodeRetired reads. */
export function encodeRetired({ secret, untilSeconds }: RetiredSecret): string {
  return JSON.stringify({ shared_secret: secret, valid_until: untilSeconds });
}

const ZONE_ID = new RegExp("^(?:/hostedzone/)?([A-Z0-9]{1,32})$");

function zoneIdIn(value: unknown): string | null {
  return typeof value === "string" ? (ZONE_ID.exec(value)?.[1] ?? null) : null;
}

/** Route 53 takes 0 to 2^31-1. The console writes numbers as text where a person quotes them. */
function ttlIn(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const fits = typeof number === "number" && Number.isInteger(number) && number >= 0 && number < 2 ** 31;
  return fits ? number : null;
}
