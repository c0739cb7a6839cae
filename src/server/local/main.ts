// `make server`: reads the environment, starts the embedded service, says when it is ready, stops when told to.
import { readTarget } from "../change-target.ts";
import { isMain } from "../is-main.ts";
import { DEFAULT_HISTORY_LENGTH } from "../settings.ts";
import { terminalLine } from "../terminal-line.ts";
import { type LocalOptions, startLocalService } from "./local-service.ts";

/** The options in `env`; throws a sentence that names the variable at fault. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): LocalOptions {
  return {
    dataDir: env["DATA_DIR"] || ".local",
    port: portIn(env, "PORT", 8443),
    dnsPort: portIn(env, "DNS_PORT", 8053),
    zone: env["ZONE"] || "dyn.example.com",
    sourceIpHeader: headerIn(env["SOURCE_IP_HEADER"]),
    changeTarget: targetIn(env["CHANGE_TARGET"]),
    historyLength: historyIn(env["HISTORY_LENGTH"]),
  };
}

/** A name that no header can have would make every call a 400. */
function headerIn(name: string | undefined): string | undefined {
  if (!name || /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name;
  throw new Error(`SOURCE_IP_HEADER ${name} is not the name of a header; give one such as x-real-ip.`);
}

function targetIn(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const target = readTarget(text);
  if (typeof target !== "string" && target.kind === "https") return target.url;
  throw new Error(
    `CHANGE_TARGET ${text} is not a target of this service; give an https URL, or http on this machine.`,
  );
}

function historyIn(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_HISTORY_LENGTH;
  if (/^\d+$/.test(text) && Number(text) <= 100) return Number(text);
  throw new Error(
    `HISTORY_LENGTH ${text} is not a number of addresses; give one from 0 (none is kept) to 100.`,
  );
}

function portIn(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${name} ${text} is not a port; give a number from 0 (any free one) to 65535.`);
}

async function main(): Promise<void> {
  const write = (line: string) =>
    process.stderr.write(`${process.stderr.isTTY ? terminalLine(line) : line}\n`);
  const service = await startLocalService({ ...readOptions(process.env), log: write });
  let stopsSinceMs: number | null = null;
  const stop = () => {
    if (stopsSinceMs === null) {
      stopsSinceMs = Date.now();
      void service.close().then(() => process.exit(0));
    } else if (Date.now() - stopsSinceMs > 1000) {
      // Asked again, should closing hang. What comes sooner is one Ctrl-C, handed on by make and tsx.
      process.exit(1);
    }
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  process.stdout.write(`ready ${service.url} dns 127.0.0.1:${service.dnsPort} ca ${service.caPath}\n`);
}

if (isMain(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`lambda-ddns server: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
