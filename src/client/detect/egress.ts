// By which way a request leaves: what the kernel's routes say, and what follows for the programs that are there.
import { type Family, parseAddress } from "../../shared/address.ts";
import type { Egress } from "../core/detection.ts";
import type { Job } from "../host/port.ts";

/**
 * Where a look at the routes is for no service in particular: addresses of AWS, where function URLs are. A route to the service
 * alone is not seen so; whoever needs certainty looks at the address that was really asked.
 */
const ANYWHERE: Readonly<Record<Family, string>> = { ipv4: "52.95.110.1", ipv6: "2600:1f18::1" };

/** The question to the kernel by which device a request to `destination` leaves; `from` is its source, "" where that is open. */
export function routeJob(family: Family, destination: string, from: string): Job {
  const argv = [
    "ip",
    family === "ipv4" ? "-4" : "-6",
    "route",
    "get",
    destination || ANYWHERE[family],
  ] as const;
  // Routes of IPv6 may hold for some sources only.
  const source = family === "ipv6" && from ? ["from", from] : [];
  return { argv: [...argv, ...source], stdin: "", deadlineSeconds: 5, output: "bounded" };
}

/** The device in what `ip route get` prints, "" where there is no route. */
export function routeDevice(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  if (new RegExp("^(unreachable|blackhole|prohibit|throw) ").test(line)) return "";
  return new RegExp(" dev (\\S+)").exec(line)?.[1] ?? "";
}

/** What there is to go by. */
export interface Means {
  /** The device that requests have to leave by, "" where there is none. */
  device: string;
  /** The device by which a request leaves that is bound to nothing; "" = no route; null = nobody looked, or could. */
  route: string | null;
  curl: boolean;
  mwan3: boolean;
}

/** The way out by these means. curl and mwan3 count where the service may use them. */
export function egressBy({ device, route, curl, mwan3 }: Means): Egress {
  if (device === "") return { kind: "none", other: route ?? "" };
  // mwan3 marks packets, and a mark goes before the routes that were looked at.
  if (!mwan3 && route === device) return { kind: "own", device };
  if (curl) return { kind: "bind", device, by: "curl" };
  if (mwan3) return { kind: "bind", device, by: "mwan3" };
  // Without a route the request fails by itself, and answers nothing.
  return route === "" ? { kind: "own", device } : { kind: "none", other: route ?? "" };
}

/** A peer as programs print it (`Connecting to ADDR:PORT`), as an address of `family`; "" where it is none. */
export function peerAddress(text: string | undefined, family: Family): string {
  const address = parseAddress((text ?? "").replace("[", "").replace("]", ""));
  return address?.family === family ? address.text : "";
}
