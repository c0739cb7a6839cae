// The box on LuCI's overview page: names, addresses and states. It never rejects, since that would break the whole overview.
import type { Banner } from "./banner.ts";
import { readStatus } from "./router.ts";
import { rows } from "./rows.ts";
import type { Status } from "./status.ts";

/** The include, as LuCI extends its base class by it. A function, since its title is translated when it is called. */
export const overviewBox = () => ({
  title: _("Dynamic DNS (lambda-ddns)"),
  load: readStatus,
  render(found: Status | Banner): HTMLElement | null {
    // Without the client there is nothing to show; what is wrong is said on the page.
    if ("lines" in found || found.services.length === 0) return null;
    const line = (cells: readonly string[], tag: string): HTMLElement =>
      E(
        "tr",
        { class: tag === "th" ? "tr table-titles" : "tr" },
        cells.map((cell) => E(tag, { class: tag, style: "overflow-wrap:anywhere" }, [cell])),
      );
    return E("table", { class: "table" }, [
      line([_("Name"), _("Published"), _("State")], "th"),
      ...rows(found).map(({ name, family, published, state }) =>
        line([`${name} (${family})`, published, state], "td"),
      ),
    ]);
  },
});
