// What `check` finds out about a machine behind the router: its prefix, its address, and whether the machine is there.
import type { Evaluation } from "../app/observe.ts";
import type { Host } from "../host/port.ts";
import type { Tell } from "./finding.ts";

/** Tells of the machine whose address is stated; a machine that does not answer is no failure, for it may be asleep. */
export function checkMachine(host: Host, { detection, service }: Evaluation, about: Tell): void {
  if (!("address" in detection)) return;
  const { address, prefix } = detection;
  about("ok", `interface '${service.interface}' has the prefix ${prefix}, which makes ${address.text}`);
  if (!host.hasProgram("ip")) return;
  const run = (...argv: [string, ...string[]]) =>
    host.run({ argv, stdin: "", deadlineSeconds: 5, output: "bounded" }).stdout;
  // Whatever is sent there makes the kernel look the machine up.
  if (host.hasProgram("ping")) run("ping", "-c", "1", "-W", "1", address.text);
  const [state = ""] = new RegExp("[A-Z]{5,}").exec(run("ip", "-6", "neigh", "show", address.text)) ?? [];
  const there = ["REACHABLE", "STALE", "DELAY", "PROBE", "PERMANENT"].includes(state);
  if (there) about("ok", `the machine answers at ${address.text}`);
  else about("note", `no machine answers at ${address.text}; is it on, and is host_id its own?`);
}
