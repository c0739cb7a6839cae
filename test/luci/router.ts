// The router behind the page, played over HTTP: the built scripts, and rpcd, which permits what the package's own access rules permit.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { buildScript } from "../../build/luci/scripts.ts";

const RULES = ["openwrt/luci-app-lambda-ddns/root", "usr/share/rpcd/acl.d/luci-app-lambda-ddns.json"].join(
  "/",
);
const VIEWS = "openwrt/luci-app-lambda-ddns/htdocs/luci-static/resources/view";
const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
export const rulesText = (): string => readFileSync(path(RULES), "utf8");

/** What each command prints; a number is rpcd's refusal. */
export type Outputs = Record<string, string | number>;

export interface Router {
  url: string;
  /** What the page asked of rpcd, in order: `object method {values}`. */
  calls: string[];
  outputs: Outputs;
  close(): Promise<void>;
}

interface Call {
  object: string;
  method: string;
  values: { command?: string; args?: string[]; config?: string };
}

/** A page whose user may look only where `readonly`. */
export async function startRouter(outputs: Outputs, readonly = false): Promise<Router> {
  const files: Readonly<Record<string, string>> = {
    "/stand-in.mjs": path("test/luci/stand-in.mjs"),
    "/form.mjs": path("test/luci/form.mjs"),
    "/stand-in.css": path("test/luci/stand-in.css"),
    "/resources/lambda-ddns/app.js": buildScript("small").file,
    "/resources/view/lambda-ddns/overview.js": path(`${VIEWS}/lambda-ddns/overview.js`),
    "/resources/view/status/include/71_lambda-ddns.js": path(`${VIEWS}/status/include/71_lambda-ddns.js`),
  };
  const router = { calls: [] as string[], outputs };
  const server = createServer(async (request, response) => {
    const name = request.url ?? "/";
    const file = files[name];
    if (name === "/") reply(response, "text/html", pageText(readonly));
    else if (name === "/rpc") reply(response, "application/json", await rpc(request, router, readonly));
    else if (file) reply(response, mime(name), readFileSync(file, "utf8"));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return Object.assign(router, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close });
}

function pageText(readonly: boolean): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">`;
  const body = '<div id="notes"></div><div id="view"></div><div id="overview"></div><div id="modal"></div>';
  const script = '<script type="module" src="/stand-in.mjs"></script>';
  const style = '<link rel="stylesheet" href="/stand-in.css">';
  return `<!DOCTYPE html><html lang="en"><head>${head}${style}<title>LuCI</title></head><body data-readonly="${readonly}">${body}${script}</body></html>`;
}

function mime(name: string): string {
  return name.endsWith(".css") ? "text/css" : "text/javascript";
}

function reply(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
}

async function rpc(request: IncomingMessage, router: Pick<Router, "calls" | "outputs">, readonly: boolean) {
  let body = "";
  for await (const part of request) body += part;
  const call = JSON.parse(body) as Call;
  const line = [call.values.command, ...(call.values.args ?? [])].join(" ");
  router.calls.push(
    call.values.command ? `exec ${line}` : `${call.object} ${call.method} ${JSON.stringify(call.values)}`,
  );
  if (!permitted(call, line, readonly)) return JSON.stringify({ status: 6 });
  if (!call.values.command) return JSON.stringify({ status: 0, data: answer(call) });
  const output = router.outputs[line] ?? "";
  if (typeof output === "number") return JSON.stringify({ status: output });
  return JSON.stringify({ status: 0, data: call.object === "file" ? { code: 0, stdout: output } : output });
}

function answer({ object }: Call): unknown {
  const names = ["loopback", "wan", "wan6", "lan"];
  return object === "network.interface" ? { interface: names.map((name) => ({ interface: name })) } : {};
}

type Rules = Record<string, Record<string, string[] | Record<string, string[]>>>;

/** By the package's rules: the session has the group's `read`, and its `write` unless it is read-only. */
function permitted({ object, method, values }: Call, line: string, readonly: boolean): boolean {
  const rules = (JSON.parse(rulesText()) as Record<string, Rules>)["luci-app-lambda-ddns"];
  const scopes = readonly ? ["read"] : ["read", "write"];
  const has = (scope: string, name: string, what: string): boolean => {
    const granted = rules?.[scope]?.[name.split("\0")[0] ?? ""];
    if (Array.isArray(granted)) return granted.includes(name.split("\0")[1] ?? "");
    return granted?.[name.split("\0")[1] ?? ""]?.includes(what) ?? false;
  };
  if (values.command) {
    const direct = object !== "cgi-io" || has("read", "cgi-io\0exec", "");
    return direct && scopes.some((scope) => has(scope, `file\0${line}`, "exec"));
  }
  const mayCall = scopes.some((scope) => has(scope, `ubus\0${object}`, method));
  return (
    mayCall && (object !== "uci" || scopes.some((scope) => has(scope, `uci\0${values.config}`, "write")))
  );
}
