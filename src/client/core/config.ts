// From UCI sections to services: defaults, and every problem by section and option. A bad section is skipped, the others go on.

import { normalizeCode } from "../../protocol/code.ts";
import { type Family, parseAddress } from "../../shared/address.ts";
import { hostnameProblem } from "../../shared/hostname.ts";
import { urlParts } from "../../shared/url.ts";
import { reader } from "./section.ts";
import type { Config, ConfigProblem, HttpClient, IpSource, Service } from "./types.ts";
import type { UciSection } from "./uci.ts";

const SERVICE_OPTIONS =
  "enabled url hostname secret code interface interface6 family ip_source force_interval cacert http_client";
const GLOBAL_OPTIONS = "enabled check_interval log_level";

/** The configuration in `sections`: services of enabled sections, and problems in the order they stand in the file. */
export function readConfig(sections: readonly UciSection[]): Config {
  const problems: ConfigProblem[] = [];
  const global = sections.find((section) => section.type === "lambda-ddns");
  const general = reader(global ?? { type: "", name: "global", options: new Map() }, problems);
  const config: Config = {
    enabled: general.flag("enabled"),
    checkSeconds: general.seconds("check_interval", 600, 30),
    logLevel: general.choice("log_level", "info", ["error", "warn", "info", "debug"]),
    services: [],
    disabled: [],
    problems,
  };
  general.unknown(GLOBAL_OPTIONS);
  for (const section of sections) {
    if (section.type === "service") config.services.push(...readService(section, config));
    else if (section !== global) {
      const message = `section type '${section.type}' is unknown and ignored; use 'service'`;
      problems.push({ severity: "warning", section: section.name, option: "", message });
    }
  }
  return config;
}

function readService(section: UciSection, config: Config): Service[] {
  const before = config.problems.length;
  const { flag, seconds, choice, text, fail, unknown } = reader(section, config.problems);
  // Problems in a section that is switched off are not reported.
  if (!flag("enabled")) {
    config.disabled.push(section.name);
    return [];
  }
  const url = text("url", "");
  const trouble = urlProblem(url);
  if (trouble) fail("url", trouble);
  const proof = readProof(section, config);
  const cacert = text("cacert", "");
  if (cacert && !PATH.test(cacert)) fail("cacert", `'${cacert}' must be an absolute path`);
  const interfaces = readInterfaces(section, "interface", fail);
  if (interfaces.length === 0) interfaces.push("wan");
  const common = {
    section: section.name,
    url,
    ...proof,
    cacert,
    interfaces,
    interface: interfaces[0] ?? "",
    ipSource: choice<IpSource>("ip_source", "auto", ["auto", "network", "web"]),
    forceSeconds: seconds("force_interval", 259200, 60, true),
    httpClient: choice<HttpClient>("http_client", "auto", ["auto", "uclient-fetch", "curl"]),
  };
  const own6 = readInterfaces(section, "interface6", fail);
  const services = readNames(section, config, common, own6.length > 0 ? own6 : interfaces);
  unknown(SERVICE_OPTIONS);
  return config.problems.slice(before).some((problem) => problem.severity === "error") ? [] : services;
}

/** By what a section proves itself: its secret, or the code that becomes one. */
function readProof(section: UciSection, config: Config): Pick<Service, "secret" | "code"> {
  const { text, list, fail, warn } = reader(section, config.problems);
  const secret = text("secret", "");
  const spelled = text("code", "");
  const code = secret ? "" : (normalizeCode(spelled) ?? "");
  const twin = code && config.services.find((other) => other.code === code);
  if (secret) {
    if (spelled) warn("code", "is ignored, since there is a secret; remove one of them");
  } else if (!spelled) fail("secret", "is missing; copy it from the service's record of this host");
  else if (!code) fail("code", "is none: 16 letters and digits, such as 0123-4567-89AB-CDEF");
  else if (twin) fail("code", `stands in '${twin.section}' too; each host has its own`);
  else if (list("hostname").length > 1) fail("code", "enrols one hostname; give each a section of its own");
  return { secret, code };
}

/** One service a host name and family, on top of what they have in common. */
function readNames(
  section: UciSection,
  config: Config,
  common: Omit<Service, "id" | "hostname" | "family">,
  interfaces6: readonly string[],
): Service[] {
  const { choice, list, fail } = reader(section, config.problems);
  const chosen = choice<Family | "dual">("family", "ipv4", ["ipv4", "ipv6", "dual"]);
  const families: readonly Family[] = chosen === "dual" ? ["ipv4", "ipv6"] : [chosen];
  const services: Service[] = [];
  if (list("hostname").length === 0) fail("hostname", "is missing; give the name to keep up to date");
  for (const hostname of list("hostname")) {
    const trouble = hostnameProblem(hostname);
    if (trouble) fail("hostname", `'${hostname}' ${trouble}`);
    for (const family of families) {
      const twin = [...config.services, ...services].find(
        (other) => other.hostname === hostname && other.family === family && other.url === common.url,
      );
      if (twin) fail("hostname", twice(hostname, family, twin.section, section.name));
      const id = `${section.name}:${hostname}:${family}`;
      const interfaces = family === "ipv6" ? interfaces6 : common.interfaces;
      services.push({ ...common, id, hostname, family, interfaces, interface: interfaces[0] ?? "" });
    }
  }
  return services;
}

/** A name that two sections keep up would go to and fro; UCI joins two sections of one name. */
function twice(hostname: string, family: Family, other: string, own: string): string {
  return other !== own
    ? `'${hostname}' stands twice for ${family}, first in '${other}'; for several lines, list them as interface of one section`
    : `'${hostname}' stands twice for ${family} in this section; was it pasted twice?`;
}

function readInterfaces(
  { options }: UciSection,
  option: string,
  fail: (option: string, message: string) => void,
): string[] {
  const names = (options.get(option) ?? []).filter((name) => name !== "");
  for (const name of names) {
    if (!INTERFACE.test(name)) fail(option, `'${name}' is not a logical interface name such as wan`);
  }
  return names;
}

/** What is wrong with a function URL, or null. Plain http is for a service on this machine or in this house only. */
export function urlProblem(url: string): string | null {
  if (!url) return "is missing; give the function URL, https://<id>.lambda-url.<region>.on.aws/";
  const parts = urlParts(url);
  if (!parts || parts.port > 65535) {
    // What stands before an @ may be a password.
    const shown = url.replace(new RegExp("//.*@"), "//…@");
    return `'${shown}' is not a URL such as https://<id>.lambda-url.<region>.on.aws/`;
  }
  if (parts.scheme === "http" && !isLocal(parts.host)) {
    return `'${url}' is plain http, which anyone on the way can read and change; use https`;
  }
  return null;
}

/** Whether a URL's host is `localhost`, or written as a loopback, private, ULA or link-local address. No name is resolved. */
export function isLocal(host: string): boolean {
  const scope = parseAddress(host.replace("[", "").replace("]", ""))?.scope;
  return (
    host === "localhost" ||
    scope === "loopback" ||
    scope === "private" ||
    scope === "ula" ||
    scope === "link-local"
  );
}

const PATH = new RegExp("^/[^\\0-\\x1f\\x7f-\\x9f\\u2028-\\u202e]+$");
const INTERFACE = new RegExp("^[A-Za-z0-9_.-]+$");
