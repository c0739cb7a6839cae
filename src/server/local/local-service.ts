// The embedded service as a whole: table, zones, DNS and HTTPS around the handler that runs on AWS.
// For trying things out and for one household behind a TLS proxy; not for the open internet.
import { randomUUID } from "node:crypto";
import { hostnameProblem } from "../../shared/hostname.ts";
import type { Limits } from "../decide.ts";
import { serve } from "../service.ts";
import { DEFAULT_HISTORY_LENGTH, DEFAULT_LIMITS } from "../settings.ts";
import { serverCertificate } from "./ca.ts";
import { openDataDir, replaceFile } from "./data-dir.ts";
import { startDns } from "./dns-server.ts";
import { startFront } from "./https-front.ts";
import { logInto } from "./log-file.ts";
import { type NoticeOptions, startNotices } from "./notices.ts";
import { restoreZones } from "./restore.ts";
import { LOCAL_TABLE, type LocalTable, startTable } from "./table.ts";
import { openZones } from "./zones.ts";

export interface LocalOptions extends NoticeOptions {
  dataDir: string;
  /** 0: any free port. */
  port: number;
  /** 0: any port that is free for UDP and TCP. */
  dnsPort: number;
  /** One zone or several, separated by commas. */
  zone: string;
  sourceIpHeader?: string | undefined;
  limits?: Partial<Limits>;
  /** Addresses of each family in a host's history; 0 keeps none. */
  historyLength?: number;
  /** Takes one JSON line a request; default: stderr. */
  log?: (line: string) => void;
}

export interface LocalService {
  url: string;
  port: number;
  dnsPort: number;
  caPath: string;
  /** The table that the service reads: hosts are added to it with addHost (admin/store.ts). */
  table: LocalTable["client"];
  close(): Promise<void>;
}

/** Starts everything, or nothing: what was started before a failure is closed again. */
export async function startLocalService(options: LocalOptions): Promise<LocalService> {
  const names = zoneNames(options.zone);
  const sourceIpHeader = options.sourceIpHeader?.toLowerCase() || null;
  const dataDir = openDataDir(options.dataDir);
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    const table = await startTable(dataDir);
    closers.push(table.close);
    const zones = openZones(dataDir, names);
    await restoreZones({ client: table.client, name: LOCAL_TABLE }, zones);
    const log = logInto(dataDir, options.log ?? ((line) => process.stderr.write(`${line}\n`)));
    const notices = startNotices(table.client, log, options);
    closers.push(notices.close);
    const service = {
      records: notices.records,
      zone: zones,
      now: Date.now,
      newWriteId: randomUUID,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      historyLength: options.historyLength ?? DEFAULT_HISTORY_LENGTH,
      queue: null, // The zones of this machine have room for everybody.
      log,
    };
    const dns = await startDns(options.dnsPort, zones.all).catch(inUse("DNS_PORT", options.dnsPort));
    closers.push(dns.close);
    const { caPath, cert, key } = await serverCertificate(dataDir);
    const front = await startFront({
      port: options.port,
      cert,
      key,
      sourceIpHeader,
      serve: (event, requestId) => serve(service, event, requestId),
    }).catch(inUse("PORT", options.port));
    closers.push(front.close);
    const url = `https://127.0.0.1:${front.port}/`;
    // For the admin program: it prints the one into routers' configurations, and asks the other.
    replaceFile(`${dataDir}/url`, `${url}\n`, 0o600);
    replaceFile(`${dataDir}/dns`, `${dns.port}\n`, 0o600);
    return { url, port: front.port, dnsPort: dns.port, caPath, table: table.client, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The zones named in ZONE, as DNS compares them. */
export function zoneNames(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim().toLowerCase().replace(/\.$/, ""))
    .filter((name) => name !== "");
  if (names.length === 0) throw new Error("ZONE is empty; name a zone such as dyn.example.com.");
  for (const name of names) {
    const problem = hostnameProblem(name);
    if (problem !== null || name.startsWith("*"))
      throw new Error(`ZONE ${name} ${problem ?? "is a wildcard"}.`);
  }
  return names;
}

function inUse(variable: string, port: number) {
  return (error: unknown): never => {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EADDRINUSE") throw new Error(`${variable} ${port} is in use; choose another one.`);
    if (code === "EACCES")
      throw new Error(`${variable} ${port} may not be used by this user; choose one above 1023.`);
    throw error;
  };
}
