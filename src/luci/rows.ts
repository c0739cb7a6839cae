// The status table as data: what stands in each row, in words. No cell is markup.
import type { ServiceStatus, Status } from "./status.ts";

export interface Row {
  id: string;
  name: string;
  family: string;
  /** For the colour of the state: all is well, something is waited for, a person must act. */
  tone: "good" | "waiting" | "bad";
  state: string;
  published: string;
  /** The interface and the address that it has now. */
  line: string;
  /** Of the last attempt that failed, or "". */
  trouble: string;
  /** What the countdown counts down to. */
  next: { what: "attempt" | "look"; seconds: number } | null;
}

/** A row for each name and family, in the order of the configuration. */
export function rows(status: Status): Row[] {
  return status.services.map((service) => ({
    id: service.id,
    name: service.hostname,
    family: service.family === "ipv6" ? "IPv6" : "IPv4",
    ...stateOf(service),
    published: publishedText(service, status.uptime),
    line: lineText(service),
    trouble: troubleText(service, status.uptime),
    next: nextOf(service, status),
  }));
}

function stateOf(service: ServiceStatus): Pick<Row, "state" | "tone"> {
  if (service.state === "ok") return { tone: "good", state: _("up to date") };
  if (service.state === "refused") return { tone: "bad", state: _("refused by the service") };
  if (service.state === "down") return { tone: "bad", state: _("no address: the interface is down") };
  if (service.state === "unfit") return { tone: "bad", state: _("this address cannot be published") };
  if (service.state === "never") return { tone: "waiting", state: _("not published yet") };
  if (service.state === "waiting") return { tone: "waiting", state: _("waiting to be sent") };
  return { tone: "waiting", state: service.state };
}

function publishedText(service: ServiceStatus, uptime: number) {
  const { published, publishedAt, behindNat, inDoubt, enrolled } = service;
  if (!enrolled) return _("waits for enrolment by its code");
  if (published === null) return _("nothing confirmed yet; DNS may still hold an earlier address");
  const parts = [published];
  if (publishedAt !== null) parts.push(_("sent %s ago").format(duration(uptime - publishedAt)));
  if (behindNat) parts.push(_("behind NAT"));
  if (inDoubt) parts.push(_("a later update is in doubt"));
  return parts.join(", ");
}

function lineText({ interface: name, address }: ServiceStatus): string {
  return address === null ? _("%s: no address").format(name) : `${name}: ${address}`;
}

function troubleText({ trouble, attemptedAt }: ServiceStatus, uptime: number): string {
  if (!trouble) return "";
  const parts = [trouble.detail];
  if (attemptedAt !== null) parts.push(_("%s ago").format(duration(uptime - attemptedAt)));
  if (trouble.requestId) parts.push(_("request id %s").format(trouble.requestId));
  return parts.join(", ");
}

function nextOf(service: ServiceStatus, { started, enabled }: Status): Row["next"] {
  if (!started || !enabled) return null;
  return service.nextAttemptIn === null
    ? { what: "look", seconds: service.nextLookIn }
    : { what: "attempt", seconds: service.nextAttemptIn };
}

/** What the countdown says `elapsed` seconds after the status was read. */
export function countdown(next: Row["next"], elapsed: number): string {
  if (!next) return _("not scheduled");
  const left = Math.ceil(next.seconds - elapsed);
  if (left <= 0) return _("now");
  return next.what === "attempt"
    ? _("attempt in %s").format(duration(left))
    : _("check in %s").format(duration(left));
}

/** Seconds in at most two units, rounded down. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 3600) return units(whole, 60, "min", "s");
  const minutes = Math.floor(whole / 60);
  return minutes < 1440 ? units(minutes, 60, "h", "min") : units(Math.floor(minutes / 60), 24, "d", "h");
}

function units(count: number, each: number, unit: string, part: string): string {
  const [whole, rest] = [Math.floor(count / each), count % each];
  const texts = [whole > 0 ? `${whole} ${unit}` : "", rest > 0 || whole === 0 ? `${rest} ${part}` : ""];
  return texts.filter((text) => text !== "").join(" ");
}
