// `make luci-screenshots`: the page as its test sees it, wide and narrow, light and dark, into dist/luci-screenshots/.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { missingProgram } from "../../build/needs.ts";
import { type Browser, type Look, openBrowser } from "./chromium.ts";
import { configText, OFFICE, outputs, statusText } from "./fixtures.ts";
import { startRouter } from "./router.ts";

const FOLDER = fileURLToPath(new URL("../../dist/luci-screenshots/", import.meta.url));
const TROUBLE = {
  ...OFFICE,
  id: "office",
  hostname: "office.dyn.example.com",
  behind_nat: false,
  last_error: { kind: "refused", detail: "the service refuses the token (401)", request_id: "1b2c3d4e-5f60" },
};

/** Takes one picture after clicking the button with this label, where one is given. */
async function shoot(browser: Browser, url: string, look: Look, name: string, label = ""): Promise<void> {
  const tab = await browser.open(url, look);
  while (!(await tab.evaluate("document.body.dataset.ready === 'true'"))) await pause(50);
  const button = `[...document.querySelectorAll("button")].find((one) => one.textContent === ${JSON.stringify(label)})`;
  if (label) await tab.evaluate(`${button}.click()`);
  await pause(500);
  const path = `${FOLDER}${name}-${look.width}-${look.dark ? "dark" : "light"}.png`;
  writeFileSync(path, await tab.screenshot());
  console.log(`dist/luci-screenshots/${path.slice(FOLDER.length)}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The good day's names and one in trouble. */
function household(): string {
  const { services } = JSON.parse(statusText()) as { services: unknown[] };
  return statusText({ services: [...services, TROUBLE] });
}

async function main(): Promise<void> {
  const browser = await openBrowser();
  const config = configText(TROUBLE.hostname);
  const router = await startRouter({ ...outputs(household()), "/usr/bin/lambda-ddns config": config });
  try {
    for (const width of [1200, 360]) {
      for (const dark of [false, true]) {
        const look = { width, height: width > 600 ? 800 : 740, dark };
        await shoot(browser, router.url, look, "page");
        await shoot(browser, router.url, look, "check", "Check");
        await shoot(browser, router.url, look, "dialog", "Edit");
        await shoot(browser, router.url, look, "add", "Add a service");
      }
    }
  } finally {
    await browser.close();
    await router.close();
  }
}

const missing = missingProgram("chromium");
mkdirSync(FOLDER, { recursive: true });
if (missing === null) await main();
else {
  console.error(`make luci-screenshots: ${missing}`);
  process.exitCode = 1;
}
