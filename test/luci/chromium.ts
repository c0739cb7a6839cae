// Debian's Chromium, driven by the DevTools protocol over a pipe: no port, no dependency, no browser of npm's.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

export interface Look {
  width: number;
  height: number;
  dark: boolean;
}

export interface Tab {
  /** The value of `expression` in the page, awaited; throws what it throws. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Presses and releases a key: Tab, Enter, Escape, or one character. */
  press(key: string): Promise<void>;
  /** The whole page as a PNG. */
  screenshot(): Promise<Buffer>;
  /** What the page wrote to the console as an error, or threw. */
  errors: string[];
}

export interface Browser {
  open(url: string, look: Look): Promise<Tab>;
  close(): Promise<void>;
}

type Reply = Record<string, unknown>;
type Call = (method: string, params?: Reply) => Promise<Reply>;
type Listener = (method: string, params: Reply, sessionId: string) => void;
type Waiting = Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>;

/** The connection: calls that wait for their replies, and those who listen to events. */
interface Wire {
  send(method: string, params?: Reply, sessionId?: string): Promise<Reply>;
  listeners: Listener[];
}

const FLAGS = [
  "--headless=new",
  "--remote-debugging-pipe",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--hide-scrollbars",
  "--force-color-profile=srgb",
];

/** Starts Chromium without a window; `close` ends it and removes its profile. */
export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "lambda-ddns-chromium-"));
  const program = spawn("chromium", [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => program.once("exit", () => resolve()));
  const wire = connect(program.stdio[3] as Writable, program.stdio[4] as Readable, ended);
  return {
    open: (url, look) => openTab(wire, url, look),
    async close() {
      await wire.send("Browser.close").catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Messages are JSON texts that end in a NUL. */
function connect(input: Writable, output: Readable, ended: Promise<void>): Wire {
  const listeners: Listener[] = [];
  const waiting: Waiting = new Map();
  let text = "";
  let last = 0;
  output.setEncoding("utf8").on("data", (part: string) => {
    const messages = (text + part).split("\0");
    text = messages.pop() ?? "";
    for (const message of messages) receive(JSON.parse(message), waiting, listeners);
  });
  input.on("error", () => {});
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("Chromium ended"));
  });
  const send: Wire["send"] = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      last++;
      waiting.set(last, { resolve, reject });
      input.write(`${JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    });
  return { send, listeners };
}

function receive(message: Reply, waiting: Waiting, listeners: readonly Listener[]): void {
  const id = message["id"];
  if (typeof id !== "number") {
    const { method, params = {}, sessionId = "" } = message;
    for (const listener of listeners) listener(`${method}`, params as Reply, `${sessionId}`);
    return;
  }
  const call = waiting.get(id);
  waiting.delete(id);
  const error = message["error"] as Reply | undefined;
  if (error) call?.reject(new Error(`${error["message"]}`));
  else call?.resolve(message["result"] as Reply);
}

async function openTab({ send, listeners }: Wire, url: string, look: Look): Promise<Tab> {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call: Call = (method, params) => send(method, params, `${sessionId}`);
  const errors: string[] = [];
  const ready = new Promise<void>((resolve) => {
    listeners.push((method, params, session) => {
      if (session !== sessionId) return;
      if (method === "Page.loadEventFired") resolve();
      const wrong = method === "Runtime.consoleAPICalled" && params["type"] === "error";
      if (wrong || method === "Runtime.exceptionThrown") errors.push(JSON.stringify(params));
    });
  });
  for (const domain of ["Page", "Runtime"]) await call(`${domain}.enable`);
  const { width, height, dark } = look;
  await call("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: width < 600,
  });
  const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
  await call("Emulation.setEmulatedMedia", { features });
  await call("Page.navigate", { url });
  await ready;
  return { errors, ...tabActions(call) };
}

const KEYS: Readonly<Record<string, { code: string; number: number; text?: string }>> = {
  Tab: { code: "Tab", number: 9 },
  Enter: { code: "Enter", number: 13, text: "\r" },
  Escape: { code: "Escape", number: 27 },
};

function tabActions(call: Call): Omit<Tab, "errors"> {
  return {
    async evaluate<Value>(expression: string): Promise<Value> {
      const found = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      const thrown = found["exceptionDetails"] as Reply | undefined;
      if (thrown) throw new Error(JSON.stringify(thrown["exception"] ?? thrown));
      return (found["result"] as Reply)["value"] as Value;
    },
    async press(key) {
      const { code, number, text } = KEYS[key] ?? { code: "", number: 0, text: key };
      const event = { key, code, windowsVirtualKeyCode: number, ...(text ? { text } : {}) };
      await call("Input.dispatchKeyEvent", { type: "keyDown", ...event });
      await call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    async screenshot() {
      const metrics = await call("Page.getLayoutMetrics");
      const { width, height } = metrics["cssContentSize"] as { width: number; height: number };
      const clip = { x: 0, y: 0, width, height: Math.min(height, 4000), scale: 1 };
      const { data } = await call("Page.captureScreenshot", { clip, captureBeyondViewport: true });
      return Buffer.from(`${data}`, "base64");
    },
  };
}
