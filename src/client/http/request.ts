// What a fetcher is asked and what it makes of its program's output.
import type { Family } from "../../shared/address.ts";
import { printable } from "../../shared/text.ts";
import type { Failure, Reply } from "../core/types.ts";
import type { Job, JobResult, Seconds } from "../host/port.ts";

/** One POST of a JSON body. */
export interface HttpRequest {
  url: string;
  body: string;
  /** The only family to connect by; "" = any. */
  family: Family | "";
  /** CA file to trust instead of the program's own bundle; "" = that bundle. */
  cacert: string;
  /** Device of layer 3 that the request must leave by; "" = wherever the routes lead. */
  device: string;
  /** Words before the program, such as `mwan3 use wanb`: for a program that cannot bind to a device itself. */
  wrapper: readonly string[];
  /** For the whole request. */
  seconds: Seconds;
  /** Header of a response that holds the request's id, in lower case. */
  idHeader: string;
}

export interface Fetcher {
  name: "uclient-fetch" | "curl";
  job(request: HttpRequest): Job;
  read(result: JobResult, request: HttpRequest): Reply;
}

/** For a connection, or for the next byte where the program knows no other limit. */
export const CONNECT_SECONDS: Seconds = 10;
/** For a whole request. */
export const TOTAL_SECONDS: Seconds = 20;

/** A failure as a reply. */
export function failed(kind: Failure["kind"], detail: string): { failure: Failure } {
  return { failure: { kind, detail } };
}

/** Signals that a person or the init script ends programs with: INT, TERM and HUP. */
const ENDED_BY_ORDER: readonly number[] = [-2, -15, -1];

/** What ended badly in the same way for every program: missing, not able to start, killed. Else null. */
export function endedBadly(result: JobResult, name: string, seconds: Seconds): Reply | null {
  const { ended, code, stderr } = result;
  if (ended === "missing") return failed("local", `${name} is not installed`);
  if (ended === "deadline") {
    // A program that cannot go on writing has filled its pipe: 64 KiB, a little less in characters.
    if (result.stdout.length > 60_000) return failed("broken", "the answer is longer than 64 KiB");
    return failed("unsure", `no whole answer within ${seconds} seconds`);
  }
  const said = printable(stderr.trim().split("\n")[0] ?? "", 160);
  // The shell's and the loader's word for a program that is there and cannot run: a library of it is missing, say.
  if (code === 127)
    return { ...failed("local", `${name} does not start: ${said || "exit status 127"}`), instead: "another" };
  if (code >= 0) return null;
  // It may have sent the request before it died.
  const died = failed("unsure", `${name} was ended by signal ${-code}${said && `: ${said}`}`);
  return ENDED_BY_ORDER.includes(code) ? died : { ...died, instead: "another" };
}
