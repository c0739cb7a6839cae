// Looks by which way the requests of a service leave: the programs that are there, and what the kernel says of its routes.
import { urlParts } from "../../shared/url.ts";
import type { Egress } from "../core/detection.ts";
import type { Context, Decision } from "../core/types.ts";
import { egressBy, peerAddress, routeDevice, routeJob } from "../detect/egress.ts";
import type { Host } from "../host/port.ts";

/** The programs that a service may make its requests with. */
interface Programs {
  curl: boolean;
  uclient: boolean;
}

/** The programs that `service` may use and that are here; those of `without` do not start. */
function programsOf(host: Host, { service }: Context, without: readonly string[]): Programs {
  const has = (name: string) => host.hasProgram(name) && !without.includes(name);
  // What is asked for by name is taken, so that its absence is told by name.
  if (service.httpClient !== "auto") {
    return { curl: service.httpClient === "curl", uclient: service.httpClient === "uclient-fetch" };
  }
  return { curl: has("curl"), uclient: has("uclient-fetch") };
}

/**
 * The way out for what was decided, or undefined where it makes no difference: nothing is sent, or a token that is worth nothing
 * on another line, by the only program there is.
 */
export function egressFor(host: Host, context: Context, decision: Decision): Egress | undefined {
  if (decision.kind === "rest" || context.detection.statedAt !== undefined) return undefined;
  const asks = decision.kind === "ask";
  const binds = asks || programsOf(host, context, []).curl || host.hasProgram("mwan3");
  return binds ? findEgress(host, context, asks) : undefined;
}

/** The way out; `asks`: for a question, which curl makes bound wherever it is, so that nobody need look at the routes. */
export function findEgress(
  host: Host,
  context: Context,
  asks: boolean,
  without: readonly string[] = [],
): Egress {
  const { device } = context.detection;
  const { curl, uclient } = programsOf(host, context, without);
  // With no program at all there is nothing to bind: whoever tries says what is missing.
  if (!curl && !uclient) return { kind: "own", device };
  const mwan3 = uclient && host.hasProgram("mwan3");
  const looks = device !== "" && uclient && !mwan3 && !(curl && asks);
  return egressBy({ device, route: looks ? routeOf(host, context, "") : null, curl, mwan3 });
}

/** The device by which what is bound to nothing leaves for `peer`, as the program printed it; "" where nobody can tell. */
export function leftBy(host: Host, context: Context, peer: string | undefined): string {
  const address = peerAddress(peer, context.service.family);
  return (address && routeOf(host, context, address)) || "";
}

/** The device by which a request leaves that is bound to nothing, "" without a route, null where nobody can tell. */
function routeOf(host: Host, { service, detection }: Context, peer: string): string | null {
  const written = peerAddress(urlParts(service.url)?.host, service.family);
  const own = "address" in detection ? detection.address.text : "";
  const { ended, stdout } = host.run(routeJob(service.family, peer || written, own));
  return ended === "exit" ? routeDevice(stdout) : null;
}
