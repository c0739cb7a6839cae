// What the table holds as published, written into the zones that lack it: their file may have been lost or restored.
// Leaves alone what is not confirmed, which the next update writes anyway, and what no zone of ours takes.
import { listHosts, type Table } from "../admin/store.ts";
import type { Zone } from "../ports.ts";
import { zoneChange } from "../publish.ts";
import { decodeRecord } from "../record.ts";
import { decodeState } from "../state.ts";

/** To be run before requests are answered: a confirmed record is answered from the table alone, for a day. */
export async function restoreZones(table: Table, zones: Zone): Promise<void> {
  for (const { hostname, stored } of await listHosts(table)) {
    const record = decodeRecord(stored.data);
    if (typeof record === "string") continue;
    for (const family of ["ipv4", "ipv6"] as const) {
      const state = decodeState(stored.states[family]);
      if (state?.phase === "confirmed")
        await zones.upsert(zoneChange(hostname, record, family, state.address));
    }
  }
}
