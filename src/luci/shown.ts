// What the page shows and knows: its moving parts, and the status that fills them.
import { type Banner, banner } from "./banner.ts";
import { START } from "./commands.ts";
import { bannerNode, statusTable } from "./nodes.ts";
import { readStatus, run } from "./router.ts";
import { rows } from "./rows.ts";
import type { Section, Status } from "./status.ts";

/** Where the page's moving parts stand, and what it knows. */
export interface Page {
  mayChange: boolean;
  status: Status | null;
  /** When the status was read, in milliseconds of the browser's steady clock. */
  readAt: number;
  banner: HTMLElement;
  table: HTMLElement;
  findings: HTMLElement;
  log: HTMLElement;
  form: HTMLElement;
  map: FormMap | null;
  sections: Section[] | null;
  interfaces: string[];
}

/** A page that shows nothing yet. */
export function makePage(): Page {
  return {
    mayChange: L.hasViewPermission() === true,
    status: null,
    readAt: 0,
    banner: E("div", {}, []),
    table: E("div", { style: "overflow-x:auto" }, []),
    findings: E("div", { "aria-live": "polite" }, []),
    log: E("pre", { style: "white-space:pre-wrap;overflow-wrap:anywhere" }, []),
    form: E("div", {}, []),
    map: null,
    sections: null,
    interfaces: [],
  };
}

/** Shows a status, or the banner that says why there is none; `start` starts the service. */
export function show(self: Page, found: Status | Banner): void {
  const trouble = "lines" in found;
  // What was read last stays in sight below the banner.
  if (!trouble) {
    self.status = found;
    self.readAt = performance.now();
    dom.content(self.table, [...statusNodes(found)]);
  }
  const shown = trouble ? found : banner(found);
  const start = self.mayChange ? ui.createHandlerFn(self, () => startService(self)) : null;
  dom.content(self.banner, shown ? [bannerNode(shown, start)] : []);
}

function statusNodes(status: Status): Node[] {
  const nodes: Node[] = [];
  if (status.services.length > 0) nodes.push(statusTable(rows(status)));
  const off = status.disabled.join(", ");
  if (off) nodes.push(E("p", {}, [_("Switched off: %s").format(off)]));
  return nodes;
}

/** Reads the status anew, unless nobody looks at the page. */
export async function refresh(self: Page): Promise<void> {
  if (!document.hidden) show(self, await readStatus());
}

async function startService(self: Page): Promise<void> {
  const { code, stderr = "" } = await run(START).catch(failed);
  if (code !== 0) complain(_("The service did not start: %s").format(stderr.trim()));
  await refresh(self);
}

/** rpcd's refusal in the form of a program's. */
export function failed(error: Error): ExecResult {
  return { code: -1, stderr: error.message };
}

/** Says what went wrong, above the page. */
export function complain(text: string): void {
  ui.addNotification(null, E("p", { style: "overflow-wrap:anywhere" }, [text]), "error");
}
