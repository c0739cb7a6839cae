// What the router shows of an interface's addresses, and by which way a request leaves. Data only.
import type { Address } from "../../shared/address.ts";

/**
 * What the router shows of an interface's addresses in one family. "publishable" may be published; "private" is private, shared (CGNAT)
 * or ULA, so that only the service can tell the public one; "unusable" is neither (deprecated, link-local, documentation …);
 * "tentative" is one of the first two in a moment, when duplicate address detection (RFC 4862) is through.
 * "missing": no interface has this name; "unknown": netifd did not answer.
 */
export type Detection = (
  | { kind: "publishable" | "private" | "unusable" | "tentative"; address: Address }
  | { kind: "missing" | "down" | "no-address" | "unknown" }
  /** Of a machine: no prefix that may be used (`narrow`: one that leaves too few bits), or a clock that is not set. */
  | { kind: "no-prefix"; narrow: boolean }
  | { kind: "no-clock" }
) &
  Surroundings;

interface Surroundings {
  /** Device of layer 3 by which the interface's requests have to leave, "" where there is none. */
  device: string;
  /** Of a machine behind the router: when its address was found, Unix time. It is stated, by whatever way the request leaves. */
  statedAt?: number;
  /** The prefix that its address is in, such as 2001:db8::/64. */
  prefix?: string;
  /** By which way a request leaves; not looked at before one is due. */
  egress?: Egress;
  /** The router's own addresses of this family: what the service may see without NAT in between. */
  own?: readonly OwnAddress[];
  /** Another interface that has an address of this family, where this one has none; where there is none of this name, the one meant. */
  elsewhere?: string;
}

export interface OwnAddress {
  text: string;
  /** Name of the interface that has it, or its device where netifd does not know it. */
  interface: string;
  /** On the interface that was asked about, or out of the prefix that was delegated to it. */
  here: boolean;
  /** Public, and neither deprecated nor tentative. */
  usable: boolean;
}

/**
 * By which way a request of a service leaves, decided once an attempt. "own": whatever is bound to nothing leaves by the
 * interface's own device, as the kernel says. "bind": a request has to be bound to the device. "none": nothing on this router
 * can make a request leave there; `other` is the device by which it would leave, "" where nobody knows.
 */
export type Egress =
  | { kind: "own"; device: string }
  | { kind: "bind"; device: string; by: "curl" | "mwan3" }
  | { kind: "none"; other: string };
