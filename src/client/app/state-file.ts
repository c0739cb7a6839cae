// The file that a service's state lives in, in /var/run: it dies with the uptime that it is measured in.
import { decodeState, encodeState } from "../core/state.ts";
import type { Service, ServiceState } from "../core/types.ts";
import type { Host, Uptime } from "../host/port.ts";
import { statePath } from "./paths.ts";

/** The state of a service; a fresh one where none was saved in this uptime. */
export function readState(host: Host, service: Service, now: Uptime): ServiceState {
  return decodeState(host.readText(statePath(host, service)), now);
}

/** Saves a state; throws HostError. */
export function saveState(host: Host, service: Service, state: ServiceState): void {
  host.writeText(statePath(host, service), encodeState(state));
}
