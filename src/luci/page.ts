// The page Services → Dynamic DNS (lambda-ddns): status, check, log and configuration of the client.
import { check, refreshLog, updateNow } from "./actions.ts";
import { type Banner, isFirstVisit } from "./banner.ts";
import { changes } from "./changes.ts";
import { askForService } from "./dialog.ts";
import { formSections, formValue, makeForm } from "./form.ts";
import { firstVisitNode, tick } from "./nodes.ts";
import type { Pasted } from "./paste.ts";
import { readInterfaces, readSections, readStatus, write } from "./router.ts";
import { complain, makePage, type Page, refresh, show } from "./shown.ts";
import type { Section, Status } from "./status.ts";

/** Between two readings of the status, which costs the router a run of the program. */
const POLL_SECONDS = 10;

type Loaded = [Status | Banner, Section[] | null, string[]];

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
  const welcome = isFirstVisit(sections) ? [firstVisitNode()] : [];
  dom.content(self.form, [...welcome, await map.render()]);
}

async function addService(map: FormMap, { name, options }: Pasted): Promise<void> {
  map.data.add("json", "service", name);
  for (const [option, values] of Object.entries(options)) {
    map.data.set("json", name, option, formValue(option, values));
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

/** The view, as LuCI extends its own by it. */
export const servicesPage = {
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
};
