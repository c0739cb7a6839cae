// The page Services → Dynamic DNS (lambda-ddns): status, check, log and configuration of the client.
import { type Banner, banner, isFirstVisit } from "./banner.ts";
import { changes } from "./changes.ts";
import { CHECK, START, UPDATE } from "./commands.ts";
import { askForService } from "./dialog.ts";
import { lastLines, parseFindings } from "./findings.ts";
import { formSections, makeForm } from "./form.ts";
import { bannerNode, findingsNode, firstVisitNode, statusTable, tick } from "./nodes.ts";
import type { Pasted } from "./paste.ts";
import { readInterfaces, readLog, readSections, readStatus, run, write } from "./router.ts";
import { rows } from "./rows.ts";
import type { Section, Status } from "./status.ts";

/** Between two readings of the status, which costs the router a run of the program. */
const POLL_SECONDS = 10;
/** How long the page waits for what an update by hand changes. */
const WATCH_SECONDS = 30;
const LOG_LINES = 30;

type Loaded = [Status | Banner, Section[] | null, string[]];

/** Where the page's moving parts stand, and what it knows. */
interface Page {
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

function makePage(): Page {
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

function show(self: Page, found: Status | Banner): void {
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

async function refresh(self: Page): Promise<void> {
  if (!document.hidden) show(self, await readStatus());
}

async function startService(self: Page): Promise<void> {
  const { code, stderr = "" } = await run(START).catch(failed);
  if (code !== 0) complain(_("The service did not start: %s").format(stderr.trim()));
  await refresh(self);
}

/** rpcd's refusal in the form of a program's. */
function failed(error: Error): ExecResult {
  return { code: -1, stderr: error.message };
}

function complain(text: string): void {
  ui.addNotification(null, E("p", { style: "overflow-wrap:anywhere" }, [text]), "error");
}

/** When each name was last attempted: what an update by hand changes. */
function attempts({ status }: Page): string {
  return JSON.stringify(status?.services.map(({ attemptedAt }) => attemptedAt));
}

async function updateNow(self: Page): Promise<void> {
  const before = attempts(self);
  const { code, stderr = "" } = await run(UPDATE).catch(failed);
  if (code !== 0) return complain(_("The update did not start: %s").format(stderr.trim()));
  for (let second = 0; second < WATCH_SECONDS; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await refresh(self);
    if (attempts(self) !== before && !self.status?.services.some(({ inDoubt }) => inDoubt)) break;
    // A second look is enough to see that nothing is under way.
    if (second > 4 && attempts(self) === before) break;
  }
  if (attempts(self) === before) {
    const text = _("Nothing had to be sent.");
    dom.content(self.findings, [E("p", {}, [text])]);
  }
  await refreshLog(self);
}

async function check(self: Page): Promise<void> {
  const waiting = _("Asking every service; one that does not answer takes up to 20 seconds …");
  dom.content(self.findings, [E("p", { class: "spinning" }, [waiting])]);
  const [command, ...args] = CHECK;
  // Not by ubus, where a reply has 20 seconds.
  const output = await fs.exec_direct(command, args, "text").catch((error: Error) => `FAIL ${error.message}`);
  const findings = parseFindings(output);
  const silent: Node = E("p", {}, [_("The check printed nothing.")]);
  dom.content(self.findings, [findings.length > 0 ? findingsNode(findings) : silent]);
}

async function refreshLog(self: Page): Promise<void> {
  const lines = lastLines(await readLog(), LOG_LINES);
  dom.content(self.log, [lines.join("\n") || _("The log has no line of lambda-ddns.")]);
}

async function showForm(self: Page): Promise<void> {
  const { sections, interfaces } = self;
  if (!sections) return dom.content(self.form, []);
  const add = (): void =>
    askForService(
      formSections(map).map((section) => `${section[".name"]}`),
      (service) => addService(map, service),
    );
  const map = makeForm({ sections, interfaces, readonly: !self.mayChange, add });
  self.map = map;
  dom.content(self.form, [isFirstVisit(sections) ? firstVisitNode() : null, await map.render()]);
}

async function addService(map: FormMap, { name, options }: Pasted): Promise<void> {
  map.data.add("json", "service", name);
  for (const [option, values] of Object.entries(options)) {
    map.data.set("json", name, option, values.length > 1 ? values : values[0]);
  }
  await map.reset();
}

/** Writes what the user changed, and shows what is there then. */
async function saveAll(self: Page): Promise<void> {
  if (!self.map || !self.sections) return;
  await self.map.save(null, true);
  const all = changes(self.sections, formSections(self.map));
  if (all.length === 0) {
    ui.addNotification(null, E("p", {}, [_("Nothing was changed.")]), "info");
    return;
  }
  try {
    await write(all);
  } catch (error) {
    return complain(_("Nothing was saved: %s").format((error as Error).message));
  }
  self.sections = await readSections();
  await showForm(self);
  await refresh(self);
  ui.addNotification(null, E("p", {}, [_("Saved. The new settings are in use.")]), "info");
}

function renderPage(self: Page): HTMLElement {
  const button = (title: string, style: string, action: (self: Page) => Promise<void>): HTMLElement =>
    E(
      "button",
      {
        class: `btn cbi-button ${style}`,
        disabled: self.mayChange ? null : true,
        click: ui.createHandlerFn(self, () => action(self)),
      },
      [title],
    );
  const log = E("details", { class: "cbi-section" }, [E("summary", {}, [_("Last log lines")]), self.log]);
  log.addEventListener("toggle", () => refreshLog(self));
  return E("div", {}, [
    E("h2", {}, [_("Dynamic DNS (lambda-ddns)")]),
    self.banner,
    E("div", { class: "cbi-section" }, [
      self.table,
      E("div", { style: "margin:.5em 0" }, [
        button(_("Update now"), "cbi-button-action", updateNow),
        " ",
        button(_("Check"), "cbi-button-neutral", check),
      ]),
      self.findings,
    ]),
    self.form,
    log,
  ]);
}

let self: Page;

page = view.extend({
  load: (): Promise<Loaded> => Promise.all([readStatus(), readSections(), readInterfaces()]),
  async render([found, sections, interfaces]: Loaded): Promise<HTMLElement> {
    self = { ...makePage(), sections, interfaces };
    show(self, found);
    await showForm(self);
    poll.add(() => refresh(self), POLL_SECONDS);
    poll.add(async () => tick(self.table, (performance.now() - self.readAt) / 1000), 1);
    return renderPage(self);
  },
  handleSave: null,
  handleSaveApply: () => saveAll(self),
  handleReset: () => showForm(self),
});
