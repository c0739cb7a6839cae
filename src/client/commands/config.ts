// `config`: the configuration for programs, without what nobody may see; LuCI's page edits this, so that no secret leaves the router.

import { lookAtSections } from "../app/inputs.ts";
import { openLog } from "../app/log.ts";
import { EXIT } from "../app/run.ts";
import type { Host } from "../host/port.ts";

/** Options whose values are never printed. */
const SECRET = ["secret", "code"];

/** Prints every section as JSON, `hidden` naming the secret options that are set; returns the exit status. */
export function showConfig(host: Host): number {
  const found = lookAtSections(host);
  if (typeof found === "string") {
    openLog(host, "info", false).say("error", null, found);
    return EXIT.usage;
  }
  const sections = found.map(({ type, name, options }) => ({
    type,
    name,
    options: Object.fromEntries([...options].filter(([option]) => !SECRET.includes(option))),
    hidden: SECRET.filter((option) => options.get(option)?.some((value) => value !== "")),
  }));
  host.print(`${JSON.stringify({ sections })}\n`);
  return EXIT.done;
}
