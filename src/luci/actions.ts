// What the page's buttons do on the router.
import { CHECK, UPDATE } from "./commands.ts";
import { lastLines, parseFindings } from "./findings.ts";
import { findingsNode } from "./nodes.ts";
import { readLog, run } from "./router.ts";
import { complain, failed, type Page, refresh } from "./shown.ts";

/** How long the page waits for what an update by hand changes. */
const WATCH_SECONDS = 30;
const LOG_LINES = 30;

/** When each name was last attempted: what an update by hand changes. */
function attempts({ status }: Page): string {
  return JSON.stringify(status?.services.map(({ attemptedAt }) => attemptedAt));
}

/** Hands an update over, and watches until it shows. */
export async function updateNow(self: Page): Promise<void> {
  const before = attempts(self);
  const { code, stderr = "" } = await run(UPDATE).catch(failed);
  if (code !== 0) return complain(_("The update did not start: %s").format(stderr.trim()));
  for (let second = 0; second < WATCH_SECONDS; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await refresh(self);
    if (attempts(self) !== before && !self.status?.services.some(({ inDoubt }) => inDoubt)) break;
    // A second look is enough to see that nothing is under way.
    if (second > 9 && attempts(self) === before) break;
  }
  if (attempts(self) === before) {
    const text = _("Nothing had to be sent.");
    dom.content(self.findings, [E("p", {}, [text])]);
  }
  await refreshLog(self);
}

/** Shows what `check` finds. */
export async function check(self: Page): Promise<void> {
  const waiting = _("Asking every service; one that does not answer takes up to 20 seconds …");
  dom.content(self.findings, [E("p", { class: "spinning" }, [waiting])]);
  const [command, ...args] = CHECK;
  // Not by ubus, where a reply has 20 seconds.
  const output = await fs.exec_direct(command, args, "text").catch((error: Error) => `FAIL ${error.message}`);
  const findings = parseFindings(output);
  const silent: Node = E("p", {}, [_("The check printed nothing.")]);
  dom.content(self.findings, [findings.length > 0 ? findingsNode(findings) : silent]);
}

/** Reads the log anew. */
export async function refreshLog(self: Page): Promise<void> {
  const lines = lastLines(await readLog(), LOG_LINES);
  dom.content(self.log, [lines.join("\n") || _("The log has no line of lambda-ddns.")]);
}
