// The page's parts that are no form, as nodes. Every text goes in as a text node: names and messages are not ours.
import type { Banner } from "./banner.ts";
import type { Finding } from "./findings.ts";
import { countdown, type Row } from "./rows.ts";

const COLOURS = { good: "#3a3", waiting: "#c80", bad: "#d33" } as const;
const MARKS = { ok: "✔", note: "ℹ", FAIL: "✘", heading: "" } as const;
const MARK_COLOURS = { ok: COLOURS.good, note: COLOURS.waiting, FAIL: COLOURS.bad, heading: "inherit" };

/** The one banner; `start` starts the service, and is null for who may not. */
export function bannerNode({ lines, start: helps }: Banner, start: unknown): HTMLElement {
  const action = "btn cbi-button cbi-button-action";
  const button = helps && start ? [E("button", { class: action, click: start }, [_("Start")])] : [];
  return E("div", { class: "alert-message warning", role: "alert", style: "overflow-wrap:anywhere" }, [
    ...lines.map((line) => E("p", {}, [line])),
    ...button,
  ]);
}

/** A row for each name and family, with a cell that `tick` counts down. */
export function statusTable(rows: readonly Row[]): HTMLElement {
  const titles = [_("Name"), _("State"), _("Published"), _("Interface"), _("Next")];
  return E("table", { class: "table" }, [
    E(
      "tr",
      { class: "tr table-titles" },
      titles.map((title) => E("th", { class: "th" }, [title])),
    ),
    ...rows.map((row) => statusRow(row, titles)),
  ]);
}

function statusRow(row: Row, titles: readonly string[]): HTMLElement {
  const cells: (readonly (Node | string)[])[] = [
    [`${row.name} `, E("small", {}, [row.family])],
    [
      E("span", { style: `color:${COLOURS[row.tone]}` }, ["● "]),
      row.state,
      ...(row.trouble ? [E("div", {}, [E("small", {}, [row.trouble])])] : []),
    ],
    [row.published],
    [row.line],
    [E("span", { "data-next": row.next?.seconds, "data-what": row.next?.what }, [countdown(row.next, 0)])],
  ];
  return E(
    "tr",
    { class: "tr", "data-id": row.id },
    cells.map((cell, index) =>
      E("td", { class: "td", "data-title": titles[index], style: wrapping(cell) }, cell),
    ),
  );
}

/** Names and addresses stay whole, where they are not longer than a column can be. */
function wrapping(cell: readonly (Node | string)[]): string {
  const length = typeof cell[0] === "string" ? cell[0].length : 0;
  return `overflow-wrap:${length > 45 ? "anywhere" : "break-word"}`;
}

/** Counts `table` down, `elapsed` seconds after its status was read. */
export function tick(table: HTMLElement, elapsed: number): void {
  for (const cell of Array.from(table.querySelectorAll("[data-next]"))) {
    const what = cell.getAttribute("data-what") === "attempt" ? "attempt" : "look";
    cell.textContent = countdown({ what, seconds: Number(cell.getAttribute("data-next")) }, elapsed);
  }
}

export function findingsNode(findings: readonly Finding[]): HTMLElement {
  return E(
    "div",
    { style: "overflow-wrap:anywhere" },
    findings.map(({ mark, text }) =>
      mark === "heading"
        ? E("h4", {}, [text])
        : E("div", { "data-mark": mark }, [
            E("strong", { style: `color:${MARK_COLOURS[mark]}` }, [`${MARKS[mark]} ${mark} `]),
            text,
          ]),
    ),
  );
}

/** What a router without a service needs, and where it comes from. */
export function firstVisitNode(): HTMLElement {
  return E("div", { class: "cbi-section" }, [
    E("h3", {}, [_("Three values and you are done")]),
    E("p", {}, [
      _(
        "This router keeps a DNS name pointing at itself through a service on AWS. Whoever operates that service gives you a URL, a host name and a secret, or a whole section to paste: lambda-ddns-admin prints it for each router that is added.",
      ),
    ]),
    E("p", {}, [_("If you are the operator, deploy the service first: the README of lambda-ddns says how.")]),
  ]);
}
