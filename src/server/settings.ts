// The function's environment: the table's name, two limits and the length of histories. Nothing secret, and a bad value is named.
import type { Limits } from "./decide.ts";

export interface Settings {
  table: string;
  limits: Limits;
  /** Addresses of each family in a host's history; 0 keeps none. */
  historyLength: number;
  /** A drainer reads the table's stream: what Route 53 has no room for is queued. */
  hasQueue: boolean;
  /** For a zone in another account; null for one in the function's own. */
  zoneRole: ZoneRole | null;
}

export interface ZoneRole {
  arn: string;
  externalId: string;
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** The role in `env`, null without one, or a sentence that names the variable at fault. */
export function readZoneRole(env: Readonly<Record<string, string | undefined>>): ZoneRole | null | string {
  const arn = env["zone_role_arn"] ?? "";
  const externalId = env["zone_role_external_id"] ?? "";
  if (arn === "" && externalId === "") return null;
  if (arn === "") return "zone_role_arn is not set, but zone_role_external_id is";
  if (!ROLE_ARN.test(arn)) return "zone_role_arn is not the ARN of an IAM role";
  if (!EXTERNAL_ID.test(externalId))
    return "zone_role_external_id is not the external id that the role in zone_role_arn asks for: 2 to 1224 letters, digits or _+=,.@:/-";
  return { arn, externalId };
}

/** As aws/template.yaml has them. A router's calm time of 30 s lets it ask for four changes a minute, two of each family. */
export const DEFAULT_LIMITS: Limits = { refreshSeconds: 86_400, changesPerMinute: 6 };

export const DEFAULT_HISTORY_LENGTH = 16;

/** The settings in `env`, or a sentence that names the variable at fault. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings | string {
  const table = env["ddns_config_table"];
  if (!table) return "ddns_config_table is not set: it names the DynamoDB table with the hosts' records";
  const refreshSeconds = wholeNumber(env["refresh_seconds"], DEFAULT_LIMITS.refreshSeconds);
  if (refreshSeconds === null) return "refresh_seconds is not a whole number above 0";
  const changesPerMinute = wholeNumber(env["changes_per_minute"], DEFAULT_LIMITS.changesPerMinute);
  if (changesPerMinute === null) return "changes_per_minute is not a whole number above 0";
  const historyLength = wholeNumber(env["history_length"], DEFAULT_HISTORY_LENGTH, 0);
  if (historyLength === null || historyLength > 100)
    return "history_length is not a whole number from 0 to 100";
  const queue = env["queue"] || "off";
  if (queue !== "on" && queue !== "off") return 'queue is neither "on" nor "off"';
  const zoneRole = readZoneRole(env);
  if (typeof zoneRole === "string") return zoneRole;
  const limits = { refreshSeconds, changesPerMinute };
  return { table, limits, historyLength, hasQueue: queue === "on", zoneRole };
}

function wholeNumber(text: string | undefined, fallback: number, least = 1): number | null {
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? value : null;
}
