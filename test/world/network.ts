// The way from the router to the service: lines, NAT, DNS, TLS and what breaks on it. One call is one HTTPS request.
import type { Family } from "../../src/shared/address.ts";
import type { Came } from "../stand-ins/fetchers.ts";
import { brake } from "./laws.ts";
import type { LineName, Way } from "./life.ts";
import { answerOf, crashed, type HttpAnswer } from "./service.ts";
import { NOT_BEFORE_SECONDS, pass, ROOTS, strikes, trueSeconds, type World, wallSeconds } from "./world.ts";

export interface Request {
  url: string;
  body: string;
  family: Family;
  /** The line that it is bound to, or null: wherever the routes lead. */
  line: LineName | null;
  cacert: string;
}

/** What became of a request, and the line by which it reached the service. */
export type Contact = Exclude<Came, { kind: "answer" }> | (Extract<Came, { kind: "answer" }> & { line: Way });

const DEVICES: Record<LineName, string> = { wan: "eth1", wanb: "wwan0" };

export function lineOfDevice(device: string): LineName | null {
  return device === "eth1" ? "wan" : device === "wwan0" ? "wanb" : null;
}

export function deviceOf(way: Way): string {
  return way === "tunnel" ? "tun0" : DEVICES[way];
}

/** The way that a request takes: the line it is bound to, else a tunnel, else the first line with a default route. */
export function wayOut(world: World, { line, family }: Pick<Request, "line" | "family">): Way | null {
  if (line) return leads(world, line, family) ? line : null;
  if (tunnelExit(world, family)) return "tunnel";
  return (["wan", "wanb"] as const).find((one) => leads(world, one, family)) ?? null;
}

/** Whether a default route of `family` leads out there; the second line is one for IPv4 only. */
export function leads(world: World, line: LineName, family: Family): boolean {
  if (line === "wanb" && family === "ipv6") return false;
  return world.lines[line].up && world.lines[line][family].length > 0;
}

/** The address that the world sees of what leaves by a tunnel, null where there is none. */
export function tunnelExit({ faults, now, lines }: World, family: Family): string | null {
  const tunnel = faults.get("tunnel");
  const carried = lines.wan.up || lines.wanb.up;
  return family === "ipv4" && tunnel && now < tunnel.until && carried ? tunnel.how : null;
}

/** The address that the service sees of a request by `way`; null where none gets through. */
export function callerOn(world: World, way: Way, family: Family): string | null {
  if (way === "tunnel") return tunnelExit(world, family);
  const state = world.lines[way];
  if (!state.up) return null;
  if (family === "ipv4" && state.nat) return state.nat;
  // The kernel takes a deprecated address where there is no other, and never a tentative one.
  const able = state[family].filter(({ address }) => isRouted(address) && !isTentative(world, address));
  return (able.find(({ preferred }) => preferred !== 0) ?? able[0])?.address ?? null;
}

/** Whether duplicate address detection still runs for an address. */
export function isTentative({ tentativeUntil, now }: World, address: string): boolean {
  return now < (tentativeUntil.get(address) ?? 0);
}

/** A request from an address that is still tentative fails: whoever knew of it should have waited. */
function checkSource(world: World, way: Way, { family }: Request): void {
  const { lines, watch, lineVersions } = world;
  const known = JSON.stringify(watch.current?.lineVersions) === JSON.stringify(lineVersions);
  const some =
    way !== "tunnel" &&
    family === "ipv6" &&
    lines[way].ipv6.some(({ address }) => isTentative(world, address));
  if (some && known && watch.current?.update && watch.current.lines && callerOn(world, way, family) === null)
    brake(world, "tentative", `a request while the only address of ${way} is tentative`);
}

/** What the internet carries back; its own simple statement, not the client's. */
export function isRouted(address: string): boolean {
  return !/^(10\.|192\.168\.|100\.|169\.254\.|203\.0\.113\.|198\.51\.100\.|127\.|fd|fe80|2001:db8|::)/.test(
    address,
  );
}

/** Makes the request; time passes. `mostSeconds`: whoever asked gives up then. */
export function contact(world: World, request: Request, mostSeconds: number): Contact {
  const { random } = world;
  const wait = (least: number, most: number) => pass(world, random.whole(least, most));
  const line = wayOut(world, request);
  if (line) checkSource(world, line, request);
  if (line === "tunnel") strikes(world, "tunnel");
  if (!line || strikes(world, "dns")) {
    wait(5, 5000);
    return { kind: line ? "unresolved" : "unreachable" };
  }
  if (strikes(world, "loss")) {
    pass(world, 10_000);
    return { kind: "lost" };
  }
  if (strikes(world, "down")) {
    wait(20, 300);
    return { kind: "refused" };
  }
  wait(20, 200);
  if (strikes(world, "reset")) return { kind: "reset" };
  if (strikes(world, "captive")) return { kind: "untrusted", why: "ca" };
  if (wallSeconds(world) < NOT_BEFORE_SECONDS) return { kind: "untrusted", why: "clock" };
  if (request.cacert === ROOTS && !world.life.amazon) return { kind: "untrusted", why: "ca" };
  const caller = callerOn(world, line, request.family);
  if (!caller) {
    pass(world, 10_000);
    return { kind: "lost" };
  }
  return converse(world, request, { line, caller }, mostSeconds);
}

/** The service's part: what it does, and what comes back of its answer. */
function converse(
  world: World,
  request: Request,
  { line, caller }: { line: Way; caller: string },
  mostSeconds: number,
): Contact {
  const { random } = world;
  if (strikes(world, "silent")) {
    if (random.chance(0.5)) answerOf(world.service, request.body, caller, trueSeconds(world));
    pass(world, mostSeconds * 1000);
    return { kind: "silent" };
  }
  const answer = serviceAnswer(world, request, caller);
  const slow = strikes(world, "slow") ? random.whole(3000, 40_000) : random.whole(20, 400);
  if (slow > mostSeconds * 1000) {
    pass(world, mostSeconds * 1000);
    return { kind: "slow" };
  }
  pass(world, slow);
  const cutAt = strikes(world, "cut") ? random.whole(0, Math.max(0, answer.body.length - 1)) : -1;
  return { kind: "answer", answer, cutAt, line };
}

function serviceAnswer(world: World, { url, body }: Request, caller: string): HttpAnswer {
  const { service, random } = world;
  const own = world.life.sections.some((section) => section.url === url) || url.includes("//g");
  if (!own) return { status: 403, headers: [], body: '{"Message":null}' };
  const throttled = strikes(world, "throttle");
  if (throttled) return throttle(world, throttled);
  const refused = strikes(world, "refuse");
  if (refused) return refuse(refused);
  const moved = url.includes("//g") ? null : strikes(world, "redirect");
  if (moved) return redirect(moved, url);
  const odd200 = strikes(world, "html");
  if (odd200)
    return {
      status: 200,
      headers: [],
      body: BODIES[odd200] ?? "<html><body>Welcome to the hotel</body></html>",
    };
  const broken = strikes(world, "broken");
  if (broken) {
    // It may have done its work before it broke.
    if (random.chance(0.5)) answerOf(service, body, caller, trueSeconds(world));
    return { ...crashed(service), status: Number(broken) };
  }
  const answer = answerOf(service, body, caller, trueSeconds(world));
  const odd = body.includes('"get"') ? world.faults.get("odd")?.how : undefined;
  if (odd === undefined || strikes(world, "odd") === null) return answer;
  return { ...answer, body: JSON.stringify({ return_status: "success", return_message: odd }) };
}

/** What a 200 may say that is no success. */
const BODIES: Record<string, string> = {
  fail: '{"return_status":"fail","return_message":"later"}',
  empty: "",
};

function throttle(world: World, how: string): HttpAnswer {
  const body = '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}';
  const status = how === "503" ? 503 : 429;
  const date = (seconds: number) => new Date(Math.floor(seconds) * 1000).toUTCString();
  const now = trueSeconds(world);
  if (how.startsWith("date")) {
    const after = how === "date" ? 1200 : 5;
    return {
      status,
      headers: [
        ["Date", date(now)],
        ["Retry-After", date(Math.floor(now) + after)],
      ],
      body,
    };
  }
  return { status, headers: /^\d+$/.test(how) && how !== "503" ? [["retry-after", how]] : [], body };
}

function refuse(how: string): HttpAnswer {
  const body =
    how === "url"
      ? '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: …"}'
      : '{"return_status":"fail","return_message":"There was an issue evaluation or reading HOST"}';
  return {
    status: how === "400" ? 400 : how === "401" ? 401 : 403,
    headers: [["x-amzn-RequestId", "r-1"]],
    body,
  };
}

function redirect(how: string, url: string): HttpAnswer {
  const other = url.replace("//f", "//g");
  const status = how === "302" ? 302 : how === "308" ? 308 : 307;
  const to =
    { private: "https://192.168.1.1/", http: other.replace("https", "http"), loop: url }[how] ?? other;
  return { status, headers: [["Location", to]], body: "" };
}
