// The proof that a service answers: a `get` to its URL, which tells the caller's own address.
import { decodeAnswer, encodeGet } from "../../../protocol/messages.ts";
import type { Clock } from "./cloud.ts";

/** A new URL takes some seconds until its name is known and its permissions hold. */
const PATIENCE_MS = 60_000;

/** Asks until the service answers and returns the address that it sees; throws the last trouble after a minute. */
export async function proof(url: string, { now, sleep }: Clock, ask = post): Promise<string> {
  const start = now();
  for (;;) {
    const { seen, trouble } = await ask(url);
    if (seen !== null) return seen;
    if (now() - start >= PATIENCE_MS)
      throw new Error(
        `The stack stands, and ${url} does not answer as it should: ${trouble}. ` +
          "Run deploy again in a minute; `logs` shows whether the call arrived.",
      );
    await sleep(3_000);
  }
}

async function post(url: string): Promise<{ seen: string | null; trouble: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: encodeGet(),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = decodeAnswer(await response.text());
    const isAnswer = response.status === 200 && answer?.status === "success";
    return { seen: isAnswer ? answer.message : null, trouble: `HTTP ${response.status}` };
  } catch (error) {
    const { message, cause } = error as Error;
    return { seen: null, trouble: cause instanceof Error ? cause.message : message };
  }
}
