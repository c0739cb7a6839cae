// `address`: this router's address as a service sees it, and nothing else on stdout, so that a script can use it.
import { parseAddress } from "../../shared/address.ts";
import { printable } from "../../shared/text.ts";
import { openLog } from "../app/log.ts";
import { observe } from "../app/observe.ts";
import { probe } from "../app/probe.ts";
import { idleReason, unnamed } from "../app/problems.ts";
import { EXIT, isNamed } from "../app/run.ts";
import type { Host } from "../host/port.ts";

/** Asks the service that `name` means, or the first enabled one where it is ""; returns the exit status. */
export function address(host: Host, name: string): number {
  const { say } = openLog(host, "info", false);
  const found = observe(host, { trigger: "manual", force: false });
  if (typeof found === "string") {
    say("error", null, found);
    return EXIT.usage;
  }
  const evaluation = found.evaluations.find(({ service }) => !name || isNamed(service, name));
  if (!evaluation) {
    say("error", null, `${name ? unnamed(name) : idleReason(found)}; lambda-ddns check tells more`);
    return EXIT.usage;
  }
  const told = probe(host, evaluation, say);
  if ("failure" in told) {
    say("error", evaluation.service, told.failure.detail);
    return told.failure.kind === "refused" ? EXIT.refused : EXIT.failed;
  }
  const seen = parseAddress(told.seen);
  if (seen) host.print(`${seen.text}\n`);
  else
    say(
      "error",
      evaluation.service,
      `the service was asked for our address and said: ${printable(told.seen, 60)}`,
    );
  return seen ? EXIT.done : EXIT.failed;
}
