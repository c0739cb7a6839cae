// The commands of a person: everything but `update`. An unchanged run never enters this room.

import { EXIT } from "../app/run.ts";
import { guarded, misused } from "../app/update.ts";
import type { Host } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { address } from "./address.ts";
import { check } from "./check.ts";
import { showConfig } from "./config.ts";
import { status } from "./status.ts";

declare const __VERSION__: string;

const VERSION: string = __VERSION__;

const HELP = `lambda-ddns ${VERSION}: keeps DNS names pointing at this router

lambda-ddns update [SERVICE…] [--interface IF] [--trigger WHY] [--force]
                   [--dry-run] [--detach]
    sends what has changed; SERVICE is a section, a hostname or an id
    --interface IF  only services on this logical interface
    --trigger WHY   boot, reload, ifup, clock, timer or manual (the default)
    --force         sends although nothing changed
    --dry-run       prints what would be done
    --detach        hands over and returns at once
lambda-ddns status [--json]
    what is published, since when, the last trouble, the next look
lambda-ddns check [SERVICE…]
    looks for whatever may keep a service from working; changes nothing
lambda-ddns address [SERVICE]
    this router's address as the service sees it
lambda-ddns config
    the configuration as JSON for programs, without secrets
lambda-ddns --version | --help

Exit status: 0 done or nothing to do, 1 failed and will be tried again,
2 usage or configuration, 3 refused.
`;

/** Runs any command but update; returns the exit status. */
export function runCommand(host: Host): number {
  return guarded(host, false, () => dispatch(host));
}

/** How many services each command takes. */
const MOST_NAMES = new Map([
  ["status", 0],
  ["config", 0],
  ["address", 1],
  ["check", Number.POSITIVE_INFINITY],
]);

function dispatch(host: Host): number {
  const [word = "", ...words] = host.args;
  const flags = words.filter((one) => one.startsWith("-"));
  const names = words.filter((one) => !one.startsWith("-"));
  const strange = flags.find((flag) => !(word === "status" && flag === "--json"));
  if (["", "--help", "-h"].includes(word)) return print(host, HELP);
  if (word === "--version") return print(host, `lambda-ddns ${VERSION}\n`);
  const most = MOST_NAMES.get(word);
  if (most === undefined) return misused(host, `there is no command ${word}`);
  if (strange) return misused(host, `${word} has no option ${strange}`);
  if (names.length > most) return misused(host, `${word} takes ${most ? "one service" : "no names"}`);
  if (word === "status") return status(host, VERSION, flags.length > 0);
  if (word === "config") return showConfig(host);
  loadPart("attempt");
  return word === "check" ? check(host, names) : address(host, names[0] ?? "");
}

function print(host: Host, text: string): number {
  host.print(text);
  return EXIT.done;
}
