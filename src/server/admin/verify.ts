// The command verify: the table against the zone and what the zone's name servers answer. Today a record that was edited by hand
// would stay wrong for a day; with --fix the next update of its router writes it again.
import { randomUUID } from "node:crypto";
import { dynamodbRecords } from "../aws/dynamodb.ts";
import { dnsName } from "../publish.ts";
import { decodeState, encodeState, type FamilyState } from "../state.ts";
import type { Command } from "./args.ts";
import { type Context, unknown } from "./context.ts";
import { findHost, listHosts, type NamedRecord } from "./store.ts";
import type { RecordSet } from "./zone-view.ts";

/** What the zone should hold for one family of a host. */
interface Expected {
  hostname: string;
  name: string;
  family: "ipv4" | "ipv6";
  type: "A" | "AAAA";
  zoneId: string;
  ttlSeconds: number;
  state: FamilyState;
  text: string;
}

interface Finding {
  expected: Expected;
  /** Sentences without full stop; none where all is well. */
  problems: string[];
  /** The zone itself is wrong, which an update can mend. */
  isZoneWrong: boolean;
  /** No name server could be asked, which says nothing about the name. */
  isUnanswered: boolean;
}

/** Up to so many hosts are looked up one by one, and more by reading the whole zone. */
const ONE_BY_ONE = 20;
/** A change of the zone reaches its name servers within a minute. */
const SPREAD_SECONDS = 120;
/** Name servers are asked about so many names at a time. */
const AT_ONCE = 10;

/** Compares, and with --fix marks what the next update is to write again. Exit 1 where something is wrong. */
export async function verify(command: Command, context: Context): Promise<{ out: string; exit: number }> {
  const hosts = await chosen(command.hosts, context);
  const expected = hosts.flatMap(expectedOf);
  const sets = await zoneRecords(expected, hosts.length, context);
  const findings: Finding[] = [];
  for (let start = 0; start < expected.length; start += AT_ONCE) {
    const part = expected.slice(start, start + AT_ONCE);
    findings.push(...(await Promise.all(part.map((one) => compare(one, sets, context)))));
  }
  const wrong = findings.filter(({ problems }) => problems.length > 0);
  const fixed = command.options.fix ? await fix(wrong, context) : "";
  const exit = wrong.length === 0 ? 0 : 1;
  if (command.options.json) return { out: `${JSON.stringify(findings.map(jsonOf), null, 1)}\n`, exit };
  const lines = wrong.map(
    ({ expected: { name, type }, problems }) => `${name} ${type}: ${problems.join("; ")}\n`,
  );
  const rest = hosts.flatMap(unverified);
  const end = `${expected.length} name${expected.length === 1 ? "" : "s"}: ${expected.length - wrong.length} right, ${wrong.length} wrong.\n`;
  const unanswered = findings.some(({ isUnanswered }) => isUnanswered)
    ? "No name server of the zone could be asked from here: this compares table and zone alone.\n"
    : "";
  return { out: [...lines, ...rest, unanswered, end, fixed].join(""), exit };
}

function jsonOf({ expected: { hostname, family, state, ttlSeconds }, problems }: Finding): object {
  return {
    hostname,
    family,
    address: state.address,
    ttl: ttlSeconds,
    right: problems.length === 0,
    problems,
  };
}

async function chosen(names: readonly string[], { table }: Context): Promise<NamedRecord[]> {
  if (names.length === 0) return await listHosts(table);
  return await Promise.all(
    names.map(async (name) => {
      const host = await findHost(table, name);
      if (!host) throw unknown(name);
      return host;
    }),
  );
}

/** Only a confirmed state says what the zone holds: with which TTL and in which zone, too. */
function expectedOf({ hostname, stored }: NamedRecord): Expected[] {
  return (["ipv4", "ipv6"] as const).flatMap((family): Expected[] => {
    const text = stored.states[family];
    const state = decodeState(text);
    const [zoneId = "", ttl = ""] = state?.target.split("/") ?? [];
    if (text === null || state?.phase !== "confirmed" || zoneId === "") return [];
    const type = family === "ipv4" ? "A" : "AAAA";
    return [
      { hostname, name: dnsName(hostname), family, type, zoneId, ttlSeconds: Number(ttl), state, text },
    ];
  });
}

function unverified({ hostname, stored }: NamedRecord): string[] {
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const state = decodeState(stored.states[family]);
    if (!state || state.phase === "confirmed") return [];
    return [
      `${hostname} ${family === "ipv4" ? "A" : "AAAA"}: not confirmed; its next update writes it again\n`,
    ];
  });
}

async function zoneRecords(
  expected: readonly Expected[],
  hostCount: number,
  { zoneView }: Context,
): Promise<Map<string, RecordSet>> {
  const all = new Map<string, RecordSet>();
  for (const zoneId of new Set(expected.map((one) => one.zoneId))) {
    const names = [...new Set(expected.flatMap((one) => (one.zoneId === zoneId ? [one.name] : [])))];
    for (const set of await zoneView.records(zoneId, hostCount > ONE_BY_ONE ? null : names))
      all.set(`${zoneId} ${set.name} ${set.type}`, set);
  }
  return all;
}

async function compare(
  expected: Expected,
  sets: ReadonlyMap<string, RecordSet>,
  { zoneView, nowSeconds }: Context,
): Promise<Finding> {
  const { name, type, zoneId, ttlSeconds, state } = expected;
  const set = sets.get(`${zoneId} ${name} ${type}`);
  const inZone = zoneProblem(set, state.address, ttlSeconds);
  // A wildcard stands for other names, and cannot be asked for itself by every resolver.
  const isAsked = !name.startsWith("*") && nowSeconds - state.atSeconds >= SPREAD_SECONDS;
  const answer = isAsked ? await zoneView.ask(zoneId, name, type) : undefined;
  const problems = inZone === null ? [] : [inZone];
  if (answer && answer.join() !== (set?.values ?? []).join())
    problems.push(`the name servers answer ${answer.join(", ") || "nothing"}`);
  return { expected, problems, isZoneWrong: inZone !== null, isUnanswered: answer === null };
}

function zoneProblem(set: RecordSet | undefined, address: string, ttlSeconds: number): string | null {
  if (!set) return `the table has ${address}, the zone no record`;
  const values = set.values.join(", ");
  if (values !== address) return `the table has ${address}, the zone ${values || "an alias"}`;
  if (set.ttlSeconds !== ttlSeconds)
    return `the table has a TTL of ${ttlSeconds} s, the zone of ${set.ttlSeconds} s`;
  return null;
}

/** A state that nobody confirmed is written again by the next update, whatever it says. */
async function fix(wrong: readonly Finding[], { table }: Context): Promise<string> {
  const records = dynamodbRecords(table.client, table.name);
  let fixed = 0;
  for (const { expected, isZoneWrong } of wrong) {
    if (!isZoneWrong) continue;
    const { hostname, family, state, text } = expected;
    const unconfirmed = { phase: "pending", was: state.address, atSeconds: 0, writer: randomUUID() } as const;
    const swapped = await records.swap(hostname, family, text, encodeState({ ...state, ...unconfirmed }));
    if (swapped.kind === "done") fixed++;
    else if (swapped.kind !== "lost") throw new Error(swapped.detail);
  }
  if (fixed === 0) return "Nothing to fix.\n";
  return `${fixed} will be written again at the next update; \`lambda-ddns update --force\` on the router does so at once.\n`;
}
