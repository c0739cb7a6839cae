// A valid service, state, detection and occasion that tests change by one member each.

import type { Detection } from "../../src/client/core/detection.ts";
import { freshState } from "../../src/client/core/state.ts";
import type { Occasion, Service, ServiceState } from "../../src/client/core/types.ts";
import { parseAddress } from "../../src/shared/address.ts";

export const OWN = "176.32.100.36";
export const OTHER = "176.32.100.37";

export function service(changes: Partial<Service> = {}): Service {
  return {
    id: "home:host1.dyn.example.com:ipv4",
    section: "home",
    url: "https://abc.lambda-url.eu-west-1.on.aws/",
    hostname: "host1.dyn.example.com",
    secret: "shared_secret_1",
    code: "",
    family: "ipv4",
    interfaces: ["wan"],
    interface: "wan",
    ipSource: "auto",
    forceSeconds: 259_200,
    cacert: "",
    httpClient: "auto",
    ...changes,
  };
}

export function state(changes: Partial<ServiceState> = {}): ServiceState {
  return { ...freshState(), ...changes };
}

/** The state after a good update at uptime 1000. */
export function published(changes: Partial<ServiceState> = {}): ServiceState {
  return state({ published: OWN, publishedAt: 1000, sentAt: 1000, detected: OWN, ...changes });
}

/** What the router shows of an interface without an address. */
export function without(
  kind: "missing" | "down" | "no-address" | "unknown",
  changes: Partial<Detection> = {},
): Detection {
  return { device: kind === "missing" || kind === "unknown" ? "" : "eth1", ...changes, kind } as Detection;
}

/** What the router shows: an address that is fit to publish unless its scope says otherwise. */
export function seeing(text: string, changes: Partial<Detection> = {}): Detection {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  const kinds = { public: "publishable", private: "private", cgnat: "private", ula: "private" } as const;
  const kind = kinds[address.scope as "public"] ?? "unusable";
  return { kind, address, device: "eth1", ...changes } as Detection;
}

export function occasion(changes: Partial<Occasion> = {}): Occasion {
  return { now: 5000, trigger: "timer", force: false, checkSeconds: 600, ...changes };
}
