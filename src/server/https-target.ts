// The change target that is a web address: one POST of JSON a message, with a deadline, and no redirect followed.

import type { ChangeTarget, Delivery } from "./deliver.ts";

const DEADLINE_MS = 5_000;
/** After a failure without a Retry-After. */
const PAUSE_SECONDS = 10;

/** The receiver at `url`. What it answers is looked at no further than its status and Retry-After. */
export function httpsTarget(url: string, deadlineMs = DEADLINE_MS): ChangeTarget {
  return {
    atOnce: 1,
    async send([message]) {
      const key = { "idempotency-key": message?.id ?? "" };
      const delivery = message ? await postJson(url, message, key, deadlineMs) : ({ kind: "done" } as const);
      return { taken: delivery.kind === "done" ? 1 : 0, delivery };
    },
  };
}

/** One POST of `body`. */
export async function postJson(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  deadlineMs = DEADLINE_MS,
): Promise<Delivery> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "lambda-ddns",
        ...headers,
      },
      body: JSON.stringify(body),
      // A redirect would send the message to somebody whom the operator did not name.
      redirect: "manual",
      signal: AbortSignal.timeout(deadlineMs),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: "done" };
    const retryAfterSeconds = pauseAfter(response.status, response.headers.get("retry-after"));
    return { kind: "failed", detail: `the target answered ${response.status}`, retryAfterSeconds };
  } catch (error) {
    return {
      kind: "failed",
      detail: `the target did not answer: ${causeOf(error)}`,
      retryAfterSeconds: PAUSE_SECONDS,
    };
  }
}

/** A refusal will be one again, and its tries need not be spread out. A date in Retry-After counts as none. */
function pauseAfter(status: number, retryAfter: string | null): number {
  if (retryAfter !== null && /^\d{1,6}$/.test(retryAfter)) return Number(retryAfter);
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return isRefusal ? 0 : PAUSE_SECONDS;
}

/** The code alone: a message may hold the address, and the address may be known to its receiver only. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
  return code === "TimeoutError" ? "no answer in time" : code;
}
