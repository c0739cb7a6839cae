// lambda-ddns-admin: arguments to a command on the right table, its words to stdout, trouble to stderr.
// Exit 2 for wrong usage, 1 for what could not be done.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Route53Client } from "@aws-sdk/client-route-53";
import { nameOf } from "../aws/errors.ts";
import { logGroup } from "../aws/log-group.ts";
import { hideNodeWarning } from "../aws/sdk.ts";
import { isMain } from "../is-main.ts";
import { readIfThere } from "../local/data-dir.ts";
import { readLog } from "../local/log-file.ts";
import { LOCAL_TABLE, openTable } from "../local/table.ts";
import { type Command, readArgs } from "./args.ts";
import { run } from "./commands.ts";
import type { Context } from "./context.ts";
import type { LogPorts, LogSource } from "./logs.ts";
import { USAGE } from "./usage.ts";
import { zoneFinder } from "./zone-lookup.ts";
import { localView, route53View } from "./zone-view.ts";

const URL_TO_FILL_IN = "https://<id>.lambda-url.<region>.on.aws/";

type Env = Readonly<Record<string, string | undefined>>;

/** Runs the program; the result is what it prints and its exit code. */
export async function admin(
  args: readonly string[],
  env: Env,
  terminal: Terminal = { print: () => false, colours: false },
): Promise<{ out: string; err: string; exit: number }> {
  let command: Command | "help";
  try {
    command = readArgs(args);
  } catch (error) {
    return { out: "", err: `lambda-ddns-admin: ${sentence(error)}\nTry --help.\n`, exit: 2 };
  }
  if (command === "help") return { out: USAGE, err: "", exit: 0 };
  try {
    const result = command.options.local
      ? await onFolder(command, env, terminal)
      : await onAws(command, env, terminal);
    return typeof result === "string" ? { out: result, err: "", exit: 0 } : { ...result, err: "" };
  } catch (error) {
    return { out: "", err: `lambda-ddns-admin: ${sentence(error)}\n`, exit: 1 };
  }
}

type Result = ReturnType<typeof run>;

async function onAws(command: Command, env: Env, terminal: Terminal): Result {
  hideNodeWarning();
  const client = new DynamoDBClient({});
  const name = command.options.table ?? (env["ddns_config_table"] || "lambda-ddns");
  const context = {
    table: { client, name },
    zone: zoneFinder(null),
    zoneView: route53View(new Route53Client({})),
    url: command.options.url ?? URL_TO_FILL_IN,
    nowSeconds: Math.floor(Date.now() / 1000),
    log: () => logPorts(logGroup(groupName(command, env)), terminal),
  };
  try {
    return await run(command, context);
  } catch (error) {
    if (nameOf(error) !== "ResourceNotFoundException") throw error;
    throw new Error(
      `There is no table ${name} in this region; name it with --table (a stack's output has it).`,
    );
  } finally {
    client.destroy();
  }
}

async function onFolder(command: Command, env: Env, terminal: Terminal): Result {
  const dataDir = resolve(env["DATA_DIR"] || ".local");
  if (!existsSync(dataDir))
    throw new Error(`There is no ${dataDir}; start \`make server\` once, or set DATA_DIR.`);
  const table = await openTable(dataDir);
  const context: Context = {
    table: { client: table.client, name: LOCAL_TABLE },
    zone: zoneFinder(dataDir),
    zoneView: localView(dataDir),
    url: command.options.url ?? readIfThere(resolve(dataDir, "url"))?.trim() ?? "https://127.0.0.1:8443/",
    cacert: resolve(dataDir, "ca.pem"),
    nowSeconds: Math.floor(Date.now() / 1000),
    log: () => logPorts(readLog(dataDir), terminal),
  };
  return await run(command, context).finally(table.close);
}

/** Where a command prints that does not wait for its end. */
export type Terminal = Pick<LogPorts, "print" | "colours">;

function logPorts(source: LogSource, terminal: Terminal): LogPorts {
  const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
  return { ...terminal, source, now: Date.now, sleep };
}

function groupName({ options }: Command, env: Env): string {
  const name = options["log-group"] ?? env["ddns_log_group"];
  if (name) return name;
  throw new Error(
    "Name the log group with --log-group, or set ddns_log_group: the stack's output LogGroupName.",
  );
}

/** What can be done about an error of the SDK that says nothing of use by itself. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^Region is missing/, "No AWS region is set: export AWS_REGION=…, the one that the stack is in."],
  [
    /Could not load credentials|SSO session .* (expired|invalid)|security token .* (expired|invalid)/,
    "No valid AWS credentials were found: sign in (`aws login`, `aws sso login`), set AWS_PROFILE, or use AWS CloudShell, which has them.",
  ],
  [/^getaddrinfo /, "AWS cannot be reached by that region's name; is AWS_REGION right, and the network up?"],
];

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(error.message));
  if (advice) return advice[1];
  return error.name === "Error" || error.name === "TypeError"
    ? error.message
    : `${error.name}: ${error.message}`;
}

/** The whole process: arguments and environment in, streams and exit code out. */
export async function main(): Promise<void> {
  let isRead = true;
  // Behind `| head` nobody may be reading any more.
  process.stdout.on("error", () => {
    isRead = false;
    process.exitCode = 1;
  });
  const print = (text: string) => {
    process.stdout.write(text);
    return isRead;
  };
  const colours = process.stdout.isTTY && !process.env["NO_COLOR"];
  const { out, err, exit } = await admin(process.argv.slice(2), process.env, { print, colours });
  // Whoever has seen enough of a log has not failed.
  process.exitCode = isRead ? exit : 0;
  process.stdout.write(out);
  process.stderr.write(err);
}

if (isMain(import.meta.url)) await main();
