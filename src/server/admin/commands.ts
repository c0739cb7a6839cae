// What the admin commands do and print. A secret is printed once, in the section to paste, and nowhere else.
import { hostnameProblem } from "../../protocol/hostname.ts";
import { dnsName } from "../handle.ts";
import { decodeRecord, decodeRetired, type HostRecord, type RetiredSecret } from "../record.ts";
import { decodeState } from "../state.ts";
import type { Command } from "./args.ts";
import { newSecret, readSecret } from "./secret.ts";
import {
  addHost,
  listHosts,
  type NamedRecord,
  readHost,
  removeHost,
  rotateHost,
  type Table,
} from "./store.ts";
import { uciSection } from "./uci.ts";

/** What a command works on; `url` and `cacert` are what the router will be told. */
export interface Context {
  table: Table;
  zoneIdFor(host: string, zone: string): Promise<string>;
  url: string;
  cacert?: string;
  nowSeconds: number;
}

/** Runs a command and returns what it has to say; throws a sentence where it cannot. */
export async function run(command: Command, context: Context): Promise<string> {
  switch (command.name) {
    case "add":
      return await add(command, context);
    case "list":
      return list(await listHosts(context.table), context.nowSeconds);
    case "show":
      return await show(command.host, context);
    case "rotate":
      return await rotate(command, context);
    case "remove":
      return await remove(command.host, context);
  }
}

async function add(command: Command, context: Context): Promise<string> {
  const { host, ttlSeconds } = command;
  const problem = hostnameProblem(host);
  if (problem !== null) throw new Error(`The host name ${host} ${problem}.`);
  const zoneId = await context.zoneIdFor(host, command.zone);
  const twin = (await listHosts(context.table)).find(({ hostname }) => isTwin(hostname, host));
  if (twin) {
    throw new Error(
      `${twin.hostname} stands for the same name in DNS, and two records would undo each other's updates; ` +
        "use that one, or remove it first.",
    );
  }
  const secret = command.secretFile === null ? newSecret() : readSecret(command.secretFile);
  if (!(await addHost(context.table, host, { zoneId, ttlSeconds, secret }))) {
    throw new Error(`${host} exists already; give it a new secret with rotate, or remove it first.`);
  }
  return section(host, secret, context);
}

/** Another key of the table, for which the service would write the same record set. */
function isTwin(one: string, other: string): boolean {
  return one !== other && dnsName(one) === dnsName(other);
}

async function rotate(command: Command, context: Context): Promise<string> {
  const { host, keepHours } = command;
  const { record, data, retired: older } = await usable(host, context.table);
  if (keepHours > 0 && older && older.untilSeconds > context.nowSeconds) {
    throw new Error(
      `${host} has two secrets until ${time(older.untilSeconds)}, and a new one would end the older, which its router ` +
        "may still use. Rotate after that, or with --keep-hours 0, which ends both.",
    );
  }
  const secret = command.secretFile === null ? newSecret() : readSecret(command.secretFile);
  if (secret === record.secret) throw new Error(`${host} has this secret already.`);
  const untilSeconds = context.nowSeconds + keepHours * 3600;
  const retired = { secret: record.secret, untilSeconds };
  // Whatever else the record holds, such as the older form's members, stays.
  const next = JSON.stringify({ ...JSON.parse(data), shared_secret: secret });
  if (!(await rotateHost(context.table, host, data, next, retired))) {
    throw new Error(`${host} was changed by somebody else just now; look at it and try again.`);
  }
  const note =
    keepHours === 0
      ? "The old secret is no longer valid."
      : `The old secret is valid until ${time(untilSeconds)}.`;
  return `# ${note}\n${section(host, secret, context)}`;
}

async function remove(host: string, { table }: Context): Promise<string> {
  if (!(await removeHost(table, host))) throw unknown(host);
  return `${host} is removed. Its DNS records stay as they are; delete them in the zone where they are no longer wanted.\n`;
}

async function show(host: string, { table, nowSeconds }: Context): Promise<string> {
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

function list(hosts: readonly NamedRecord[], nowSeconds: number): string {
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

interface Usable {
  record: HostRecord;
  data: string;
  retired: RetiredSecret | null;
}

async function usable(host: string, table: Table): Promise<Usable> {
  const stored = await readHost(table, host);
  if (!stored) throw unknown(host);
  const record = decodeRecord(stored.data);
  if (typeof record === "string") throw new Error(`The record of ${host} cannot be used: ${record}.`);
  return { record, data: stored.data ?? "", retired: decodeRetired(stored.retired) };
}

function section(hostname: string, secret: string, { url, cacert }: Context): string {
  return uciSection({ hostname, url, secret, ...(cacert === undefined ? {} : { cacert }) });
}

function unknown(host: string): Error {
  return new Error(`There is no host ${host}; names are told apart by letter case and final dot.`);
}

function time(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
