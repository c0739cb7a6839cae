// The client's nouns. Data only: every decision and outcome can be printed, compared and replayed.
import type { Address, Family } from "../../shared/address.ts";
import type { Level, Seconds, Uptime } from "../host/port.ts";
import type { Detection } from "./detection.ts";

export type Trigger = "boot" | "reload" | "ifup" | "clock" | "timer" | "manual";
export type IpSource = "auto" | "network" | "web";
export type HttpClient = "auto" | "uclient-fetch" | "curl";

/** One name of one family; a dual-stack section or several hostnames become several services. */
export interface Service {
  /** `section:hostname:family`; names the state file and is what `status --json` prints. */
  id: string;
  section: string;
  url: string;
  hostname: string;
  /** "" where the section has a code, by which the router enrols first. */
  secret: string;
  /** As normalizeCode spells it; "" where there is a secret. */
  code: string;
  /** Of an enrolment: what the code's secret is made of besides. */
  nonce?: string;
  family: Family;
  /** The logical interfaces whose addresses may be published, the preferred one first; at least one. */
  interfaces: readonly string[];
  /** The one of them that is in use (see chooseInterface). */
  interface: string;
  ipSource: IpSource;
  /** Of a machine behind the router, which lives on `interface`: see parseHostId. Else absent. */
  hostId?: string;
  /** Send again after this long although nothing changed; 0 = never. */
  forceSeconds: Seconds;
  /** A CA file of the user's own, or "". */
  cacert: string;
  httpClient: HttpClient;
}

/** What is wrong in the configuration: an error skips its section, a warning does not. */
export interface ConfigProblem {
  severity: "error" | "warning";
  section: string;
  option: string;
  message: string;
}

export interface Config {
  enabled: boolean;
  checkSeconds: Seconds;
  logLevel: Level;
  services: Service[];
  /** Names of the service sections that are switched off. */
  disabled: string[];
  problems: ConfigProblem[];
}

/** Named by what to do about it, never by where it was noticed. */
export type ErrorKind =
  | "offline" // nothing reached the server
  | "unsure" // it may have: time-out, cut answer
  | "untrusted" // TLS: certificate, or a clock not yet set
  | "busy" // asked to wait: 429, throttling
  | "broken" // the server failed, or something else answered
  | "refused" // token, name or URL refused: 400, 401, 403
  | "local"; // this router: program missing, disk full, our bug

export interface Failure {
  kind: ErrorKind;
  detail: string;
  requestId?: string;
  retryAfter?: Seconds;
}

/** Kept in /var/run (tmpfs): it dies with the uptime it is measured in, and no flash is written. */
export interface ServiceState {
  /** The address the service acknowledged last, or null. */
  published: string | null;
  /** When it was acknowledged; 0 where nothing was. */
  publishedAt: Uptime;
  /** When the last attempt began, or null. */
  sentAt: Uptime | null;
  /** A `set` may have left and nobody knows what became of it: `published` is no proof until the next acknowledgement. */
  inDoubt: boolean;
  /** The published address is not the one that the router showed: the service saw it. */
  behindNat: boolean;
  /** In a row, while the router shows the same address. */
  failures: number;
  lastFailure: Failure | null;
  /** No attempt before this time, unless news skips the wait (policy.ts); 0 after a success. */
  notBefore: Uptime;
  /** The router's own address at the last attempt; another one is news that skips most waits. */
  detected: string | null;
  /** uclient-fetch did not suffice here: use curl until reboot. */
  needsCurl: boolean;
  /** Amazon's roots alone did not verify the service: use the system's bundle until reboot. */
  systemTrust: boolean;
  /** The device by which the last attempt's requests had to leave; "" before any. */
  device: string;
  /** A usable address of ours that the service did not see, since it saw the published one, which is ours too; else null. */
  passedOver: string | null;
  /** The published address that the user's hooks were told last; null where nobody knows whether they were. */
  hookAddress: string | null;
  /** Whether they were told that updates fail; null where nobody knows. */
  hookFailed: boolean | null;
  /** Stamp of the configuration file that this state was last compared with. */
  stamp: string;
  /** SHA-256 over the service as configured: a changed section starts fresh. */
  fingerprint: string;
}

export type Decision =
  /** `refresh`: the service shall write the zone although it believes that nothing has changed. */
  | { kind: "send"; address: Address; why: "first" | "changed" | "forced" | "retry"; refresh: boolean }
  /** Get first; no set when the service sees `unless`. */
  | { kind: "ask"; why: "private" | "behind-nat" | "web"; unless: string | null; refresh: boolean }
  /** `until` is Infinity where only an event can change anything. "egress": the service must be asked, and cannot be. */
  | {
      kind: "rest";
      until: Uptime;
      why: "unchanged" | "waiting" | "cooldown" | "down" | "unfit" | "tentative" | "egress";
    };

/** Why this look happens, and when; `checkSeconds` is the time between looks without an event. */
export interface Occasion {
  now: Uptime;
  trigger: Trigger;
  /** Send although nothing changed (`--force`). */
  force: boolean;
  checkSeconds: Seconds;
}

/** A service, what is remembered of it, and what is seen of its line. */
export interface Context {
  service: Service;
  state: ServiceState;
  detection: Detection;
}

/** How an attempt ended. "unchanged": the service sees the published address, so nothing was set. */
export type Outcome =
  | { kind: "published"; address: string; behindNat: boolean }
  | { kind: "unchanged"; address: string; behindNat: boolean }
  | { kind: "failed"; failure: Failure; inDoubt: boolean };

/** What an HTTP program brought back. */
export interface HttpResponse {
  status: number;
  /** "" where `bodyHidden`. */
  body: string;
  /** The program does not show the body of this status. */
  bodyHidden: boolean;
  location?: string;
  requestId?: string;
  retryAfter?: Seconds;
}

/**
 * What became of a call. `bound`: the request could leave by the interface's own device only. `peer`: the address that was
 * asked, where the program tells. `instead`: which program is worth a try where this one cannot do it; "another": it does not
 * even start. `strayed`: nothing was asked, or what was answered does not count, since the request leaves by this other device
 * ("": nobody can tell by which).
 */
export type Reply =
  | { response: HttpResponse; bound?: boolean; peer?: string }
  | { failure: Failure; instead?: "curl" | "another"; strayed?: string };
