// `make demo`: a router whose WAN address changes and the DNS answer that follows it, all on this machine; refuses to start
// without curl, and leaves no process and no file behind. `--wasm` takes QuickJS in WASM although a native qjs is here.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../build/needs.ts";
import { findQjs } from "../../build/qjs.ts";
import { addHost } from "../../src/server/admin/store.ts";
import { startLocalService } from "../../src/server/local/local-service.ts";
import { LOCAL_TABLE } from "../../src/server/local/table.ts";
import { localZoneId } from "../../src/server/local/zones.ts";
import { SOURCE_HEADER, startInternet } from "./internet.ts";
import { startReceiver } from "./receiver.ts";
import { makeDemoRouter } from "./router.ts";
import { HOSTNAME, play } from "./story.ts";

const ZONE = "dyn.example.com";
const SECRET = "correct horse battery staple";
const began = performance.now();

function tell(line: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${seconds.padStart(5)} s  ${line}`);
}

/** What is closed and removed at the end, whatever the end is; the last one first. */
const closers: (() => unknown)[] = [];

async function close(): Promise<void> {
  for (const closer of closers.splice(0).reverse()) await closer();
}

function engine(): string | null {
  const found = process.argv.includes("--wasm") ? { missing: "as told by --wasm" } : findQjs();
  if ("path" in found) {
    tell(`Engine: native qjs ${found.version}`);
    return found.path;
  }
  tell(`Engine: QuickJS in WASM (${found.missing})`);
  return null;
}

async function main(): Promise<void> {
  if (findProgram("curl") === null)
    throw new Error("the demo's router fetches by curl: install it (Debian: apt-get install curl)");
  const dataDir = mkdtempSync(join(tmpdir(), "lambda-ddns-demo-service-"));
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const receiver = await startReceiver();
  closers.push(receiver.close);
  const service = await startLocalService({
    dataDir,
    port: 0,
    dnsPort: 0,
    zone: ZONE,
    sourceIpHeader: SOURCE_HEADER,
    changeTarget: receiver.url,
    log: () => {},
  });
  closers.push(service.close);
  const record = { zoneId: localZoneId(ZONE), ttlSeconds: 60, secret: SECRET };
  await addHost({ client: service.table, name: LOCAL_TABLE }, HOSTNAME, record);
  tell(`Service: ${service.url}, its DNS on port ${service.dnsPort}, host ${HOSTNAME}`);
  const internet = await startInternet(service.url, dataDir);
  closers.push(internet.close);
  const router = makeDemoRouter(engine());
  closers.push(router.remove);
  for (const note of router.notes) tell(`Note: ${note}`);
  await play({ service, internet, router, receiver, dataDir, secret: SECRET, tell });
}

// Whoever reads the story may stop (`make demo | head`): it is then played to its end all the same.
process.stdout.on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void close().then(() => process.exit(1));
  });
}

try {
  await main();
  tell("Done: DNS followed the router every time");
} catch (error) {
  process.exitCode = 1;
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await close();
}
