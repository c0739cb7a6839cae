// Codes that routers enrol with: made here, printed once, kept on the host's record until its router has used them.
import { randomBytes } from "node:crypto";
import { CODE_ALPHABET, CODE_LENGTH } from "../../protocol/code.ts";
import { ENROLMENT_ATTRIBUTE, RETIRED_ATTRIBUTE } from "../attributes.ts";
import { encodeEnrolment } from "../enroll.ts";
import type { Command } from "./args.ts";
import { type Context, section, time, usable } from "./context.ts";
import { newSecret } from "./secret.ts";
import { changeHost } from "./store.ts";

const DAY_SECONDS = 86_400;
const DEFAULT_DAYS = 14;
const DEFAULT_KEEP_HOURS = 24;

export interface NewCode {
  /** As people read it: groups of four. */
  spelled: string;
  untilSeconds: number;
  /** The attribute that waits for the router. */
  enrolment: string;
}

/** A new code: 80 random bits. `keepSeconds`: how long the secret that it replaces stays valid after the enrolment. */
export function newCode({ options }: Command, nowSeconds: number, keepSeconds = 0): NewCode {
  // 256 is a multiple of 32: every letter is as likely as another.
  const letters = Array.from(randomBytes(CODE_LENGTH), (byte) => CODE_ALPHABET[byte % 32]);
  const untilSeconds = nowSeconds + (options.days ?? DEFAULT_DAYS) * DAY_SECONDS;
  const code = letters.join("");
  return {
    spelled: code.replace(/.{4}(?=.)/g, "$&-"),
    untilSeconds,
    enrolment: encodeEnrolment({ code, untilSeconds, keepSeconds, nonce: null }),
  };
}

/** What to know of a code that is handed on. */
export function validity({ untilSeconds }: NewCode): string {
  return `The code works once, until ${time(untilSeconds)}.`;
}

/** A code in place of the host's secret, which goes on until the code is used, and for `--keep-hours` after that. */
export async function rotateByCode(command: Command, context: Context): Promise<string> {
  const { host, options } = command;
  const keepHours = options["keep-hours"] ?? DEFAULT_KEEP_HOURS;
  const { data } = await usable(host, context.table);
  const code = newCode(command, context.nowSeconds, keepHours * 3600);
  if (!(await changeHost(context.table, host, { [ENROLMENT_ATTRIBUTE]: code.enrolment }, data)))
    throw new Error(`${host} was changed by somebody else just now; look at it and try again.`);
  const after = keepHours === 0 ? "" : `, and ${keepHours} hours longer`;
  const note = `# ${validity(code)}\n` + `# The present secret is valid until the code is used${after}.\n`;
  return note + section(host, { code: code.spelled }, context);
}

/**
 * Ends at once whatever a router could prove itself by: its code, its secret and a former one. With `--code` the code alone.
 * The name stays in the table and in DNS.
 */
export async function revoke({ host, options }: Command, { table }: Context): Promise<string> {
  const { data } = await usable(host, table);
  const isCodeAlone = options.code === true;
  const revoked = {
    [ENROLMENT_ATTRIBUTE]: null,
    // A secret that nobody is told: the record stays one that every tool can read.
    ...(isCodeAlone
      ? {}
      : {
          [RETIRED_ATTRIBUTE]: null,
          data: JSON.stringify({ ...JSON.parse(data), shared_secret: newSecret() }),
        }),
  };
  if (!(await changeHost(table, host, revoked, data)))
    throw new Error(`${host} was changed by somebody else just now; look at it and try again.`);
  const what = isCodeAlone
    ? "has no code any more; its secret is as it was"
    : "has no valid code or secret any more";
  return `${host} ${what}. Its DNS records stay as they are; let a router in again with rotate, by a secret or a --code.\n`;
}
