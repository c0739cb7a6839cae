// What came of a request, as the table of waits tells outcomes apart. Knows no law.

import { decodeAnswer } from "../../src/protocol/messages.ts";
import { parseAddress } from "../../src/shared/address.ts";
import type { Way } from "./life.ts";
import { type Contact, isRouted, type Request } from "./network.ts";
import type { Current } from "./watch.ts";
import type { World } from "./world.ts";

/** Waits in seconds and what skips them, as the table in design.md states them. */
const REACH = ["address", "boot", "reload", "manual"];
export const TROUBLE = {
  unreached: { least: 45, most: 4500, skips: REACH },
  untrusted: { least: 45, most: 4500, skips: [...REACH, "clock"] },
  busy: { least: 45, most: 4500, skips: [] as string[] },
  broken: { least: 225, most: 4500, skips: ["reload", "manual"] },
  refused: { least: 2700, most: 27_000, skips: ["address", "manual"] },
  // An answer cut short, or a program that fails: which kind that is, the client may see in several ways.
  vague: { least: 45, most: 4500, skips: [...REACH, "clock"] },
};

/** What failed and how, as the table of waits tells them apart; waits in seconds. */
export interface Trouble {
  kind: keyof typeof TROUBLE;
  least: number;
  most: number;
}

export const trouble = (kind: keyof typeof TROUBLE): Trouble => ({
  kind,
  least: TROUBLE[kind].least,
  most: TROUBLE[kind].most,
});
export const vague = trouble("vague");

export function resultOf(
  world: World,
  request: Request,
  found: Contact,
  fetcher: string,
  current: Current,
): Trouble | "done" | "going on" {
  if (found.kind === "untrusted") return trouble("untrusted");
  if (found.kind !== "answer") return trouble("unreached");
  const { status, headers, body } = found.answer;
  if (found.cutAt >= 0 && (status === 200 || fetcher === "curl")) return vague;
  if (status >= 300 && status < 400) return redirected(world, request, fetcher, headers);
  if (status === 429 || status === 503) return busy(fetcher === "curl" ? headers : []);
  if ([400, 401, 403].includes(status)) return trouble("refused");
  const said = decodeAnswer(body);
  if (status >= 400 || said?.status !== "success") return trouble("broken");
  return request.body.includes('"set"') ? "done" : told(current, request, said.message, found.line);
}

/** The service has said which address it sees. */
function told(current: Current, { family }: Request, message: string, line: Way): Trouble | "done" {
  current.told.set(message, line);
  return isRouted(message) && parseAddress(message)?.family === family ? "done" : trouble("broken");
}

function redirected(
  world: World,
  request: Request,
  fetcher: string,
  headers: readonly (readonly [string, string])[],
) {
  if (fetcher !== "curl") return world.life.curl ? "going on" : vague;
  const to = headers[0]?.[1] ?? "";
  return to.startsWith("https://g") && to !== request.url ? "going on" : vague;
}

function busy(headers: readonly (readonly [string, string])[]): Trouble {
  const header = (name: string) => headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? "";
  const text = header("retry-after");
  if (!text) return trouble("busy");
  const asked = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(header("date"))) / 1000;
  const least = Math.min(Math.max(asked, 60), 3600);
  return { kind: "busy", least, most: TROUBLE.busy.most };
}
