// One call over the network: which program makes it, whom it trusts, and the second try that either may need.
import { urlParts } from "../core/config.ts";
import type { Reply, Service, ServiceState, Sighting } from "../core/types.ts";
import type { Call } from "../exchange/exchange.ts";
import { curl } from "../fetchers/curl.ts";
import { type Fetcher, failed, type HttpRequest } from "../fetchers/request.ts";
import { uclientFetch } from "../fetchers/uclient.ts";
import type { Host } from "../host/port.ts";
import { amazonRootsPath } from "./paths.ts";
import type { Say } from "./report.ts";

/** What a service's calls have in common; what is learned about the way stands in `state` and is kept until reboot. */
export interface Line {
  service: Service;
  state: ServiceState;
  sighting: Sighting;
}

/** Makes `call`. The state that comes back remembers what had to be tried twice. */
export function talk(host: Host, line: Line, call: Call, say: Say): { reply: Reply; state: ServiceState } {
  const { service } = line;
  let state = line.state;
  const fetcher = choose(host, line);
  if (!fetcher) return { reply: failed("local", NO_CLIENT), state };
  const bound = bind(host, line, fetcher);
  // Only a token is bound to an address; the answer to a question may speak of another line.
  if (bound.unbound && call.mode === "get") {
    return { reply: { ...failed("local", UNBOUND), unbound: true }, state };
  }
  if (bound.unbound && !state.severalWays) {
    say("warn", service, UNBOUND);
    state = { ...state, severalWays: true };
  }
  const narrow = narrowTrust(host, line, call);
  const request = {
    url: call.url,
    body: call.body,
    family: service.family,
    cacert: service.cacert || narrow,
    ...bound,
  };
  let reply = exchangeBytes(host, fetcher, request);
  if (narrow && isUntrusted(reply)) {
    reply = exchangeBytes(host, fetcher, { ...request, cacert: "" });
    if ("response" in reply) {
      say("info", service, WIDER);
      state = { ...state, systemTrust: true };
    }
  }
  if ("needsCurl" in reply && service.httpClient === "auto" && host.hasProgram("curl")) {
    return talk(host, { ...line, state: { ...state, needsCurl: true } }, call, say);
  }
  return { reply, state };
}

function exchangeBytes(host: Host, fetcher: Fetcher, request: HttpRequest): Reply {
  return fetcher.read(host.run(fetcher.job(request)), request);
}

function isUntrusted(reply: Reply): boolean {
  return "failure" in reply && reply.failure.kind === "untrusted";
}

/** uclient-fetch where it suffices, since every image has it and it is lighter; curl where it does not. */
export function choose(host: Host, { service, state, sighting }: Line): Fetcher | null {
  if (service.httpClient !== "auto") return service.httpClient === "curl" ? curl : uclientFetch;
  // uclient-fetch with mbedTLS takes no certificate for a bare address.
  const bare = new RegExp("^(\\[|[\\d.]+$)").test(urlParts(service.url)?.host ?? "");
  const wanted = state.needsCurl || mustBind(sighting) || bare;
  const has = (fetcher: Fetcher) => host.hasProgram(fetcher.name);
  const order = wanted ? [curl, uclientFetch] : [uclientFetch, curl];
  return order.find(has) ?? null;
}

/** With several ways out the request must leave by the service's own line, or another line's address is published. */
function mustBind(sighting: Sighting): boolean {
  return sighting.several === true;
}

function bind(host: Host, { service, sighting }: Line, fetcher: Fetcher) {
  const free = { device: "", wrapper: [] as string[], unbound: false };
  if (!mustBind(sighting)) return free;
  if (fetcher === curl) return { ...free, device: sighting.device ?? "" };
  if (host.hasProgram("mwan3")) return { ...free, wrapper: ["mwan3", "use", service.interface] };
  return { ...free, unbound: true };
}

/** The small file of Amazon's roots, where it is worth a try: parsing the system's bundle costs ten times the rest. */
function narrowTrust(host: Host, { service, state }: Line, call: Call): string {
  if (service.cacert || state.systemTrust) return "";
  const amazon = urlParts(call.url)?.host.endsWith(".on.aws");
  const path = amazonRootsPath(host);
  return amazon && host.fileFacts(path) ? path : "";
}

const NO_CLIENT = "neither uclient-fetch nor curl is installed; install one of them";
const UNBOUND =
  "there are several ways out, and uclient-fetch cannot choose one: the service may see another line; install curl";
const WIDER = "Amazon's roots do not verify this service; trusting the system's CA bundle until reboot";
