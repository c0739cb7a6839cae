// One call over the network: which program makes it, by which way, whom it trusts, and the second try that either may need.
import { urlParts } from "../../shared/url.ts";
import type { Egress } from "../core/detection.ts";
import type { Context, Reply, ServiceState } from "../core/types.ts";
import type { Call } from "../exchange/call.ts";
import type { Host } from "../host/port.ts";
import { curl } from "../http/curl.ts";
import { type Fetcher, failed, type HttpRequest, TOTAL_SECONDS } from "../http/request.ts";
import { uclientFetch } from "../http/uclient-fetch.ts";
import { loadPart } from "../parts.ts";
import { egressLine } from "./detection-messages.ts";
import { findEgress, leftBy } from "./egress.ts";
import type { Say } from "./log.ts";

import { amazonRootsPath } from "./paths.ts";

interface Sent {
  reply: Reply;
  /** Remembers until reboot what had to be tried twice. */
  state: ServiceState;
}

/** Makes `call`; `without`: programs that were found not to start. */
export function send(
  host: Host,
  context: Context,
  call: Call,
  say: Say,
  without: readonly string[] = [],
): Sent {
  const { service, detection, state } = context;
  const known = without.length === 0 ? detection.egress : undefined;
  // What a machine's address is stated to is reached by any way.
  const bind = call.bind && detection.statedAt === undefined;
  const egress = known ?? (bind ? findEgress(host, context, true, without) : undefined);
  const fetcher = choose(host, context, egress, bind, without);
  if (!fetcher) return { reply: failed("local", NO_CLIENT), state };
  const way = wayBy(fetcher, service.interface, egress);
  const talked = ask(host, context, call, { fetcher, egress, way, say });
  const { reply } = talked;
  if (!("failure" in reply) || !reply.instead || service.httpClient !== "auto") return talked;
  const other = fetcher === curl ? uclientFetch : curl;
  const starts = host.hasProgram(other.name) && !without.includes(other.name);
  if (!starts || (reply.instead === "curl" && other !== curl)) return talked;
  const learned = { ...talked.state, needsCurl: state.needsCurl || other === curl };
  if (reply.instead === "curl") return send(host, { ...context, state: learned }, call, say, without);
  say("warn", service, `${reply.failure.detail}; going on with ${other.name}`);
  return send(host, { ...context, state: learned }, call, say, [...without, fetcher.name]);
}

interface Means {
  fetcher: Fetcher;
  egress: Egress | undefined;
  way: Pick<HttpRequest, "device" | "wrapper">;
  say: Say;
}

/** Makes `call` by these means, with the system's CA bundle where Amazon's roots are not enough. */
function ask(host: Host, context: Context, call: Call, { fetcher, egress, way, say }: Means): Sent {
  const { service, detection } = context;
  let { state } = context;
  const cannot = (by: Extract<Egress, { kind: "none" }>): Reply => {
    loadPart("problems");
    return { ...failed("local", egressLine(service, detection.device, by)), strayed: by.other };
  };
  // Only a token is bound to an address; the answer to a question may speak of another line.
  if (egress?.kind === "none" && call.mode === "get") return { reply: cannot(egress), state };
  const { url, body, seconds = TOTAL_SECONDS } = call;
  const narrow = narrowTrust(host, context, call);
  const request = {
    url,
    body,
    // What is stated may travel by either.
    family: detection.statedAt === undefined ? service.family : ("" as const),
    cacert: service.cacert || narrow,
    ...way,
    seconds,
    idHeader: ID_HEADER,
  };
  let reply = exchangeBytes(host, fetcher, request);
  if (narrow && isUntrusted(reply)) {
    reply = exchangeBytes(host, fetcher, { ...request, cacert: "" });
    if ("response" in reply) {
      say("info", service, WIDER);
      state = { ...state, systemTrust: true };
    }
  }
  const bound = way.device !== "" || way.wrapper.length > 0;
  if ("failure" in reply) return { reply, state };
  const free = call.mode === "set" || detection.statedAt !== undefined;
  const other = free || bound ? detection.device : leftBy(host, context, reply.peer);
  return { reply: other === detection.device ? { ...reply, bound } : cannot({ kind: "none", other }), state };
}

function exchangeBytes(host: Host, fetcher: Fetcher, request: HttpRequest): Reply {
  return fetcher.read(host.run(fetcher.job(request)), request);
}

function isUntrusted(reply: Reply): boolean {
  return "failure" in reply && reply.failure.kind === "untrusted";
}

/**
 * uclient-fetch where it suffices, since every image has it and it is lighter; curl where it does not: to bind a request to a
 * device (`bind`: this one has to be, where that can be had), say. Null where there is neither.
 */
export function choose(
  host: Host,
  { service, state }: Pick<Context, "service" | "state">,
  egress: Egress | undefined,
  bind: boolean,
  without: readonly string[] = [],
): Fetcher | null {
  if (service.httpClient !== "auto") return service.httpClient === "curl" ? curl : uclientFetch;
  // uclient-fetch with mbedTLS takes no certificate for a bare address.
  const bare = new RegExp("^(\\[|[\\d.]+$)").test(urlParts(service.url)?.host ?? "");
  const curlFirst = state.needsCurl || bind || egress?.kind === "bind" || bare;
  const has = ({ name }: Fetcher) => host.hasProgram(name) && !without.includes(name);
  const order = curlFirst ? [curl, uclientFetch] : [uclientFetch, curl];
  return order.find(has) ?? null;
}

/** By which device, or through which words before the program, a call leaves by the interface; neither where nothing can. */
function wayBy(fetcher: Fetcher, line: string, egress: Egress | undefined): Means["way"] {
  if (!egress || egress.kind === "none") return { device: "", wrapper: [] };
  if (fetcher === curl) return { device: egress.device, wrapper: [] };
  const wrapper = egress.kind === "bind" && egress.by === "mwan3" ? ["mwan3", "use", line] : [];
  return { device: "", wrapper };
}

/** The small file of Amazon's roots, where it is worth a try: parsing the system's bundle costs ten times the rest. */
function narrowTrust(host: Host, { service, state }: Context, call: Call): string {
  if (service.cacert || state.systemTrust) return "";
  const amazon = urlParts(call.url)?.host.endsWith(".on.aws");
  const path = amazonRootsPath(host);
  return amazon && host.fileFacts(path) ? path : "";
}

/** How AWS names a request in its answer. */
const ID_HEADER = "x-amzn-requestid";
const NO_CLIENT = "neither uclient-fetch nor curl is installed; install one of them";
const WIDER = "Amazon's roots do not verify this service; trusting the system's CA bundle until reboot";
