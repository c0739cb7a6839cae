// What a run looks at before it decides: configuration and WAN addresses, each by one program.
import { readConfig } from "../core/config.ts";
import type { Config } from "../core/types.ts";
import { parseUci, type UciSection } from "../core/uci.ts";
import { type KernelAddress, parseIfInet6 } from "../detect/if-inet6.ts";
import { type Interface, parseDump } from "../detect/netifd.ts";
import { askNetifd, LOCAL_SECONDS } from "../fast-path.ts";
import type { Host, Job, JobResult } from "../host/port.ts";

/** The configuration, or the sentence that says why there is none. */
export function readConfiguration(host: Host): Config | string {
  const sections = lookAtSections(host);
  return typeof sections === "string" ? sections : readConfig(sections);
}

/** The configuration's sections as they stand, or the sentence that says why there are none. */
export function lookAtSections(host: Host): UciSection[] | string {
  const result = runUci(host, ["export", "lambda-ddns"]);
  const trouble = troubleOf(result);
  if (trouble?.includes("Entry not found")) return `${host.root}/etc/config/lambda-ddns does not exist`;
  const remedy = host.isRoot() ? "" : "; run it as root";
  if (trouble) return `the configuration /etc/config/lambda-ddns cannot be read: uci: ${trouble}${remedy}`;
  return parseUci(result.stdout) ?? "what 'uci export lambda-ddns' printed is no UCI configuration";
}

/** Runs uci on the router's configuration. */
export function runUci(host: Host, args: readonly string[], stdin = ""): JobResult {
  const folder = host.root ? ["-c", `${host.root}/etc/config`] : [];
  const argv: Job["argv"] = ["uci", ...folder, ...args];
  return host.run({ argv, stdin, deadlineSeconds: LOCAL_SECONDS, output: "whole" });
}

/** The interfaces as netifd shows them and the text they were read from; or the sentence that says why they are not known. */
export function readInterfaces(host: Host): { list: Interface[]; dump: string } | string {
  const result = askNetifd(host);
  const trouble = troubleOf(result);
  if (trouble) return `the WAN addresses are not known: ubus: ${trouble}`;
  const list = parseDump(result.stdout);
  return list
    ? { list, dump: result.stdout }
    : "what 'ubus call network.interface dump' printed is no list of interfaces";
}

/** The kernel's IPv6 addresses; none where it has no IPv6. */
export function readKernelAddresses(host: Host): KernelAddress[] {
  return parseIfInet6(host.readText(`${host.root}/proc/net/if_inet6`) ?? "");
}

function troubleOf({ ended, code, stderr }: JobResult): string | null {
  if (ended === "missing") return "the program is not installed";
  if (ended === "deadline") return `no answer within ${LOCAL_SECONDS} seconds`;
  return code === 0 ? null : stderr.trim().replace("uci: ", "") || `exit status ${code}`;
}
