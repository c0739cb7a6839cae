// The command watch: one run of the daily watch from here. What it has to tell it prints, in place of the topic.
import { randomUUID } from "node:crypto";
import { watchTable } from "../aws/watch-table.ts";
import type { Digest } from "../digest.ts";
import { runWatch } from "../watch.ts";
import type { Context } from "./context.ts";

/**
 * What changed class since it was told last. Told here is told: the daily watch will not repeat it, unless `dryRun`. Where there is
 * nothing to tell it says so to whoever only looks, and nothing at all otherwise: cron mails what is printed.
 */
export async function watchNow({ table, nowSeconds }: Context, dryRun: boolean): Promise<string> {
  const told: Digest[] = [];
  const { digest, hosts, fault } = await runWatch(
    {
      ...watchTable(table.client, table.name),
      tell: async (one) => {
        told.push(one);
        return { kind: "done" };
      },
      now: () => nowSeconds * 1000,
      newWriteId: randomUUID,
    },
    dryRun,
  );
  if (fault !== null) throw new Error(fault);
  const shown = dryRun ? digest : (told[0] ?? null);
  if (shown === null && !dryRun) return "";
  if (shown === null) return `Nothing to tell of ${hosts} host${hosts === 1 ? "" : "s"}.\n`;
  return `${shown.subject}\n\n${shown.text}`;
}
