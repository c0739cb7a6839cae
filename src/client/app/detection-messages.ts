// Why nothing of what the router shows of an interface can be published, or asked about, and what helps. Parsed only where it is said.
import type { Detection, Egress } from "../core/detection.ts";
import type { Service } from "../core/types.ts";

/** Why nothing of what the router shows can be published. */
export function detectionLine(service: Service, detection: Detection): string {
  const { interface: line, family } = service;
  const { elsewhere } = detection;
  if (detection.kind === "missing") return missingLine(line, elsewhere);
  if (detection.kind === "down")
    return `interface '${line}' is down${elsewhere === undefined ? "" : `, and '${elsewhere}' carries ${family}`}`;
  if (detection.kind === "no-address") return addressLine(service, detection);
  if (detection.kind === "no-prefix" || detection.kind === "no-clock") return machineLine(line, detection);
  if (!("address" in detection)) return `the addresses of interface '${line}' are not known`;
  const { text, scope } = detection.address;
  if (detection.kind === "tentative")
    return `interface '${line}' has ${text}, which is still checked for duplicates and cannot be used yet`;
  return `interface '${line}' has ${text} only (${scope === "public" ? "deprecated" : scope}), which cannot be published`;
}

function addressLine(service: Service, { device, egress, elsewhere }: Detection): string {
  if (egress?.kind === "none") return egressLine(service, device, egress);
  const { interface: line, family } = service;
  const option = family === "ipv6" ? "interface6" : "interface";
  const remedy =
    elsewhere === undefined ? "ip_source 'web' asks the service" : `option ${option} '${elsewhere}' has one`;
  return `interface '${line}' is up and has no ${family} address; ${remedy}`;
}

function machineLine(
  name: string,
  detection: Extract<Detection, { kind: "no-prefix" | "no-clock" }>,
): string {
  if (detection.kind === "no-clock")
    return `the clock is not set, and the address of a machine behind '${name}' is stated with the time; is NTP working?`;
  return detection.narrow
    ? `the IPv6 prefix of interface '${name}' leaves too few bits for host_id`
    : `interface '${name}' has no public IPv6 prefix that may be used; does the provider delegate one?`;
}

function missingLine(name: string, meant: string | undefined): string {
  if (meant === undefined)
    return `interface '${name}' does not exist; 'ubus list network.interface.*' shows what does`;
  return name.toLowerCase() === meant
    ? `interface '${name}' does not exist; write '${meant}'`
    : `'${name}' is the device of interface '${meant}'; write option interface '${meant}'`;
}

/** Why a question cannot be asked by way of the service's interface, and what helps. */
export function egressLine({ interface: line, httpClient }: Service, device: string, egress: Egress): string {
  if (device === "") return `interface '${line}' has no device that a request could be bound to`;
  const remedy =
    httpClient === "uclient-fetch"
      ? "http_client 'auto' takes curl, which can be"
      : "install curl, which can be";
  const other = egress.kind === "none" ? egress.other : "";
  const way = other
    ? `requests leave by ${other} and not by ${device} of interface '${line}'`
    : `nobody can tell whether requests leave by ${device} of interface '${line}'`;
  return `${way}, and uclient-fetch cannot be bound to it; ${remedy}`;
}
