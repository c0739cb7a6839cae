// Whose address a local request counts as coming from. No header is believed unless SOURCE_IP_HEADER names it.
import { callerAddress } from "../decide.ts";

/** What of a connection matters here. `header`: the values of the named header, one per line that was sent. */
export interface Peer {
  remoteAddress: string | undefined;
  header: readonly string[];
}

/** The caller's address as text, or null where the rule of SOURCE_IP_HEADER gives none: the answer is then 400. */
export function sourceIp(peer: Peer, headerName: string | null): string | null {
  const remote = callerAddress(peer.remoteAddress ?? "");
  if (headerName === null) return remote?.text ?? null;
  if (remote?.scope !== "loopback" || peer.header.length !== 1) return null;
  return callerAddress(peer.header[0] ?? "")?.text ?? null;
}
