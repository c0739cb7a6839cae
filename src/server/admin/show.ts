// The commands show and history: one host in full, never its secret.
import { printable } from "../../shared/text.ts";
import { ago, inWords } from "../duration.ts";
import { decodeHistory } from "../history.ts";
import { type Context, time, unknown } from "./context.ts";
import { codeText, isoTime, jsonOf, type NameReport, reportOn } from "./report.ts";
import { findHost, type NamedRecord } from "./store.ts";

/** One host, a line a fact. */
export async function show(host: string, context: Context, json: boolean): Promise<string> {
  const { nowSeconds } = context;
  const report = reportOn(await found(host, context), nowSeconds);
  if (json) return `${JSON.stringify(jsonOf(report), null, 1)}\n`;
  const { names, reason } = report;
  const of = (family: string) =>
    nameLine(
      names.find((name) => name.family === family),
      nowSeconds,
    );
  const facts: [string, string | null][] = [
    ["host", host],
    ["state", `${report.state}${reason === null ? "" : `: ${printable(reason, 300)}`}`],
    ["zone", report.zoneId],
    ["ttl", report.ttlSeconds === null ? null : `${report.ttlSeconds} s`],
    ["A", of("ipv4")],
    ["AAAA", of("ipv6")],
    ["owner", report.owner === null ? null : printable(report.owner, 300)],
    ["watch", report.isWatched ? null : "no: the watch does not tell of it"],
    ["stated", report.mayState ? "allowed: it may name any public address" : null],
    ["added", report.addedSeconds === null ? null : time(report.addedSeconds)],
    ["secret", twoSecrets(report.twoSecretsUntilSeconds)],
    ["code", report.code && codeText(report.code)],
  ];
  return facts.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(8)}${text}\n`])).join("");
}

/** The last addresses of each family and how long each was published. */
export async function history(host: string, context: Context, json: boolean): Promise<string> {
  const { stored } = await found(host, context);
  const families = (["ipv4", "ipv6"] as const).map((family) => ({
    family,
    entries: decodeHistory(stored.histories[family]),
  }));
  if (json) {
    const all = families.flatMap(({ family, entries }) =>
      entries.map(({ address, sinceSeconds }) => ({ family, address, since: isoTime(sinceSeconds) })),
    );
    return `${JSON.stringify(all, null, 1)}\n`;
  }
  const lines = families.flatMap(({ family, entries }) =>
    entries.map(({ address, sinceSeconds }, index) => {
      const until = entries[index - 1]?.sinceSeconds ?? context.nowSeconds;
      const span = `${index === 0 ? "until now, " : "for "}${inWords(Math.max(0, until - sinceSeconds))}`;
      return `${family === "ipv4" ? "A   " : "AAAA"}  ${time(sinceSeconds)}  ${address.padEnd(15)}  ${span}\n`;
    }),
  );
  const none = `${host} has no history: nothing was published since it is kept, or none is kept (HistoryLength 0).\n`;
  return lines.length === 0 ? none : lines.join("");
}

async function found(host: string, { table }: Context): Promise<NamedRecord> {
  const record = await findHost(table, host);
  if (!record) throw unknown(host);
  return record;
}

function nameLine(name: NameReport | undefined, nowSeconds: number): string {
  if (!name) return "never updated";
  const { address, isConfirmed, isQueued, sinceSeconds, lastContactSeconds, state } = name;
  if (isQueued) return `${address} is queued until Route 53 has room`;
  if (!isConfirmed) return `${address} begun and not confirmed; the next update writes it again`;
  const since = sinceSeconds === null ? "" : ` since ${time(sinceSeconds)}`;
  return `${address}${since}, last contact ${ago(lastContactSeconds, nowSeconds)} (${state})`;
}

function twoSecrets(untilSeconds: number | null): string | null {
  return untilSeconds === null ? null : `the former one is valid until ${time(untilSeconds)}`;
}
