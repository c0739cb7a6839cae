// What a refusal, a failure or a stranger's answer means: its kind, the cause, and what to do. Parsed only where one came.
import type { Answer } from "../../protocol/messages.ts";
import { printable } from "../../shared/text.ts";
import type { Failure, HttpResponse } from "../core/types.ts";

/** What a response that neither accepts nor redirects means; `answer` is its decoded body, where it has one. */
export function describeFailure(response: HttpResponse, answer: Answer | null, mode: "get" | "set"): Failure {
  const { status, body, bodyHidden } = response;
  const said = answer ? `: ${printable(answer.message, MOST_MESSAGE_CHARS)}` : "";
  if (status === 400)
    return { kind: "refused", detail: `the service calls the request malformed (400)${said}` };
  if (status === 401) return { kind: "refused", detail: `the service refuses the token (401)${said}` };
  if (status === 403)
    return { kind: "refused", detail: forbidden(answer !== null, bodyHidden && mode === "set") + said };
  if (status === 429 || status === 503)
    return { kind: "busy", detail: `the service asks to wait (${status})${said}` };
  if (status >= 500)
    return {
      kind: "broken",
      detail: `the service failed (${status})${said}${serverRemedy(said, bodyHidden, status)}`,
    };
  if (status === 404)
    return { kind: "broken", detail: "there is nothing at this URL (404); compare it with the function URL" };
  if (status >= 300)
    return { kind: "broken", detail: `the answer is not the service's (HTTP ${status})${said}` };
  // An object that does not end: what was cut may have been an acknowledgement.
  if (body.trimStart().startsWith("{") && !answer && !isJson(body)) {
    return { kind: "unsure", detail: `the answer was cut after ${body.length} characters` };
  }
  const page = new RegExp("^\\s*<(!doctype|html|head|body)", "i").test(body);
  const remedy = page ? `; ${WEB_PAGE}` : "";
  const shown = answer ? said : `: ${printable(body.trim(), 60) || "empty"}${remedy}`;
  return { kind: "broken", detail: `the answer is not the service's (HTTP ${status})${shown}` };
}

/** What to do about a 5xx, where its cause tells. */
function serverRemedy(said: string, hidden: boolean, status: number): string {
  if (said.includes("IllegalIPv4Address")) return A_ONLY;
  return hidden && status === 500 ? " (uclient-fetch does not show why, curl does)" : "";
}

/** `perhaps`: the service itself may have answered, unseen; a get names no host that it could miss. */
function forbidden(answered: boolean, perhaps: boolean): string {
  const host =
    "the service does not know this host name, could not read its record, or has it disabled (403)";
  const url = "the URL refuses the call (403): is it right, and is the function public?";
  if (answered) return host;
  return perhaps ? `${host}; or ${url} (uclient-fetch cannot tell, curl can)` : url;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** AWS names the cause at the end of a sentence that names everything else first. */
const MOST_MESSAGE_CHARS = 600;

/** Route 53's word for an IPv6 address in an A record, the only one that AWS's sample writes. */
const A_ONLY = "; it writes A records only (AWS's sample does): family 'ipv6' needs this project's service";

export const WEB_PAGE = "a login page (captive portal) is in the way, or the URL is another site's";
