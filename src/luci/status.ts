// What `lambda-ddns status --json` and `lambda-ddns config` print, read without trusting a member of it.

/** One name of one family; times in seconds, `…At` of router uptime. */
export interface ServiceStatus {
  id: string;
  section: string;
  hostname: string;
  family: string;
  interface: string;
  state: string;
  published: string | null;
  publishedAt: number | null;
  address: string | null;
  attemptedAt: number | null;
  inDoubt: boolean;
  behindNat: boolean;
  /** False where a code waits to be used. */
  enrolled: boolean;
  trouble: { kind: string; detail: string; requestId: string | null } | null;
  nextLookIn: number;
  nextAttemptIn: number | null;
}

export interface Problem {
  severity: "error" | "warning";
  section: string;
  option: string;
  message: string;
}

export interface Status {
  version: string;
  uptime: number;
  enabled: boolean;
  started: boolean;
  services: ServiceStatus[];
  problems: Problem[];
  /** Sections that are switched off. */
  disabled: string[];
}

/** A section of the configuration as `lambda-ddns config` prints it. */
export interface Section {
  type: string;
  name: string;
  options: Readonly<Record<string, readonly string[]>>;
  /** Options that are set and whose values are not shown. */
  hidden: readonly string[];
}

type Members = Record<string, unknown>;

/** The status in `text`, or null when it is none: cut, or of a version whose form is another one. */
export function parseStatus(text: string): Status | null {
  const found = parseMembers(text);
  if (!found || !Array.isArray(found["services"]) || typeof found["uptime"] !== "number") return null;
  return {
    version: str(found["version"]),
    uptime: found["uptime"],
    enabled: found["enabled"] !== false,
    started: found["started"] !== false,
    services: objects(found["services"]).map(parseService),
    problems: objects(found["problems"]).map((one) => ({
      severity: one["severity"] === "warning" ? "warning" : "error",
      section: str(one["section"]),
      option: str(one["option"]),
      message: str(one["message"]),
    })),
    disabled: strings(found["disabled"]),
  };
}

/** The sections in `text`, or null when it holds none. */
export function parseConfig(text: string): Section[] | null {
  const found = parseMembers(text);
  if (!found || !Array.isArray(found["sections"])) return null;
  return objects(found["sections"]).map((one) => {
    const options: Record<string, string[]> = {};
    for (const [name, values] of Object.entries(members(one["options"]))) options[name] = strings(values);
    return { type: str(one["type"]), name: str(one["name"]), options, hidden: strings(one["hidden"]) };
  });
}

function parseService(one: Members): ServiceStatus {
  const error = one["last_error"] ? members(one["last_error"]) : null;
  return {
    id: str(one["id"]),
    section: str(one["section"]),
    hostname: str(one["hostname"]),
    family: str(one["family"]),
    interface: str(one["interface"]),
    state: str(one["state"]),
    published: text(one["published"]),
    publishedAt: num(one["published_at"]),
    address: text(one["address"]),
    attemptedAt: num(one["attempted_at"]),
    inDoubt: one["in_doubt"] === true,
    behindNat: one["behind_nat"] === true,
    enrolled: one["enrolled"] !== false,
    trouble: error && {
      kind: str(error["kind"]),
      detail: str(error["detail"]),
      requestId: text(error["request_id"]),
    },
    nextLookIn: num(one["next_look_in"]) ?? 0,
    nextAttemptIn: num(one["next_attempt_in"]),
  };
}

function parseMembers(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function objects(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(members) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(str) : [];
}

function str(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function num(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
