// uclient-fetch and curl in a simulated life: each call is one request over its network, told to whoever watches.
import type { Job, JobResult } from "../../src/client/host/port.ts";
import {
  curlPrints,
  type Order,
  type Printed,
  readBinding,
  readCurl,
  readUclient,
  uclientPrints,
} from "../stand-ins/fetchers.ts";
import type { LineName } from "./life.ts";
import { type Contact, contact, lineOfDevice, type Request } from "./network.ts";
import { answered, requested } from "./watch.ts";
import { pass, strikes, type World } from "./world.ts";

type Output = Pick<JobResult, "ended" | "code" | "stdout" | "stderr">;

const exit = (code: number, stdout: string, stderr: string): Output => ({
  ended: "exit",
  code,
  stdout,
  stderr,
});

/** What all programs have in common when they are broken. */
export function brokenProgram(world: World, how: string, job: Job): Output {
  pass(world, how === "hang" ? job.deadlineSeconds * 1000 : 5);
  if (how === "missing") return { ended: "missing", code: 0, stdout: "", stderr: "" };
  if (how === "hang") return { ended: "deadline", code: 0, stdout: "", stderr: "" };
  if (how === "fail") return exit(1, "", `${job.argv[0]}: Segmentation fault\u0007`);
  return exit(0, '{"interface": [{"interface":', "\u001b]0;x");
}

export function curl(world: World, job: Job): Output {
  const order = readCurl(job.stdin);
  const line = lineOfDevice(readBinding(order.binding).device);
  const found = make(world, requestOf(order, line), "curl", job);
  return "ended" in found ? found : exited(curlPrints(found, order, null));
}

export function uclientFetch(world: World, job: Job, line: LineName | null): Output {
  if (world.life.uclient === "2305") {
    return exit(
      1,
      "",
      "uclient-fetch: unrecognized option '--header=Content-Type: application/json'\nUsage: …\n",
    );
  }
  const order = readUclient(job.argv, job.stdin);
  const found = make(world, requestOf(order, line), "uclient-fetch", job);
  if ("ended" in found) return found;
  const cut = found.kind === "answer" && found.cutAt >= 0;
  return exited(uclientPrints(found, order.url, PEER[order.family], !cut || world.random.chance(0.5)));
}

/** Where the service answers, as uclient-fetch prints it. */
const PEER = { ipv4: "3.4.5.6", ipv6: "2a05:d018::6" } as const;

function requestOf({ url, body, family, cacert }: Order, line: LineName | null): Request {
  return { url, body, family, cacert, line };
}

function exited({ code, stdout, stderr }: Printed): Output {
  return exit(code, stdout, stderr);
}

/** Lets the request happen, with the laws looking on. */
function make(world: World, request: Request, fetcher: "curl" | "uclient-fetch", job: Job): Contact | Output {
  requested(world, request);
  const fault = strikes(world, "fetcher");
  if (fault && fault !== "missing") {
    answered(world, request, null, fetcher);
    return brokenProgram(world, fault, job);
  }
  const found = contact(world, request, fetcher === "curl" ? 20 : 10);
  answered(world, request, found, fetcher);
  return found;
}
