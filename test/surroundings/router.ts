// A router in one of the recorded surroundings: the shipped bundle in QuickJS WASM, with programs that follow the kernel's routes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Family } from "../../src/shared/address.ts";
import { section } from "../e2e/world.ts";
import { runBundleInWasm } from "../engine/wasm.ts";
import { makeFakeOs } from "../stand-ins/fake-os.ts";
import type { Program, ProgramResult, Run } from "../stand-ins/fake-processes.ts";
import {
  type Came,
  curlPrints,
  type Order,
  readBinding,
  readCurl,
  readUclient,
  uclientPrints,
} from "../stand-ins/fetchers.ts";
import { deviceOf, hasMwan3, type Row, type Surrounding } from "./data.ts";
import { hostOf, type Internet, makeInternet, SECRET } from "./internet.ts";
import { boundExit, ifInet6, routeGet, SERVICE, sourcesOn, unboundExit } from "./kernel.ts";

const BUNDLE = fileURLToPath(new URL("../../dist/lambda-ddns.js", import.meta.url));

/** Which programs are installed, and how the sections are written. */
export interface Setup {
  name: string;
  programs: readonly ("curl" | "uclient-fetch" | "ip")[];
  ipSource?: "web" | "network";
  /** All sections have one URL, so that answers may be shared. */
  oneUrl?: true;
  /** Which one of several sources the kernel takes. */
  choice?: number;
  /** The device by which requests leave that are bound to nothing, since mwan3 marks them. */
  marked?: string;
}

interface Router {
  given: Surrounding;
  setup: Setup;
  rows: readonly Row[];
  internet: Internet;
}

function configuration({ rows, setup }: Router): string {
  const sections = rows.map((row, index) =>
    section("service", `r${index}`, {
      url: `https://r${setup.oneUrl ? 0 : index}.lambda-url.eu-west-1.on.aws/`,
      hostname: hostOf(index),
      secret: SECRET,
      interface: row.interface,
      family: row.family,
      ip_source: setup.ipSource ?? "auto",
    }),
  );
  return `package lambda-ddns\n\n${sections.join("")}`;
}

/** What became of a request, and the device by which it left, null where it did not. */
interface Sent {
  came: Came;
  device: string | null;
  seconds: number;
}

/** Sends a request, bound as it asks for or as the words before the program do (`wrapped`: their device). */
function send({ given, setup, internet }: Router, order: Order, wrapped: string | null): Sent {
  const { device: named, address } = readBinding(order.binding);
  const bound = wrapped ?? named;
  const free = setup.marked ?? unboundExit(given, order.family);
  const device = bound ? boundExit(given, order.family, bound) : free;
  const missing = bound !== "" && !given.dump.interface.some((one) => one.up && one.l3_device === bound);
  const foreign =
    address !== "" && device !== null && !sourcesOn(given, order.family, device).includes(address);
  if (missing || foreign) return { came: { kind: "unbindable" }, device: null, seconds: 0 };
  if (device !== null) return { came: internet.arrive(order, device), device, seconds: 0.05 };
  // Without a route the kernel tries ARP on the device first.
  return {
    came: { kind: "unreachable" },
    device,
    seconds: bound !== "" && order.family === "ipv4" ? 3.1 : 0.05,
  };
}

function curl(router: Router, { stdin }: Run, wrapped: string | null): ProgramResult {
  const order = readCurl(stdin);
  const { came, device, seconds } = send(router, order, wrapped);
  const sources = device === null ? [] : sourcesOn(router.given, order.family, device);
  const local = sources[router.setup.choice ?? 0] ?? sources[0] ?? "";
  const ends = device === null ? null : { local, remote: SERVICE[order.family] };
  return { ...curlPrints(came, order, ends), delaySeconds: seconds };
}

function uclientFetch(router: Router, { argv, stdin }: Run, wrapped: string | null): ProgramResult {
  const order = readUclient(argv, stdin);
  const { came, seconds } = send(router, order, wrapped);
  return { ...uclientPrints(came, order.url, SERVICE[order.family]), delaySeconds: seconds };
}

/** `mwan3 use INTERFACE PROGRAM …` */
function mwan3(router: Router, run: Run): ProgramResult {
  const [, use, name = "", program] = run.argv;
  if (use !== "use") return { code: 1, stderr: `mwan3: this stand-in only knows use, not ${use}\n` };
  const play = program === "curl" ? curl : uclientFetch;
  return play(router, { ...run, argv: run.argv.slice(3) }, deviceOf(router.given, name));
}

function programsOf(router: Router): Record<string, Program> {
  return {
    uci: () => ({ stdout: configuration(router) }),
    ubus: () => ({ stdout: `${JSON.stringify(router.given.dump, null, "\t")}\n` }),
    logger: () => ({}),
    curl: (run) => curl(router, run, null),
    "uclient-fetch": (run) => uclientFetch(router, run, null),
    // Some routers have iproute2 in place of busybox's.
    ip: ({ argv }) => routeGet(router.given, argv, router.given.name.charCodeAt(1) % 2 === 0),
    mwan3: (run) => mwan3(router, run),
  };
}

/** Builds the router; `run` plays one run of the bundle, and `rows` are the sections that it is configured with. */
export function makeRouter(given: Surrounding, setup: Setup, rows: readonly Row[] = given.expect) {
  const os = makeFakeOs({ wallClockSeconds: 1_795_000_000 });
  const internet = makeInternet(given, setup.choice, rows.length, () => 1_795_000_000 + os.uptimeSeconds());
  const router: Router = { given, setup, rows, internet };
  const programs = programsOf(router);
  const extra = hasMwan3(given) ? ["mwan3"] : [];
  for (const name of ["uci", "ubus", "logger", ...setup.programs, ...extra])
    os.install(name, programs[name] as Program);
  os.writeFile("/etc/config/lambda-ddns", configuration(router), 0o600);
  const show = (next: Surrounding): void => {
    router.given = next;
    os.writeFile("/proc/net/if_inet6", ifInet6(next));
  };
  show(given);
  return {
    os,
    /** Requests that reached the service since the last time this was asked. */
    requests: () => internet.requests.splice(0),
    /** From now on the router shows something else. */
    show,
    /** What DNS holds for a row. */
    published: (row: number, family: Family): string | null => internet.published(row, family),
    run: (...args: string[]) => runBundleInWasm({ source: readFileSync(BUNDLE, "utf8"), host: os, args }),
  };
}

export type SurroundedRouter = ReturnType<typeof makeRouter>;
