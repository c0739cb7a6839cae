// From UCI sections to services: defaults, and every problem by section and option. A bad section is skipped, the others go on.
import { normalizeCode } from "../../protocol/code.ts";
import { type Family, parseAddress } from "../../shared/address.ts";
import { hostnameProblem } from "../../shared/hostname.ts";
import { urlParts } from "../../shared/url.ts";
import { loadPart } from "../parts.ts";
import { parseHostId } from "./host-id.ts";
import { GLOBAL_OPTIONS, SERVICE_OPTIONS, type Values } from "./options.ts";
import * as say from "./problems.ts";
import { type Report, readOptions, reporter } from "./section.ts";
import type { Config, ConfigProblem, Service } from "./types.ts";
import type { UciSection } from "./uci.ts";

/** The configuration in `sections`: services of enabled sections, and problems in the order they stand in the file. */
export function readConfig(sections: readonly UciSection[]): Config {
  const problems: ConfigProblem[] = [];
  const global = sections.find((section) => section.type === "lambda-ddns");
  const { enabled, check_interval, log_level } = readOptions(
    GLOBAL_OPTIONS,
    global ?? { type: "", name: "global", options: new Map() },
    reporter("global", problems),
  );
  const config: Config = {
    enabled,
    checkSeconds: check_interval,
    logLevel: log_level,
    services: [],
    disabled: [],
    problems,
  };
  for (const section of sections) {
    if (section.type === "service") readService(section, config);
    else if (section !== global)
      reporter(section.name, problems)("", () => say.unknownType(section.type), "warning");
  }
  return config;
}

type ServiceOptions = Values<typeof SERVICE_OPTIONS>;

/** Adds the services of `section`, unless it is switched off or something in it is wrong. */
function readService(section: UciSection, config: Config): void {
  const problems: ConfigProblem[] = [];
  const report = reporter(section.name, problems);
  const options = readOptions(SERVICE_OPTIONS, section, report);
  // Problems in a section that is switched off are not reported.
  if (!options.enabled && !problems.some(({ option }) => option === "enabled")) {
    config.disabled.push(section.name);
    return;
  }
  if (!isUrl(options.url)) report("url", () => say.badUrl(options.url));
  checkProof(options, config, report);
  if (options.cacert && !PATH.test(options.cacert)) report("cacert", () => say.badPath(options.cacert));
  for (const option of ["interface", "interface6"] as const) {
    const wrong = options[option].find((name) => !INTERFACE.test(name));
    if (wrong) report(option, () => say.badInterface(wrong));
  }
  if (options.host_id) checkMachine(options, report);
  const services = readNames(section.name, options, config.services, report);
  config.problems.push(...problems);
  if (problems.every(({ severity }) => severity === "warning")) config.services.push(...services);
}

/** Judges by what a section proves itself: its secret, or the code that becomes one. */
function checkProof({ secret, code, hostname }: ServiceOptions, { services }: Config, report: Report): void {
  if (PADDED.test(secret)) report("secret", () => say.PADDED_SECRET, "warning");
  if (secret && code) report("code", () => say.UNUSED_CODE, "warning");
  if (secret) return;
  const normal = normalizeCode(code);
  const twin = services.find((other) => other.code === normal);
  if (!code) report("secret", () => say.MISSING_SECRET);
  else if (!normal) report("code", () => say.BAD_CODE);
  else if (twin) report("code", () => say.sharedCode(twin.section));
  else if (hostname.length > 1) report("code", () => say.ONE_HOSTNAME);
}

/** Judges the machine behind the router that a section is for. */
function checkMachine({ host_id, host_interface, family, code }: ServiceOptions, report: Report): void {
  loadPart("machine");
  const id = parseHostId(host_id);
  if (typeof id === "string") report("host_id", () => id);
  if (family === "ipv4") report("host_id", () => say.MACHINE_IPV4);
  if (code) report("host_id", () => say.MACHINE_CODE);
  if (!INTERFACE.test(host_interface)) report("host_interface", () => say.badInterface(host_interface));
}

/** One service a host name and family. */
function readNames(
  section: string,
  options: ServiceOptions,
  others: readonly Service[],
  report: Report,
): Service[] {
  const families: readonly Family[] = options.family === "dual" ? ["ipv4", "ipv6"] : [options.family];
  const services: Service[] = [];
  if (options.hostname.length === 0) report("hostname", () => say.MISSING_HOSTNAME);
  for (const hostname of options.hostname) {
    if (hostnameProblem(hostname)) report("hostname", () => say.badHostname(hostname));
    for (const family of families) {
      const twin = [...others, ...services].find(
        (other) => other.hostname === hostname && other.family === family && other.url === options.url,
      );
      if (twin) report("hostname", () => say.twice(hostname, family, twin.section, section));
      services.push(makeService(section, options, hostname, family));
    }
  }
  return services;
}

function makeService(section: string, options: ServiceOptions, hostname: string, family: Family): Service {
  const { url, secret, code, interface6 } = options;
  const hostId = family === "ipv6" ? options.host_id : "";
  const own = family === "ipv6" && interface6.length > 0 ? interface6 : options.interface;
  const interfaces = hostId ? [options.host_interface] : own;
  return {
    id: `${section}:${hostname}:${family}`,
    section,
    url,
    hostname,
    secret,
    code: secret ? "" : (normalizeCode(code) ?? ""),
    family,
    interfaces,
    interface: interfaces[0] ?? "",
    // Nobody but this router knows a machine's prefix.
    ipSource: hostId ? "network" : options.ip_source,
    ...(hostId ? { hostId } : {}),
    forceSeconds: options.force_interval,
    cacert: options.cacert,
    httpClient: options.http_client,
  };
}

/** Whether this is a function URL to send to. Plain http is for a service on this machine or in this house only. */
function isUrl(url: string): boolean {
  const parts = urlParts(url);
  return parts !== null && parts.port <= 65535 && (parts.scheme === "https" || isLocal(parts.host));
}

/** Whether a URL's host is `localhost`, or written as a loopback, private, ULA or link-local address. No name is resolved. */
function isLocal(host: string): boolean {
  const scope = parseAddress(host.replace("[", "").replace("]", ""))?.scope ?? "";
  return host === "localhost" || ["loopback", "private", "ula", "link-local"].includes(scope);
}

const PATH = new RegExp("^/[^\\0-\\x1f\\x7f-\\x9f\\u2028-\\u202e]+$");
const INTERFACE = new RegExp("^[A-Za-z0-9_.-]+$");
/** A blank or line end at an edge, or quotes around everything. */
const PADDED = new RegExp("^\\s|\\s$|^(['\"]).*\\1$");
