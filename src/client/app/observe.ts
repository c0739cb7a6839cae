// What a run finds before it acts: the services as configured, what is remembered and seen of each, and the decision.

import type { Detection } from "../core/detection.ts";
import { plan } from "../core/plan.ts";
import type { Config, Context, Decision, Service, ServiceState, Trigger } from "../core/types.ts";
import { chooseInterface } from "../detect/detect.ts";
import { detectMachine } from "../detect/machine.ts";
import type { Interface } from "../detect/netifd.ts";
import { stampOf } from "../fast-path.ts";
import type { Host, Seconds, Uptime } from "../host/port.ts";
import { loadPart } from "../parts.ts";
import { renew } from "./attempt.ts";
import { egressFor } from "./egress.ts";
import { readConfiguration, readInterfaces, readKernelAddresses } from "./inputs.ts";
import { configPath, timerPath } from "./paths.ts";
import { readState } from "./state-file.ts";

/** What was found of one service. */
export interface Evaluation extends Context {
  /** The state is not saved as it stands here: the configuration file is another one than it was made for. */
  renewed: boolean;
  decision: Decision;
  /** The router failed us at it in this run (a full disk, say). */
  portFailed?: true;
}

export interface Observation {
  config: Config;
  /** All interfaces, or the sentence that says why they are not known. */
  interfaces: { list: Interface[]; dump: string } | string;
  /** Stamp of the configuration file. */
  stamp: string;
  evaluations: Evaluation[];
  now: Uptime;
  /** The delay of the timer, 0 where there is none. */
  timer: Seconds;
}

type Wake = { trigger: Trigger; force: boolean };

/** Looks at everything and writes nothing. A sentence where there is no configuration. Throws HostError. */
export function observe(host: Host, wake: Wake): Observation | string {
  // Before the content, so that a change in between is seen by the next look.
  const stamp = stampOf(host, configPath(host));
  const config = readConfiguration(host);
  return typeof config === "string" ? config : evaluate(host, wake, { config, stamp });
}

/** Looks at addresses and states, and decides, by the configuration that was read. */
export function evaluate(
  host: Host,
  wake: Wake,
  { config, stamp }: Pick<Observation, "config" | "stamp">,
): Observation {
  const services = config.enabled ? config.services : [];
  const interfaces = services.length > 0 ? readInterfaces(host) : { list: [], dump: "" };
  const kernel = services.some(({ family }) => family === "ipv6") ? readKernelAddresses(host) : [];
  const now = host.uptime();
  const occasion = { ...wake, now, checkSeconds: config.checkSeconds };
  const evaluations = services.map((configured): Evaluation => {
    const kept = readState(host, configured, now);
    const renewed = kept.stamp !== stamp;
    if (renewed) loadPart("attempt");
    const state = renewed ? renew(configured, kept, stamp) : kept;
    const { name, detection: seen } =
      typeof interfaces === "string"
        ? // The device of the last attempt may serve those who ask in any case.
          { name: configured.interface, detection: { kind: "unknown", device: state.device } as Detection }
        : configured.hostId
          ? machineOf(host, interfaces.list, configured, state)
          : chooseInterface(interfaces.list, configured, state, kernel);
    const service = { ...configured, interface: name };
    const desired = plan(service, state, seen, occasion);
    const egress = egressFor(host, { service, state, detection: seen }, desired);
    const detection = egress ? { ...seen, egress } : seen;
    const decision = egress ? plan(service, state, detection, occasion) : desired;
    return { service, state, renewed, detection, decision };
  });
  const timer = Number.parseInt(host.readText(timerPath(host)) ?? "", 10) || 0;
  return { config, interfaces, stamp, evaluations, now, timer };
}

/** What the router shows of a machine behind it. */
function machineOf(
  host: Host,
  interfaces: readonly Interface[],
  service: Service,
  { published }: ServiceState,
) {
  loadPart("machine");
  return {
    name: service.interface,
    detection: detectMachine(interfaces, service, published, host.wallClock()),
  };
}
