// The commands list and show: what the table knows of hosts, never a secret.
import { decodeRecord, decodeRetired } from "../record.ts";
import { decodeState } from "../state.ts";
import { type Context, time, unknown } from "./context.ts";
import { type NamedRecord, readHost } from "./store.ts";

/** All hosts, a line each. */
export function list(hosts: readonly NamedRecord[], nowSeconds: number): string {
  if (hosts.length === 0) return "No hosts yet; make one with add.\n";
  const width = Math.max(...hosts.map(({ hostname }) => hostname.length));
  return hosts.map((host) => `${host.hostname.padEnd(width)}  ${summary(host, nowSeconds)}\n`).join("");
}

function summary({ stored }: NamedRecord, nowSeconds: number): string {
  const record = decodeRecord(stored.data);
  if (typeof record === "string") return `broken: ${record}`;
  const addresses = [stored.states.ipv4, stored.states.ipv6].flatMap(
    (text) => decodeState(text)?.address ?? [],
  );
  const retired = decodeRetired(stored.retired);
  const rotating = retired && retired.untilSeconds > nowSeconds ? "  (two secrets)" : "";
  return (addresses.join(" ") || "never updated") + rotating;
}

function published(text: string | null): string {
  const state = decodeState(text);
  if (!state) return "never updated";
  if (state.phase === "confirmed") return `${state.address} since ${time(state.atSeconds)}`;
  return `${state.address} begun and not confirmed; the next update writes it again`;
}

/** One host, a line a fact. */
export async function show(host: string, { table, nowSeconds }: Context): Promise<string> {
  const stored = await readHost(table, host);
  if (!stored) throw unknown(host);
  const record = decodeRecord(stored.data);
  const lines = [`host    ${host}`];
  if (typeof record === "string") lines.push(`broken  ${record}`);
  else lines.push(`zone    ${record.zoneId}`, `ttl     ${record.ttlSeconds} s`);
  for (const [label, text] of [
    ["A       ", stored.states.ipv4],
    ["AAAA    ", stored.states.ipv6],
  ] as const) {
    lines.push(label + published(text));
  }
  const retired = decodeRetired(stored.retired);
  if (retired && retired.untilSeconds > nowSeconds)
    lines.push(`secret  the former one is valid until ${time(retired.untilSeconds)}`);
  return `${lines.join("\n")}\n`;
}
