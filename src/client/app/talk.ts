// One call over the network: which program makes it, whom it trusts, and the second try that either may need.
import { urlParts } from "../core/config.ts";
import type { Reply, ServiceState, Sighting, Subject } from "../core/types.ts";
import type { Call } from "../exchange/exchange.ts";
import { curl } from "../fetchers/curl.ts";
import { type Fetcher, failed, type HttpRequest } from "../fetchers/request.ts";
import { uclientFetch } from "../fetchers/uclient.ts";
import type { Host } from "../host/port.ts";
import { amazonRootsPath } from "./paths.ts";
import type { Say } from "./report.ts";

/** Makes `call`. The state that comes back remembers until reboot what had to be tried twice. */
export function talk(
  host: Host,
  subject: Subject,
  call: Call,
  say: Say,
): { reply: Reply; state: ServiceState } {
  const { service } = subject;
  let state = subject.state;
  const fetcher = choose(host, subject);
  if (!fetcher) return { reply: failed("local", NO_CLIENT), state };
  const way = bind(host, subject, fetcher);
  // Only a token is bound to an address; the answer to a question may speak of another line.
  if (way.unbound && call.mode === "get") {
    return { reply: { ...failed("local", UNBOUND), unbound: true }, state };
  }
  if (way.unbound && !state.severalWays) {
    say("warn", service, UNBOUND);
    state = { ...state, severalWays: true };
  }
  const narrow = narrowTrust(host, subject, call);
  const request = {
    url: call.url,
    body: call.body,
    family: service.family,
    cacert: service.cacert || narrow,
    ...way,
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
    return talk(host, { ...subject, state: { ...state, needsCurl: true } }, call, say);
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
export function choose(host: Host, { service, state, sighting }: Subject): Fetcher | null {
  if (service.httpClient !== "auto") return service.httpClient === "curl" ? curl : uclientFetch;
  // uclient-fetch with mbedTLS takes no certificate for a bare address.
  const bare = new RegExp("^(\\[|[\\d.]+$)").test(urlParts(service.url)?.host ?? "");
  const curlFirst = state.needsCurl || mustBind(sighting) || bare;
  const has = (fetcher: Fetcher) => host.hasProgram(fetcher.name);
  const order = curlFirst ? [curl, uclientFetch] : [uclientFetch, curl];
  return order.find(has) ?? null;
}

/** With several ways out the request must leave by the service's own line, or another line's address is published. */
function mustBind(sighting: Sighting): boolean {
  return sighting.several === true;
}

/** By which device, or through which words before the program, a call leaves by the service's own line; or that nothing can. */
function bind(host: Host, { service, sighting }: Subject, fetcher: Fetcher) {
  const free = { device: "", wrapper: [] as string[], unbound: false };
  if (!mustBind(sighting)) return free;
  if (fetcher === curl) return { ...free, device: sighting.device ?? "" };
  if (host.hasProgram("mwan3")) return { ...free, wrapper: ["mwan3", "use", service.interface] };
  return { ...free, unbound: true };
}

/** The small file of Amazon's roots, where it is worth a try: parsing the system's bundle costs ten times the rest. */
function narrowTrust(host: Host, { service, state }: Subject, call: Call): string {
  if (service.cacert || state.systemTrust) return "";
  const amazon = urlParts(call.url)?.host.endsWith(".on.aws");
  const path = amazonRootsPath(host);
  return amazon && host.fileFacts(path) ? path : "";
}

const NO_CLIENT = "neither uclient-fetch nor curl is installed; install one of them";
const UNBOUND =
  "there are several ways out, and uclient-fetch cannot choose one: the service may see another line; install curl";
const WIDER = "Amazon's roots do not verify this service; trusting the system's CA bundle until reboot";
