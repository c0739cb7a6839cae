// What a run finds before it acts: the services as configured, what is remembered and seen of each, and the decision.
import { plan } from "../core/plan.ts";
import { decodeState } from "../core/state.ts";
import type { Config, Decision, Sighting, Subject, Trigger } from "../core/types.ts";
import type { Host, Uptime } from "../host/port.ts";
import { type Interface, sight } from "../sources/netifd.ts";
import { renew } from "./attempt.ts";
import { lookAtConfig, lookAtInterfaces } from "./look.ts";
import { configPath, statePath } from "./paths.ts";
import { stampOf } from "./quiet.ts";

/** What was found of one service. */
export interface Finding extends Subject {
  /** The state is not saved as it stands here: the configuration file is another one than it was made for. */
  renewed: boolean;
  decision: Decision;
  /** The router failed us at it in this run (a full disk, say). */
  hindered?: true;
}

export interface Survey {
  config: Config;
  /** All interfaces, or the sentence that says why they are not known. */
  interfaces: { list: Interface[]; dump: string } | string;
  /** Stamp of the configuration file. */
  stamp: string;
  findings: Finding[];
  now: Uptime;
}

/** Looks at everything and writes nothing. A sentence where there is no configuration. Throws HostError. */
export function survey(host: Host, occasion: { trigger: Trigger; force: boolean }): Survey | string {
  // Before the content, so that a change in between is seen by the next look.
  const stamp = stampOf(host, configPath(host));
  const config = lookAtConfig(host);
  if (typeof config === "string") return config;
  const services = config.enabled ? config.services : [];
  const interfaces = services.length > 0 ? lookAtInterfaces(host) : { list: [], dump: "" };
  const now = host.uptime();
  const findings = services.map((service): Finding => {
    const kept = decodeState(host.readText(statePath(host, service)), now);
    const renewed = kept.stamp !== stamp;
    const state = renewed ? renew(service, kept, stamp) : kept;
    const sighting: Sighting =
      typeof interfaces === "string"
        ? { kind: "unknown" }
        : sight(interfaces.list, service.interface, service.family, state.published);
    const decision = plan(service, state, sighting, { ...occasion, now, checkSeconds: config.checkSeconds });
    return { service, state, renewed, sighting, decision };
  });
  return { config, interfaces, stamp, findings, now };
}
