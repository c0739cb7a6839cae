// The page's pure parts: status to rows and banner, findings, pasted sections, and what is written.
import "./texts.ts";
import { describe, expect, it } from "vitest";
import { banner, isFirstVisit, troubleBanner, unreadable } from "../../src/luci/banner.ts";
import { changes } from "../../src/luci/changes.ts";
import { lastLines, parseFindings } from "../../src/luci/findings.ts";
import { parsePasted, sectionName } from "../../src/luci/paste.ts";
import { countdown, duration, rows } from "../../src/luci/rows.ts";
import { serviceProblem } from "../../src/luci/rules.ts";
import { parseConfig, parseStatus, type Section, type Status } from "../../src/luci/status.ts";
import { uciSection } from "../../src/server/admin/uci.ts";
import { configText, EVIL, OFFICE, PROBLEM, statusText } from "./fixtures.ts";

function status(changed: Record<string, unknown> = {}): Status {
  const found = parseStatus(statusText(changed));
  if (!found) throw new Error("no status");
  return found;
}

describe("the status", () => {
  it.each([
    "",
    "x",
    "null",
    "[]",
    "{}",
    '{"services":{}}',
    '{"services":[],"uptime":"1"}',
    "Segmentation fault",
    statusText().slice(0, -3),
  ])("is none: %s", (text) => {
    expect(parseStatus(text)).toBeNull();
  });
  it("bears strange members", () => {
    const strange = {
      services: [null, 7, { last_error: "x", published: 1, next_look_in: "soon" }],
      problems: 3,
      disabled: {},
    };
    const found = status(strange);
    expect(found.problems).toEqual([]);
    expect(rows(found)).toHaveLength(3);
    expect(rows(found)[2]).toMatchObject({ name: "", trouble: "", next: { what: "look", seconds: 0 } });
  });
  it("becomes rows in words", () => {
    const [ipv4, ipv6] = rows(status());
    expect(ipv4).toEqual({
      id: "home:home.dyn.example.com:ipv4",
      name: "home.dyn.example.com",
      family: "IPv4",
      tone: "good",
      state: "up to date",
      published: "176.32.100.36, sent 1 d ago",
      line: "wan: 176.32.100.36",
      trouble: "",
      next: { what: "look", seconds: 512 },
    });
    expect(ipv6).toMatchObject({ family: "IPv6", published: "2a00:1450:4001:82a::200e, sent 1 min 1 s ago" });
  });
  it("tells trouble with its age and request id, doubt and NAT", () => {
    const published = { published: "176.32.100.36", published_at: 1 };
    const [row] = rows(status({ services: [{ ...OFFICE, ...published }] }));
    expect(row).toMatchObject({
      tone: "bad",
      state: "refused by the service",
      published: "176.32.100.36, sent 1 d 1 h ago, behind NAT, a later update is in doubt",
      trouble: `refuses the token for ${EVIL} (401), 1 min ago, request id 1b2c-<b>3d</b>`,
      next: { what: "attempt", seconds: 3500 },
    });
  });
  it.each([
    ["ok", "good", "up to date"],
    ["refused", "bad", "refused by the service"],
    ["down", "bad", "no address: the interface is down"],
    ["unfit", "bad", "this address cannot be published"],
    ["never", "waiting", "not published yet"],
    ["waiting", "waiting", "waiting to be sent"],
    ["of tomorrow", "waiting", "of tomorrow"],
  ])("has words for %s", (state, tone, words) => {
    expect(rows(status({ services: [{ ...OFFICE, state }] }))[0]).toMatchObject({ tone, state: words });
  });
  it("says that a code waits, and of a client that knows of none nothing", () => {
    const service = { ...OFFICE, state: "never" };
    const [waits] = rows(status({ services: [{ ...service, enrolled: false }] }));
    expect(waits).toMatchObject({ state: "not published yet", published: "waits for enrolment by its code" });
    expect(rows(status({ services: [service] }))[0]?.published).toContain("nothing confirmed yet");
  });
  it("schedules nothing where nothing runs", () => {
    expect(rows(status({ started: false })).map(({ next }) => next)).toEqual([null, null]);
    expect(rows(status({ enabled: false }))[0]?.next).toBeNull();
  });
});

it.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3599, "59 min 59 s"],
  [3600, "1 h"],
  [86399, "23 h 59 min"],
  [86400, "1 d"],
  [90061, "1 d 1 h"],
  [-5, "0 s"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it("counts down to now", () => {
  const next = { what: "attempt", seconds: 61 } as const;
  expect([0, 1.5, 61, 99].map((elapsed) => countdown(next, elapsed))).toEqual([
    "attempt in 1 min 1 s",
    "attempt in 1 min",
    "now",
    "now",
  ]);
  expect(countdown({ what: "look", seconds: 5 }, 0)).toBe("check in 5 s");
  expect(countdown(null, 0)).toBe("not scheduled");
});

describe("the banner", () => {
  it("is not there while all is well", () => {
    expect(banner(status())).toBeNull();
    expect(banner(status({ started: false, services: [] }))).toBeNull();
  });
  it("offers to start what only has to be started", () => {
    expect(banner(status({ started: false }))).toEqual({
      lines: ["Not started: no name is kept up to date."],
      start: true,
    });
    const off = banner(status({ started: false, enabled: false }));
    expect(off).toEqual({
      lines: ["Switched off: no name is kept up to date (section global)."],
      start: false,
    });
  });
  it("names problems by section and option", () => {
    const whole = { ...PROBLEM, option: "", severity: "warning" };
    expect(banner(status({ problems: [PROBLEM, whole] }))?.lines).toEqual([
      "Section <u>spare</u>, option url: '<s>' is not a URL",
      "Section <u>spare</u>: '<s>' is not a URL",
    ]);
  });
  it("takes a program's own words for what cannot be read", () => {
    const said = unreadable("", "error: /etc/config/lambda-ddns does not exist\n");
    expect(troubleBanner(said).lines).toEqual([
      "The status cannot be read: /etc/config/lambda-ddns does not exist",
    ]);
  });
});

it("knows a router where nothing was filled in", () => {
  expect(isFirstVisit([])).toBe(true);
  expect(isFirstVisit([{ type: "service", name: "home", options: { url: [""] }, hidden: [] }])).toBe(true);
  expect(isFirstVisit(parseConfig(configText()) ?? [])).toBe(false);
});

it("reads findings, and lines without a mark as headings", () => {
  expect(parseFindings("ok   fine\nFAIL bad: x\n\nhome: a IPv4\nnote so\nokay\n")).toEqual([
    { mark: "ok", text: "fine" },
    { mark: "FAIL", text: "bad: x" },
    { mark: "heading", text: "home: a IPv4" },
    { mark: "note", text: "so" },
    { mark: "heading", text: "okay" },
  ]);
  expect(lastLines("a\n\nb\nc\n", 2)).toEqual(["b", "c"]);
});

describe("a pasted section", () => {
  const printed = {
    hostname: "home.dyn.example.com",
    url: "https://a.example.com/",
    proof: { secret: 'it\'s "so" #1' },
  };
  it.each([
    ["as printed", (text: string) => text],
    ["without tabs", (text: string) => text.replaceAll("\t", "    ")],
    ["from Windows", (text: string) => text.replaceAll("\n", "\r\n")],
    ["without an end", (text: string) => text.trimEnd()],
    ["behind a prompt's comment", (text: string) => `# for the router\n\n${text}`],
  ])("is read %s", (_how, change) => {
    expect(parsePasted(change(uciSection(printed)))).toEqual({
      name: "home_dyn_example_com",
      options: {
        enabled: ["1"],
        url: [printed.url],
        hostname: [printed.hostname],
        secret: [printed.proof.secret],
        interface: ["wan"],
        family: ["ipv4"],
      },
    });
  });
  it.each([
    "",
    "hello",
    "config service",
    "option url 'x'",
    "config other 'x'\n\toption url 'x'\n",
    "config service 'a",
  ])("is none, or has nothing: %s", (text) => {
    expect(parsePasted(text)?.options ?? {}).toEqual({});
  });
  it("with a code in place of a secret is taken, and the code is judged alone", () => {
    const text = uciSection({ hostname: "h.example.com", url: "u", proof: { code: "0123-4567-89AB-CDEF" } });
    expect(parsePasted(text)?.options).toMatchObject({ code: ["0123-4567-89AB-CDEF"] });
    expect(parsePasted(text)?.options).not.toHaveProperty("secret");
    expect(serviceProblem("code", ["0123-4567-89AB-CDEF"])).toBeNull();
    expect(serviceProblem("code", ["0123"])).toContain("16 letters and digits");
  });
  it("gets a name of its own", () => {
    expect(sectionName("*.dyn.example.com.", [])).toBe("any_dyn_example_com");
    expect(sectionName("a.b", ["a_b", "a_b_2"])).toBe("a_b_3");
  });
});

describe("what is written", () => {
  const before: Section[] = [
    { type: "lambda-ddns", name: "global", options: { enabled: ["1"] }, hidden: [] },
    {
      type: "service",
      name: "home",
      options: { url: ["u"], hostname: ["a"], odd: ["keep"], cacert: [""] },
      hidden: ["secret"],
    },
    { type: "service", name: "@service[1]", options: { url: ["v"], interface: ["wan", "wanb"] }, hidden: [] },
    { type: "service", name: "@service[2]", options: { url: ["w"] }, hidden: [] },
  ];
  const form = (): Record<string, unknown>[] =>
    before.map(({ type, name, options }) => ({ ...options, ".type": type, ".name": name, ".index": 0 }));
  const edit = (index: number, changed: Record<string, unknown>): Record<string, unknown>[] =>
    form().map((section, at) => (at === index ? { ...section, ...changed } : section));

  it("is nothing where nothing was changed", () => {
    expect(changes(before, form())).toEqual([]);
    expect(changes(before, edit(1, { hostname: "a", secret: "", cacert: undefined }))).toEqual([]);
  });
  it("is the option that was changed, in the form that UCI has it", () => {
    expect(changes(before, edit(1, { hostname: ["a", "b"], secret: "new" }))).toEqual([
      { kind: "set", section: "home", values: { hostname: ["a", "b"], secret: "new" } },
    ]);
    expect(changes(before, edit(1, { hostname: "b" }))[0]).toMatchObject({ values: { hostname: ["b"] } });
    expect(changes(before, edit(2, { interface: ["wan"] }))[0]).toMatchObject({
      values: { interface: "wan" },
    });
  });
  it("is what was emptied", () => {
    expect(changes(before, edit(2, { interface: [] }))).toEqual([
      { kind: "unset", section: "@service[1]", options: ["interface"] },
    ]);
  });
  it("removes from the last section up, and adds last", () => {
    const left = [form()[0] ?? {}, { ".type": "service", ".name": "new", url: "x" }];
    expect(changes(before, left)).toEqual([
      { kind: "remove", section: "@service[2]" },
      { kind: "remove", section: "@service[1]" },
      { kind: "remove", section: "home" },
      { kind: "add", type: "service", section: "new", values: { url: "x" } },
    ]);
  });
  it("makes no section global for nothing", () => {
    expect(changes([], [{ ".type": "lambda-ddns", ".name": "global" }])).toEqual([]);
  });
});
