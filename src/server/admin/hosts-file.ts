// A file of hosts for `add --from`: one host a row, its columns named in the first. Every fault is named with its line, and one
// fault is enough to take none of it.
import { readFileSync } from "node:fs";
import { hostnameProblem } from "../../shared/hostname.ts";
import { dnsName } from "../publish.ts";
import { parseCsv, type Row } from "./csv.ts";

export interface HostLine {
  line: number;
  host: string;
  zone: string;
  ttlSeconds: number;
  owner: string | null;
}

/** What a row takes where its column is missing or empty. */
export interface Defaults {
  zone: string;
  ttlSeconds: number;
}

const COLUMNS = ["hostname", "zone", "ttl", "owner"];
const MOST_FAULTS = 20;

/** The hosts in the file at `path` (`-`: standard input). */
export function readHostsFile(path: string, defaults: Defaults): HostLine[] {
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  return parseHosts(text, path, defaults);
}

/** The hosts in `text`; throws one sentence a faulty line. */
export function parseHosts(text: string, path: string, defaults: Defaults): HostLine[] {
  const [header, ...rows] = named(path, () => parseCsv(text));
  if (!header) throw new Error(`${path} is empty; its first line names the columns: ${COLUMNS.join(",")}.`);
  const columns = header.fields.map((name) => name.trim().toLowerCase());
  const foreign = columns.find((name) => !COLUMNS.includes(name));
  if (foreign !== undefined || !columns.includes("hostname") || new Set(columns).size < columns.length) {
    const what = foreign === undefined ? "they need hostname, and each once" : `"${foreign}" is none`;
    throw new Error(
      `${path}, line ${header.line}: it names the columns, out of ${COLUMNS.join(", ")}; ${what}.`,
    );
  }
  const lines = rows.map((row) => hostLine(row, columns, defaults));
  const seen = new Map<string, number>();
  const faults = lines.flatMap((one) => {
    if (typeof one === "string") return [one];
    const first = seen.get(dnsName(one.host));
    seen.set(dnsName(one.host), first ?? one.line);
    return first === undefined ? [] : [`line ${one.line}: ${one.host} stands in line ${first} too`];
  });
  if (faults.length > 0) throw faultyFile(path, faults);
  if (rows.length === 0) throw new Error(`${path} names no host.`);
  return lines.filter((one) => typeof one !== "string");
}

/** The error for a file of which nothing was taken. */
export function faultyFile(path: string, faults: readonly string[]): Error {
  const shown = faults.slice(0, MOST_FAULTS).map((fault) => `\n  ${fault}`);
  const more = faults.length > MOST_FAULTS ? `\n  and ${faults.length - MOST_FAULTS} more` : "";
  return new Error(
    `No host was added: ${path} has ${faults.length} bad line${faults.length === 1 ? "" : "s"}.${shown.join("")}${more}`,
  );
}

function hostLine({ line, fields }: Row, columns: readonly string[], defaults: Defaults): HostLine | string {
  if (fields.length > columns.length)
    return `line ${line}: ${fields.length} values for ${columns.length} columns`;
  const value = (name: string) => fields[columns.indexOf(name)] ?? "";
  const host = value("hostname");
  const problem = hostnameProblem(host);
  if (problem !== null) return `line ${line}: the host name ${host} ${problem}`.replace("name  ", "name ");
  const zone = value("zone") || defaults.zone;
  if (zone === "")
    return `line ${line}: ${host} has no zone; give the file a column zone, or the command --zone`;
  const ttl = value("ttl");
  if (!/^\d*$/.test(ttl) || Number(ttl) > 86_400)
    return `line ${line}: the TTL ${ttl} is not a whole number from 0 to 86400`;
  return {
    line,
    host,
    zone,
    ttlSeconds: ttl === "" ? defaults.ttlSeconds : Number(ttl),
    owner: value("owner") || null,
  };
}

/** What `read` throws, with the file's name in front. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`No host was added: ${path}, ${error instanceof Error ? error.message : error}`);
  }
}
