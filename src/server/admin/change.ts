// The commands that change a host without touching its secret: set, disable, enable, remove.
import { DISABLED_ATTRIBUTE, OWNER_ATTRIBUTE, STATED_ATTRIBUTE, UNWATCHED_ATTRIBUTE } from "../attributes.ts";
import type { Command, Options } from "./args.ts";
import { type Context, unknown, usable } from "./context.ts";
import { changeHost, readHost, removeHost } from "./store.ts";

/** Changes what was asked for, all of it or nothing. */
export async function set(command: Command, { table }: Context): Promise<string> {
  const { host } = command;
  const { ttl, owner } = command.options;
  const attributes: Record<string, string | null> = {};
  const said: string[] = [];
  let seen: string | undefined;
  if (ttl !== undefined) {
    const { data } = await usable(host, table);
    seen = data;
    // Whatever else the record holds, such as the older form's members, stays.
    attributes["data"] = JSON.stringify({ ...JSON.parse(data), route_53_record_ttl: ttl });
    said.push(`its TTL is ${ttl} s from its next update on`);
  }
  if (owner !== undefined) {
    attributes[OWNER_ATTRIBUTE] = owner === "" ? null : owner;
    said.push(owner === "" ? "it has no owner" : `its owner is ${owner}`);
  }
  const marks = markChanges(command.options);
  Object.assign(attributes, marks.attributes);
  said.push(...marks.said);
  if (await changeHost(table, host, attributes, seen)) return `${host}: ${said.join("; ")}.\n`;
  if (seen === undefined || !(await readHost(table, host))) throw unknown(host);
  throw new Error(`${host} was changed by somebody else just now; look at it and try again.`);
}

/** The attributes that are there or not, and what to say of them. */
function markChanges({ watched, unwatched, stated, unstated }: Options) {
  const attributes: Record<string, string | null> = {};
  const said: string[] = [];
  if (watched || unwatched) {
    attributes[UNWATCHED_ATTRIBUTE] = watched ? null : "true";
    said.push(watched ? "the watch tells of it" : "the watch does not tell of it");
  }
  if (stated || unstated) {
    attributes[STATED_ATTRIBUTE] = stated ? "true" : null;
    said.push(stated ? "it may state its address" : "it may not state its address");
  }
  return { attributes, said };
}

/** From now on the host's updates are refused, with the reason for whoever has its secret. */
export async function disable({ host, options }: Command, { table }: Context): Promise<string> {
  const { reason = "" } = options;
  if (!(await changeHost(table, host, { [DISABLED_ATTRIBUTE]: reason }))) throw unknown(host);
  return `${host} is disabled: its router is told "${reason}". Its DNS records stay as they are.\n`;
}

/** Takes a disabled host back. */
export async function enable({ host }: Command, { table }: Context): Promise<string> {
  if (!(await changeHost(table, host, { [DISABLED_ATTRIBUTE]: null }))) throw unknown(host);
  return `${host} is enabled. Its router tries again within hours; \`lambda-ddns update\` on it does so at once.\n`;
}

/** Forgets the host. */
export async function remove({ host }: Command, { table }: Context): Promise<string> {
  if (!(await removeHost(table, host))) throw unknown(host);
  return `${host} is removed. Its DNS records stay as they are; delete them in the zone where they are no longer wanted.\n`;
}
