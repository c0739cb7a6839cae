// The function's environment: the table's name and two limits. Nothing secret, and a bad value is named.
import type { Limits } from "./decide.ts";

export interface Settings {
  table: string;
  limits: Limits;
}

/** As aws/template.yaml has them. A router's calm time of 30 s lets it ask for four changes a minute, two of each family. */
export const DEFAULT_LIMITS: Limits = { refreshSeconds: 86_400, changesPerMinute: 6 };

/** The settings in `env`, or a sentence that names the variable at fault. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings | string {
  const table = env["ddns_config_table"];
  if (!table) return "ddns_config_table is not set: it names the DynamoDB table with the hosts' records";
  const refreshSeconds = wholeNumber(env["refresh_seconds"], DEFAULT_LIMITS.refreshSeconds);
  if (refreshSeconds === null) return "refresh_seconds is not a whole number above 0";
  const changesPerMinute = wholeNumber(env["changes_per_minute"], DEFAULT_LIMITS.changesPerMinute);
  if (changesPerMinute === null) return "changes_per_minute is not a whole number above 0";
  return { table, limits: { refreshSeconds, changesPerMinute } };
}

function wholeNumber(text: string | undefined, fallback: number): number | null {
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : null;
}
