// The command add: a host with a new secret. The secret is printed once, in the section to paste, and nowhere else.
import { hostnameProblem } from "../../protocol/hostname.ts";
import { dnsName } from "../handle.ts";
import type { Command } from "./args.ts";
import { type Context, section } from "./context.ts";
import { newSecret, readSecret } from "./secret.ts";
import { addHost, listHosts } from "./store.ts";

/** Makes the host and returns the section for its router. */
export async function add(command: Command, context: Context): Promise<string> {
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
