// The kernel's IPv6 addresses from /proc/net/if_inet6: what netifd does not tell of an address. Lines that are none are passed over.
import { parseAddress } from "../../shared/address.ts";

export interface KernelAddress {
  text: string;
  device: string;
  /** Duplicate address detection (RFC 4862) still runs: nothing can be bound to it, and nothing leaves from it. */
  tentative: boolean;
  /** Another host has it (DAD failed), or its preferred lifetime is over. */
  unusable: boolean;
}

/** Flags in the last but one column (linux/if_addr.h). */
const TENTATIVE = 0x40;
const OPTIMISTIC = 0x04;
const DEPRECATED = 0x20;
const DAD_FAILED = 0x08;

/** The addresses in the file's text. */
export function parseIfInet6(text: string): KernelAddress[] {
  return text.split("\n").flatMap((line) => {
    const [hex = "", , , , flagged = "", device = ""] = line.trim().split(new RegExp(" +"));
    const groups =
      hex.length === 32 ? Array.from({ length: 8 }, (_, at) => hex.slice(at * 4, at * 4 + 4)) : [];
    const address = parseAddress(groups.join(":"));
    const flags = Number.parseInt(flagged, 16);
    if (!address || !device || Number.isNaN(flags)) return [];
    const tentative = (flags & TENTATIVE) !== 0 && (flags & (OPTIMISTIC | DAD_FAILED)) === 0;
    return [{ text: address.text, device, tentative, unusable: (flags & (DEPRECATED | DAD_FAILED)) !== 0 }];
  });
}
