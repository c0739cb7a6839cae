// The command add: a host with a new secret, or many from a file, all or none. A secret is printed once, in what is to be pasted,
// and nowhere else.
import { hostnameProblem } from "../../shared/hostname.ts";
import { dnsName } from "../publish.ts";
import { encodeRecord, type HostRecord } from "../record.ts";
import type { Command } from "./args.ts";
import { type NewCode, newCode, validity } from "./code.ts";
import { type Context, section } from "./context.ts";
import { faultyFile, readHostsFile } from "./hosts-file.ts";
import { isoTime } from "./report.ts";
import { newSecret, readSecret } from "./secret.ts";
import { addHost, listHosts, removeHost } from "./store.ts";
import { placeProblem } from "./zone-lookup.ts";

interface NewHost {
  host: string;
  owner: string | null;
  record: HostRecord;
  code: NewCode | null;
  mayState: boolean;
}

const DEFAULT_TTL_SECONDS = 60;
/** Table writes that are under way at one time. */
const AT_ONCE = 10;

/** Makes the host, or those of the file, and returns the sections for their routers. */
export async function add(command: Command, context: Context): Promise<string> {
  const { from } = command.options;
  return from === undefined ? await addOne(command, context) : await addMany(from, command, context);
}

function noZone(): never {
  throw new Error("add needs --zone, the hosted zone's id or name.");
}

async function addOne(command: Command, context: Context): Promise<string> {
  const { host, options } = command;
  const { owner, ttl = DEFAULT_TTL_SECONDS } = options;
  const problem = hostnameProblem(host);
  if (problem !== null) throw new Error(`The host name ${host} ${problem}.`);
  const zone = await context.zone(options.zone ?? context.defaultZone ?? noZone());
  const place = placeProblem(host, zone);
  if (place !== null) throw new Error(`${place}.`);
  const taken = await takenNames(context);
  const twin = taken.get(dnsName(host));
  if (twin !== undefined && twin !== host) {
    throw new Error(
      `${twin} stands for the same name in DNS, and two records would undo each other's updates; ` +
        "use that one, or remove it first.",
    );
  }
  const secret = options["secret-file"] === undefined ? newSecret() : readSecret(options["secret-file"]);
  const code = options.code ? newCode(command, context.nowSeconds) : null;
  const record = { zoneId: zone.id, ttlSeconds: ttl, secret };
  const one = { host, owner: owner ?? null, record, code, mayState: options.stated === true };
  if (!(await make(one, context))) {
    throw new Error(`${host} exists already; give it a new secret with rotate, or remove it first.`);
  }
  return (code ? `# ${validity(code)}\n` : "") + sectionOf(one, context);
}

/** Makes one host. Where a code waits, nobody is told the secret that the record holds until then. */
async function make({ host, owner, record, code, mayState }: NewHost, context: Context): Promise<boolean> {
  const { table, nowSeconds: addedSeconds } = context;
  return await addHost(table, host, record, {
    owner,
    addedSeconds,
    enrolment: code?.enrolment ?? null,
    mayState,
  });
}

function sectionOf({ host, record, code }: NewHost, context: Context): string {
  return section(host, code ? { code: code.spelled } : { secret: record.secret }, context);
}

/** Every host of the table, by the name that DNS knows it by. */
async function takenNames({ table }: Context): Promise<Map<string, string>> {
  return new Map((await listHosts(table)).map(({ hostname }) => [dnsName(hostname), hostname]));
}

async function addMany(path: string, command: Command, context: Context): Promise<string> {
  const { zone: zoneOfAll = context.defaultZone ?? "", ttl = DEFAULT_TTL_SECONDS, csv } = command.options;
  const lines = readHostsFile(path, { zone: zoneOfAll, ttlSeconds: ttl });
  const taken = await takenNames(context);
  const faults: string[] = [];
  const hosts: NewHost[] = [];
  for (const { line, host, zone, owner, ttlSeconds } of lines) {
    const found = await context.zone(zone).catch((error: unknown) => lookUpFault(error));
    const fault =
      typeof found === "string" ? found : (placeProblem(host, found) ?? takenProblem(host, taken));
    if (fault !== null) faults.push(`line ${line}: ${fault}`);
    else if (typeof found !== "string")
      hosts.push({
        host,
        owner,
        record: { zoneId: found.id, ttlSeconds, secret: newSecret() },
        code: command.options.code ? newCode(command, context.nowSeconds) : null,
        mayState: command.options.stated === true,
      });
  }
  if (faults.length > 0) throw faultyFile(path, faults);
  await makeAll(hosts, context);
  if (!csv) return hosts.map((one) => sectionOf(one, context)).join("\n");
  const rows = hosts.map(({ host, record, code }) =>
    code ? `${host},${code.spelled},${isoTime(code.untilSeconds)}\n` : `${host},${record.secret}\n`,
  );
  return `${command.options.code ? "hostname,code,expires" : "hostname,secret"}\n${rows.join("")}`;
}

/** A zone that does not exist is a fault of its line; what AWS fails at is nobody's. */
function lookUpFault(error: unknown): string {
  if (error instanceof Error && error.name === "Error") return error.message.replace(/\.$/, "");
  throw error;
}

function takenProblem(host: string, taken: ReadonlyMap<string, string>): string | null {
  const twin = taken.get(dnsName(host));
  if (twin === undefined) return null;
  return twin === host ? `${host} exists already` : `${twin} stands for the same name in DNS as ${host}`;
}

/** Makes them all; where one cannot be made, those that were made are removed again. */
async function makeAll(hosts: readonly NewHost[], context: Context): Promise<void> {
  const { table } = context;
  const made: NewHost[] = [];
  const makeOne = async (one: NewHost) => {
    if (!(await make(one, context))) throw new Error(`${one.host} was added by somebody else just now`);
    made.push(one);
  };
  for (let start = 0; start < hosts.length; start += AT_ONCE) {
    const results = await Promise.allSettled(hosts.slice(start, start + AT_ONCE).map(makeOne));
    const failed = results.find((result) => result.status === "rejected");
    if (!failed) continue;
    for (const { host, record } of made) await removeHost(table, host, encodeRecord(record));
    const why = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
    throw new Error(`No host was added: ${why}.`);
  }
}
