// The part of an IPv6 address that a machine keeps in every prefix (its interface identifier, RFC 4291), as users write it.
// Parsed only where a section has a machine behind the router.
import { parseGroups } from "../../shared/address.ts";

const MAC = new RegExp("^([0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2})((\\2[0-9A-Fa-f]{2}){4})$");

/**
 * The four groups of a host id: `::1234`, at most 64 bits, or a MAC address, which stands for its EUI-64 (RFC 4291, appendix A);
 * or a sentence that says what is wrong.
 */
export function parseHostId(text: string): number[] | string {
  if (MAC.test(text)) return eui64(text.split(new RegExp("[:-]")).map((octet) => Number.parseInt(octet, 16)));
  const groups = parseGroups(text);
  if (!groups)
    return `'${text}' is neither the last part of an IPv6 address, such as ::1234, nor a MAC address`;
  if (groups.slice(0, 4).some((group) => group !== 0))
    return `'${text}' has more than 64 bits; write what the machine keeps in every prefix, such as ::1234`;
  if (groups.every((group) => group === 0)) return `'${text}' is all zeros, which is no machine's`;
  return groups.slice(4);
}

/** The universal/local bit is turned, and ff:fe put into the middle. */
function eui64([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: number[]): number[] {
  return [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
}
