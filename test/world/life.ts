// A life as data: what router, network and service are like, and all that befalls them.
import type { Family } from "../../src/shared/address.ts";

/** Milliseconds of true time since the life began: the world's own clock, which nobody in it can read. */
export type Moment = number;

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;
export const LIFE: Moment = 30 * DAY;
/** From here to the end nothing fails any more. */
export const QUIET_FROM: Moment = LIFE - 60 * HOUR;
/** The last day, in which nothing is left to be done. */
export const LAST_DAY: Moment = LIFE - DAY;
/** From here on every look counts. */
export const ASKED_FOR_SURE: Moment = LIFE - 6 * HOUR;

/** An address as netifd shows it; without lifetime it is static. */
export interface Shown {
  address: string;
  preferred?: number;
}

/** A line to the internet: its addresses, and the public one of a NAT between router and internet. */
export interface LineState {
  up: boolean;
  ipv4: readonly Shown[];
  ipv6: readonly Shown[];
  nat: string | null;
}

export type LineName = "wan" | "wanb";

/** By what a request reaches the service. */
export type Way = LineName | "tunnel";

/** A `service` section as its user wrote it. */
export interface Section {
  name: string;
  enabled: boolean;
  url: string;
  hostnames: readonly string[];
  secret: string;
  interface: LineName;
  family: Family | "dual";
  ipSource: "auto" | "network" | "web";
  httpClient: "auto" | "uclient-fetch" | "curl";
  /** Seconds. */
  force: number;
  /** A line of configuration that makes the section bad, or "". */
  mistake: string;
}

export const FAULTS = [
  ...["loss", "cut", "slow", "dns", "captive", "reset", "silent"],
  ...["throttle", "broken", "html", "refuse", "redirect", "odd", "down"],
  ...["full", "noproc", "crash", "uci", "ubus", "logger", "init", "fetcher"],
  // A VPN takes all that is bound to nothing, and netifd knows nothing of it: \`how\` is its exit.
  "tunnel",
] as const;
export type Fault =
  | ("loss" | "cut" | "slow" | "dns" | "captive" | "reset" | "silent")
  | ("throttle" | "broken" | "html" | "refuse" | "redirect" | "odd" | "down")
  | ("full" | "noproc" | "crash" | "uci" | "ubus" | "logger" | "init" | "fetcher")
  | "tunnel";

export type Event = { at: Moment } & (
  | { kind: "line"; line: LineName; becomes: LineState; hook: boolean }
  | { kind: "nudge"; line: LineName }
  /** From now on for a while, `share` of what can fail so does; `how` says in which way. */
  | { kind: "fault"; fault: Fault; until: Moment; share: number; how: string }
  | { kind: "reboot"; seconds: number }
  | { kind: "clock"; seconds: number }
  | { kind: "section"; index: number; change: Partial<Section>; reload: boolean }
  | { kind: "global"; enabled: boolean; checkSeconds: number; reload: boolean }
  /** The service's side: null = the record is gone. */
  | { kind: "record"; hostname: string; secret: string | null }
  | { kind: "person"; words: readonly string[] }
  | { kind: "damage"; file: string; text: string }
);

/** How the faults end: what the router is left with, and who tells it. */
export type Finale = "silence" | "reconnect" | "missed" | "during";

export interface Life {
  seed: number;
  /** The sample deployment as AWS published it, or the service of this repository. */
  service: "sample" | "ours";
  curl: boolean;
  /** Build of uclient-fetch; 2305 has no --header. "" = not installed. */
  uclient: "" | "2305" | "2410";
  mwan3: boolean;
  /** Whether the service's chain ends in one of Amazon's roots. */
  amazon: boolean;
  /** The wall clock after a boot: kept by a battery, or set by NTP this long after it. */
  clockAfter: number;
  /** For how long a new IPv6 address is checked for duplicates (RFC 4862), in milliseconds. */
  dadFor: Moment;
  checkSeconds: number;
  logLevel: "info" | "debug";
  sections: readonly Section[];
  wan: LineState;
  wanb: LineState | null;
  events: readonly Event[];
  finale: Finale;
  afterwards: LineState;
}
