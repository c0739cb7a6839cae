// The one banner, shown only while something is wrong: its sentences, and whether a Start button helps.
import { problemText } from "./findings.ts";
import type { Section, Status } from "./status.ts";

export interface Banner {
  lines: string[];
  /** Starting the service would help. */
  start: boolean;
}

/** What could not be read, with the name of the error that said so. */
export interface Trouble {
  name: string;
  message: string;
}

/** The banner for a status that was read, or null where all is well. */
export function banner(status: Status): Banner | null {
  const lines: string[] = [];
  const waits = status.enabled && !status.started && status.services.length > 0;
  if (!status.enabled) lines.push(_("Switched off: no name is kept up to date (section global)."));
  if (waits) lines.push(_("Not started: no name is kept up to date."));
  lines.push(...status.problems.map(problemText));
  return lines.length > 0 ? { lines, start: waits } : null;
}

/** The banner for a status that could not be read. */
export function troubleBanner({ name, message }: Trouble): Banner {
  if (name === "NotFoundError") {
    return { lines: [_("lambda-ddns is not installed: install the package lambda-ddns.")], start: false };
  }
  if (name === "PermissionError") {
    const line = _("This session may not read the status. Log out and in again; rights are read at login.");
    return { lines: [line], start: false };
  }
  return { lines: [_("The status cannot be read: %s").format(message)], start: false };
}

/** The trouble in what a program printed in place of a status. */
export function unreadable(stdout: string, stderr: string): Trouble {
  const said = stderr.trim().replace(new RegExp("^error: "), "");
  const other = _("lambda-ddns printed no status that this page knows; are both of the same version?");
  return { name: "", message: said || (stdout.trim() ? other : _("lambda-ddns printed nothing")) };
}

/** Whether nothing was ever filled in: no service has a URL. */
export function isFirstVisit(sections: readonly Section[]): boolean {
  return !sections.some(({ type, options }) => type === "service" && options["url"]?.[0]);
}
