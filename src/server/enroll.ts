// Enrolment by a code: what waits on a host's record for its router, and the answer to the router's enroll.
// One conditional write uses the code up; the same router may ask again, and nobody else learns why they are refused.
import { deriveSecret } from "../protocol/enroll.ts";
import { parseObject, type Request } from "../protocol/messages.ts";
import type { Address } from "../shared/address.ts";
import { broken, disabled, type Outcome, portFailure } from "./outcome.ts";
import type { Ports, StoredRecord } from "./ports.ts";
import { decodeRecord, encodeRetired } from "./record.ts";
import { proofMatches } from "./verify.ts";

export interface Enrolment {
  /** As normalizeCode spells it. */
  code: string;
  /** Unix time from which on nobody may begin to use it. */
  untilSeconds: number;
  /** How long the secret that the code replaces stays valid behind it: 0 for a host that never had one. */
  keepSeconds: number;
  /** The nonce of the router that used it, null until then. The first set with the new secret erases the whole. */
  nonce: string | null;
}

/** The enrolment in its attribute, or null: none, or a damaged one, by which nobody can enrol. */
export function decodeEnrolment(text: string | null): Enrolment | null {
  const { code, until, keep, nonce } = (text === null ? null : parseObject(text)) ?? {};
  if (typeof code !== "string" || typeof until !== "number" || typeof keep !== "number") return null;
  return {
    code,
    untilSeconds: until,
    keepSeconds: keep,
    nonce: typeof nonce === "string" ? nonce : null,
  };
}

/** The text that decodeEnrolment reads. */
export function encodeEnrolment({ code, untilSeconds, keepSeconds, nonce }: Enrolment): string {
  const members = { code, until: untilSeconds, keep: keepSeconds };
  return JSON.stringify(nonce === null ? members : { ...members, nonce });
}

type EnrollRequest = Extract<Request, { mode: "enroll" }>;

/** One look and, where the code is right, one write; null when somebody else wrote in between. Secrets travel in neither direction. */
export async function enroll(
  { records, now }: Ports,
  request: EnrollRequest,
  caller: Address,
): Promise<Outcome | null> {
  const { hostname, nonce, token } = request;
  const stored = await records.read(hostname);
  if (stored.kind === "busy" || stored.kind === "failed") return portFailure(stored, "table");
  const enrolment = stored.kind === "found" ? decodeEnrolment(stored.enrolment) : null;
  const isRight = proofMatches(token, caller.text, hostname, nonce, enrolment?.code ?? null);
  const nowSeconds = Math.floor(now() / 1000);
  const verdict = verdictOn(stored, enrolment, isRight, nonce, nowSeconds);
  if (verdict !== "enrolled" || stored.kind === "absent" || !enrolment) return refused(verdict);
  if (stored.disabled !== null) return disabled(hostname, stored.disabled);
  if (enrolment.nonce !== null) return enrolled(200, hostname, "enrolled-again");

  const record = decodeRecord(stored.data);
  if (typeof record === "string")
    return broken("record", `the record of ${hostname} cannot be used: ${record}`);
  const secret = deriveSecret(nonce, enrolment.code, hostname);
  const untilSeconds = nowSeconds + enrolment.keepSeconds;
  const written = await records.enroll(
    hostname,
    { data: stored.data ?? "", enrolment: stored.enrolment ?? "" },
    {
      // Whatever else the record holds, such as the older form's members, stays.
      data: JSON.stringify({ ...parseObject(stored.data ?? ""), shared_secret: secret }),
      retired: enrolment.keepSeconds > 0 ? encodeRetired({ secret: record.secret, untilSeconds }) : null,
      enrolment: encodeEnrolment({ ...enrolment, nonce }),
    },
  );
  if (written.kind === "lost") return null;
  return written.kind === "done" ? enrolled(201, hostname, "enrolled") : portFailure(written, "enroll");
}

type Verdict = "enrolled" | "unknown-host" | "no-code" | "wrong-code" | "used-code" | "expired-code";

/** For the log alone: the caller hears one sentence, whichever it is. A code that this router used never expires for it. */
function verdictOn(
  { kind }: StoredRecord | { kind: "absent" },
  enrolment: Enrolment | null,
  isRight: boolean,
  nonce: string,
  nowSeconds: number,
): Verdict {
  if (kind === "absent") return "unknown-host";
  if (!enrolment) return "no-code";
  if (!isRight) return "wrong-code";
  if (enrolment.nonce !== null) return enrolment.nonce === nonce ? "enrolled" : "used-code";
  return nowSeconds < enrolment.untilSeconds ? "enrolled" : "expired-code";
}

function refused(verdict: Verdict): Outcome {
  const message = "The host name or the code is wrong, or the code was used or has expired.";
  return { status: 401, message, verdict };
}

function enrolled(status: number, hostname: string, verdict: string): Outcome {
  return { status, message: `${hostname} is enrolled`, verdict };
}
