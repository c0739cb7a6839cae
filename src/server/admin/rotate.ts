// The command rotate: a new secret in place of a host's old one, which may stay valid for a while.
import type { Command } from "./args.ts";
import { type Context, time, usable } from "./context.ts";
import { newSecret, readSecret } from "./secret.ts";
import { rotateHost } from "./store.ts";
import { secretLine } from "./uci.ts";

const DEFAULT_KEEP_HOURS = 24;

/** Changes the secret and returns the line for the section of the host's router. */
export async function rotate(command: Command, context: Context): Promise<string> {
  const { host, options } = command;
  const keepHours = options["keep-hours"] ?? DEFAULT_KEEP_HOURS;
  const { record, data, retired: older } = await usable(host, context.table);
  if (keepHours > 0 && older && older.untilSeconds > context.nowSeconds) {
    throw new Error(
      `${host} has two secrets until ${time(older.untilSeconds)}, and a new one would end the older, which its router ` +
        "may still use. Rotate after that, or with --keep-hours 0, which ends both.",
    );
  }
  const secret = options["secret-file"] === undefined ? newSecret() : readSecret(options["secret-file"]);
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
  // A whole section would be pasted beside the old one, and one name in two sections is refused.
  return `# ${note}\n# On the router, in the section of ${host}, put this line in the place of the old secret:\n${secretLine(secret)}\n`;
}
