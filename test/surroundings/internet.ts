// What lies beyond the router in the recorded surroundings: a service that sees the address of the line by which each request
// left, checks its token against that, and remembers what it was asked.

import { decodeRequest } from "../../src/protocol/messages.ts";
import { type Family, parseAddress } from "../../src/shared/address.ts";
import type { Came, Order } from "../stand-ins/fetchers.ts";
import { answerOf, makeService, tokenOf } from "../world/service.ts";
import { deviceOf, type Surrounding } from "./data.ts";
import { seenOver } from "./kernel.ts";

export const SECRET = "shared_secret_1";

/** The host name of a row. */
export const hostOf = (row: number): string => `r${row}.dyn.example.com`;

/** A request as it reached the service. */
export interface Request {
  /** Index of the row whose URL was asked. */
  row: number;
  mode: "get" | "set";
  device: string;
  status: number;
  /** The address that the token is for, of all that are known here; "" for none of them, and for a question. */
  tokenFor: string;
}

/** Every address that may stand behind a token: what the dump and the kernel show, and what the service sees. */
function knownAddresses(given: Surrounding, choice: number | undefined): string[] {
  const text = JSON.stringify([given.dump, given.if_inet6]);
  const shown = [...text.matchAll(/"([\d.]{7,}|[0-9a-f:.]*:[0-9a-f:.]*)"/g)].map(([, found = ""]) => found);
  const seen = given.dump.interface.flatMap((one) =>
    (["ipv4", "ipv6"] as const).map((family) =>
      seenOver(given, family, deviceOf(given, one.interface), choice),
    ),
  );
  return [...new Set([...shown, ...seen].flatMap((one) => parseAddress(one)?.text ?? []))];
}

/** `rows`: how many names the service knows; `seconds`: the time since 1970. */
export function makeInternet(
  given: Surrounding,
  choice: number | undefined,
  rows: number,
  seconds: () => number,
) {
  const service = makeService("ours");
  for (let row = 0; row < rows; row++) service.records.set(hostOf(row), SECRET);
  const known = knownAddresses(given, choice);
  const requests: Request[] = [];
  return {
    requests,
    published: (row: number, family: Family): string | null =>
      service.dns.get(`${hostOf(row)} ${family}`) ?? null,
    /** A request comes over `device`. */
    arrive({ url, body, family }: Order, device: string): Came {
      const answer = answerOf(service, body, seenOver(given, family, device, choice), seconds());
      const asked = decodeRequest(body);
      const set = typeof asked !== "string" && asked.mode === "set" ? asked : null;
      const tokenFor = known.find((one) => set && tokenOf(one, set.hostname, SECRET) === set.token);
      const row = Number(/\/\/r(\d+)\./.exec(url)?.[1]);
      const mode = body.includes('"set"') ? "set" : "get";
      requests.push({ row, mode, device, status: answer.status, tokenFor: tokenFor ?? "" });
      return { kind: "answer", answer, cutAt: -1 };
    },
  };
}

export type Internet = ReturnType<typeof makeInternet>;
