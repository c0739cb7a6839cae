// The page in Chromium, on a stand-in for LuCI: layout, keyboard, countdown, hostile texts, secrets, and what reaches rpcd.
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { missingProgram } from "../../build/needs.ts";
import { describeUnless } from "../engine/native.ts";
import { type Browser, type Look, openBrowser, type Tab } from "./chromium.ts";
import { EVIL, OFFICE, outputs, PROBLEM, SECRET, statusText } from "./fixtures.ts";
import { type Outputs, type Router, startRouter } from "./router.ts";

const WIDE: Look = { width: 1200, height: 900, dark: false };
const NARROW: Look = { width: 360, height: 740, dark: true };
const SET = "document.querySelector";

describeUnless(missingProgram("chromium"), "the page in Chromium", () => {
  let browser: Browser;
  let router: Router | null = null;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(() => router?.close());

  async function open(from: Outputs, look = WIDE, readonly = false): Promise<{ tab: Tab; router: Router }> {
    const started = await startRouter(from, readonly);
    router = started;
    const tab = await browser.open(started.url, look);
    await until(tab, "document.body.dataset.ready === 'true'");
    return { tab, router: started };
  }
  async function until(tab: Tab, condition: string): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if (await tab.evaluate<boolean>(condition)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never: ${condition}\n${tab.errors.join("\n")}\n${await text(tab)}`);
  }
  const text = (tab: Tab): Promise<string> => tab.evaluate("document.body.innerText");
  const click = (tab: Tab, label: string): Promise<void> =>
    tab.evaluate(
      `[...document.querySelectorAll("button")].filter((b) => b.textContent === ${JSON.stringify(label)}).at(-1).click()`,
    );
  const type = (tab: Tab, selector: string, value: string): Promise<void> =>
    tab.evaluate(`(() => { const field = ${SET}(${JSON.stringify(selector)}); field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event("input")); })()`);
  const written = (from: Router): string[] => from.calls.filter((call) => call.startsWith("uci "));

  const hostile = (): Outputs =>
    outputs(statusText({ services: [OFFICE], problems: [PROBLEM], disabled: ["<i>off</i>"] }));

  it.each([WIDE, NARROW, { ...NARROW, dark: false }])("fits a screen: %o", async (look) => {
    const name = `${"a".repeat(60)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}`;
    const services = [OFFICE, { ...OFFICE, hostname: name, id: "long" }];
    const { tab } = await open(outputs(statusText({ services, problems: [PROBLEM] })), look);
    expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
    expect(tab.errors).toEqual([]);
  });

  it("shows every foreign text as text", async () => {
    const { tab } = await open(hostile());
    await click(tab, "Check");
    await until(tab, "document.querySelector('[data-mark]')");
    await tab.evaluate(`${SET}("details").open = true`);
    await until(tab, `${SET}("pre").textContent.includes("script")`);
    const shown = await text(tab);
    for (const one of [
      EVIL,
      "1b2c-<b>3d</b>",
      "<u>spare</u>",
      "'<s>'",
      "<i>x</i>",
      "<script>alert(2)</script>",
      "<i>off</i>",
    ])
      expect(shown).toContain(one);
    expect(await tab.evaluate(`document.querySelectorAll("img, u, s, i, b, #view script").length`)).toBe(0);
    expect(tab.errors).toEqual([]);
  });

  it("says how each name is, and counts down", async () => {
    const { tab } = await open(outputs());
    const shown = await text(tab);
    for (const one of [
      "up to date",
      "176.32.100.36, sent 1 d ago",
      "wan: 2a00:1450:4001:82a::200e",
      "check in 8 min 3",
    ])
      expect(shown).toContain(one);
    const cell = `${SET}("[data-next]").textContent`;
    const first = await tab.evaluate<string>(cell);
    await until(tab, `${cell} !== ${JSON.stringify(first)}`);
    expect(await tab.evaluate(cell)).toMatch(/^check in 8 min (?:[12]?\d|3[01]) s$/);
    expect(await tab.evaluate(`${SET}(".alert-message")`)).toBeNull();
  });

  it("adds a service that was pasted, and sends its secret once", async () => {
    const { tab, router: from } = await open(outputs());
    await click(tab, "Add a service");
    await type(
      tab,
      "#lambda-ddns-paste",
      `config service 'neu'\n  option url 'http://a.example.com/'\n  list hostname 'neu.example.com'\n  option secret '${SECRET}'\n  option family 'ipv6'\n`,
    );
    await click(tab, "Add");
    expect(await text(tab)).toContain(
      "'http://a.example.com/' is plain http, which anyone on the way can read and change; use https",
    );
    await type(tab, "#lambda-ddns-url", "https://a.example.com/");
    // LuCI hides a dialog that is closed, and keeps its fields in the page.
    await tab.evaluate(
      "void (window.fields = [...document.querySelectorAll('.modal input, .modal textarea')])",
    );
    await click(tab, "Add");
    await until(tab, `${SET}("tr[data-section=neu]")`);
    expect(await tab.evaluate("window.fields.map((field) => field.value).join('')")).toBe("");
    expect(await tab.evaluate(`document.documentElement.outerHTML.includes(${JSON.stringify(SECRET)})`)).toBe(
      false,
    );
    await click(tab, "Save & Apply");
    await until(tab, "document.body.innerText.includes('Saved.')");
    const values = {
      url: "https://a.example.com/",
      hostname: ["neu.example.com"],
      secret: SECRET,
      family: "ipv6",
      enabled: "1",
    };
    expect(written(from)).toHaveLength(2);
    expect(JSON.parse(written(from)[0]?.replace("uci add ", "") ?? "")).toEqual({
      config: "lambda-ddns",
      type: "service",
      name: "neu",
      values,
    });
    expect(written(from)[1]).toBe('uci commit {"config":"lambda-ddns"}');
  });

  it("writes what was changed in the dialog and nothing else, by keyboard", async () => {
    const { tab, router: from } = await open(outputs());
    for (const section of ["home", "office"]) {
      await tab.evaluate(`${SET}("tr[data-section=${section}] button").click()`);
      await click(tab, "Save");
      await until(tab, `!${SET}(".modal")`);
    }
    await click(tab, "Save & Apply");
    await until(tab, "document.body.innerText.includes('Nothing was changed.')");
    expect(written(from)).toEqual([]);
    await tab.evaluate(`${SET}("tr[data-section=home] button").focus()`);
    await tab.press("Enter");
    await until(tab, `${SET}(".modal")`);
    expect(
      await tab.evaluate(
        `${SET}(".modal [data-option=secret]").value + ${SET}(".modal [data-option=secret]").type`,
      ),
    ).toBe("password");
    await tab.evaluate(`${SET}(".modal [data-option=url]").select()`);
    await tab.evaluate(`${SET}(".modal [data-option=url]").focus()`);
    for (const key of "https://b.example.com/") await tab.press(key);
    await click(tab, "Save");
    await until(tab, `!${SET}(".modal")`);
    await click(tab, "Save & Apply");
    await until(tab, "document.body.innerText.includes('Saved.')");
    expect(written(from)).toEqual([
      'uci set {"config":"lambda-ddns","section":"home","values":{"url":"https://b.example.com/"}}',
      'uci commit {"config":"lambda-ddns"}',
    ]);
  });

  it("gives a read-only user the status, and no button that works", async () => {
    const { tab, router: from } = await open(outputs(statusText({ started: false })), WIDE, true);
    expect(await text(tab)).toContain("Not started");
    const live = `[...document.querySelectorAll("#view button:enabled")].map((b) => b.textContent)`;
    expect(await tab.evaluate(live)).toEqual(["Edit", "Edit"]);
    expect(from.calls.filter((call) => !/^exec .* (status --json|config)$|^network/.test(call))).toEqual([]);
  });

  it("starts what is not started, and updates at once", async () => {
    const { tab, router: from } = await open(outputs(statusText({ started: false })));
    await click(tab, "Start");
    await until(tab, "true");
    from.outputs["/usr/bin/lambda-ddns status --json"] = statusText();
    await click(tab, "Update now");
    await until(tab, `!${SET}(".alert-message")`);
    expect(from.calls).toContain("exec /etc/init.d/lambda-ddns start");
    expect(from.calls).toContain("exec /usr/bin/lambda-ddns update --detach");
  });

  it.each([
    ["rpcd without rights", 6, "rights are read at login"],
    ["no client", 4, "install the package lambda-ddns"],
    ["no JSON", "Segmentation fault\n", "are both of the same version?"],
    ["another version", '{"version":"9","names":[]}', "are both of the same version?"],
    ["nothing", "", "printed nothing"],
  ])("says what is wrong: %s", async (_what, status, sentence) => {
    const broken = {
      ...outputs(),
      "/usr/bin/lambda-ddns status --json": status,
      "/usr/bin/lambda-ddns config": status,
    };
    const { tab } = await open(broken);
    expect(await text(tab)).toContain(sentence);
    expect(await tab.evaluate(`${SET}("#overview").childElementCount`)).toBe(0);
    expect(tab.errors).toEqual([]);
  });

  it("welcomes a router without services", async () => {
    const template = { enabled: ["0"], url: [""], hostname: ["home.dyn.example.com"] };
    const sections = [{ type: "service", name: "home", options: template, hidden: [] }];
    const config = JSON.stringify({ sections });
    const status = statusText({ services: [], disabled: ["home"] });
    const { tab } = await open({ ...outputs(status), "/usr/bin/lambda-ddns config": config });
    expect(await text(tab)).toContain("Three values and you are done");
  });

  it("bears 200 services", async () => {
    const services = Array.from({ length: 200 }, (_, index) => ({
      ...OFFICE,
      id: `${index}`,
      hostname: `h${index}.example.com`,
    }));
    const { tab } = await open(outputs(statusText({ services })), NARROW);
    expect(await tab.evaluate(`document.querySelectorAll("#view [data-id]").length`)).toBe(200);
    expect(await tab.evaluate(`document.querySelectorAll("#overview tr").length`)).toBe(201);
  });
});
