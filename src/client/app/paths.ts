// Where things lie on the router; every path of the program's own goes behind the host's root.
import type { Service } from "../core/types.ts";
import type { Host } from "../host/port.ts";

export function configPath(host: Host): string {
  return `${host.root}/etc/config/lambda-ddns`;
}

export function stateFolder(host: Host): string {
  return `${host.root}/var/run/lambda-ddns`;
}

/** The state file of a service. A file name has 255 bytes at most, so a longer id keeps its head and a checksum. */
export function statePath(host: Host, { id }: Service): string {
  let name = id;
  if (id.length > 240) {
    let sum = 0;
    for (let at = 0; at < id.length; at++) sum = (sum * 33 + id.charCodeAt(at)) >>> 0;
    name = `${id.slice(0, 200)}~${sum.toString(36)}`;
  }
  return `${stateFolder(host)}/${name}`;
}

/** The delay of the timer in seconds, as the init script registered it; there is none where the service is stopped. */
export function timerPath(host: Host): string {
  return `${stateFolder(host)}/timer`;
}

/** The user's hooks; there is no such folder unless somebody made one. */
export function hooksFolder(host: Host): string {
  return `${host.root}/etc/hotplug.d/lambda-ddns`;
}

/** The few roots that every function URL is under. */
export function amazonRootsPath(host: Host): string {
  return `${host.root}/usr/share/lambda-ddns/amazon-roots.pem`;
}

/** The program's init script, which owns the timer. */
export function initScriptPath(host: Host): string {
  return `${host.root}/etc/init.d/lambda-ddns`;
}
