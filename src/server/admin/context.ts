// What the admin commands work on and share: the table, the zones, and what the router will be told.
import { decodeRecord, decodeRetired, type HostRecord, type RetiredSecret } from "../record.ts";
import type { LogPorts } from "./logs.ts";
import { readHost, type Table } from "./store.ts";
import { type Section, uciSection } from "./uci.ts";
import type { NamedZone } from "./zone-lookup.ts";
import type { ZoneView } from "./zone-view.ts";

/** What a command works on; `url` and `cacert` are what the router will be told. */
export interface Context {
  table: Table;
  /** The zone that an operator calls by name or id; asked for once each. */
  zone(nameOrId: string): Promise<NamedZone>;
  /** The zone of hosts for which none is given. */
  defaultZone?: string;
  zoneView: ZoneView;
  url: string;
  cacert?: string;
  nowSeconds: number;
  /** The service's log; asked for only where the command needs it. */
  log(): LogPorts;
}

/** A record that can be read, with its text as stored. */
export interface Usable {
  record: HostRecord;
  data: string;
  retired: RetiredSecret | null;
}

/** The record of `host`; throws a sentence where there is none or it cannot be read. */
export async function usable(host: string, table: Table): Promise<Usable> {
  const stored = await readHost(table, host);
  if (!stored) throw unknown(host);
  const record = decodeRecord(stored.data);
  if (typeof record === "string") throw new Error(`The record of ${host} cannot be used: ${record}.`);
  return { record, data: stored.data ?? "", retired: decodeRetired(stored.retired) };
}

/** The section to paste into the router. */
export function section(hostname: string, proof: Section["proof"], { url, cacert }: Context): string {
  return uciSection({ hostname, url, proof, ...(cacert === undefined ? {} : { cacert }) });
}

/** The error for a host that the table does not have. */
export function unknown(host: string): Error {
  return new Error(`There is no host ${host}; names are told apart by letter case and final dot.`);
}

/** Unix time as people read it, to the minute. */
export function time(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
