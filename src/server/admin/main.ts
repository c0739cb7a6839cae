// lambda-ddns-admin: arguments to a command on the right table, its words to stdout, trouble to stderr.
// Exit 2 for wrong usage, 1 for what could not be done.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { nameOf } from "../aws/errors.ts";
import { isMain } from "../is-main.ts";
import { readIfThere } from "../local/data-dir.ts";
import { readLog } from "../local/log-file.ts";
import { LOCAL_TABLE, openTable } from "../local/table.ts";
import { type Command, isAccountCommand, readArgs } from "./args.ts";
import { awsContext, type Env } from "./aws-context.ts";
import { run } from "./commands.ts";
import type { Context } from "./context.ts";
import type { Clock } from "./deploy/cloud.ts";
import { readDeployment } from "./deploy/deployment-file.ts";
import type { LogPorts, LogSource } from "./logs.ts";
import { USAGE } from "./usage.ts";
import { zoneFinder } from "./zone-lookup.ts";
import { localView } from "./zone-view.ts";

/** Where the program runs. */
export interface World {
  /** Prints at once, for commands that do not wait for their end; false once nobody reads any more. */
  print: LogPorts["print"];
  colours: boolean;
  /** A person's answer, or null where there is nobody. */
  ask: (question: string) => Promise<string | null>;
  /** Where a deployment is remembered; null remembers none. */
  folder: string | null;
  clock: Clock;
}

const NOWHERE: World = {
  print: () => false,
  colours: false,
  ask: async () => null,
  folder: null,
  clock: { now: Date.now, sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)) },
};

/** Runs the program; the result is what it prints and its exit code. */
export async function admin(
  args: readonly string[],
  env: Env,
  parts: Partial<World> = {},
): Promise<{ out: string; err: string; exit: number }> {
  const world = { ...NOWHERE, ...parts };
  let command: Command | "help";
  try {
    command = readArgs(args);
  } catch (error) {
    return { out: "", err: `lambda-ddns-admin: ${sentence(error)}\nTry --help.\n`, exit: 2 };
  }
  if (command === "help") return { out: USAGE, err: "", exit: 0 };
  try {
    const result = await runCommand(command, env, world);
    return typeof result === "string" ? { out: result, err: "", exit: 0 } : { ...result, err: "" };
  } catch (error) {
    return { out: "", err: `lambda-ddns-admin: ${sentence(error)}\n`, exit: 1 };
  }
}

type Result = ReturnType<typeof run>;

async function runCommand({ name, ...rest }: Command, env: Env, world: World): Result {
  if (isAccountCommand(name)) {
    // What only these two need is loaded for them alone.
    const { runDeploy, runDestroy } = await import("./deploy/run.ts");
    const place = { terminal: world, folder: world.folder ?? ".", clock: world.clock };
    return await (name === "deploy" ? runDeploy : runDestroy)(rest.options, place);
  }
  const command = { ...rest, name };
  return rest.options.local ? await onFolder(command, env, world) : await onAws(command, env, world);
}

type TableCommand = Parameters<typeof run>[0];

async function onAws(command: TableCommand, env: Env, world: World): Result {
  const remembered = world.folder === null ? null : readDeployment(world.folder);
  const context = awsContext(command.options, env, remembered, (source) => logPorts(source, world));
  try {
    return await run(command, context);
  } catch (error) {
    if (nameOf(error) !== "ResourceNotFoundException") throw error;
    throw new Error(
      `There is no table ${context.table.name} in this region; name it with --table (a stack's output has it).`,
    );
  } finally {
    context.close();
  }
}

async function onFolder(command: TableCommand, env: Env, world: World): Result {
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
    log: () => logPorts(readLog(dataDir), world),
  };
  return await run(command, context).finally(table.close);
}

function logPorts(source: LogSource, { print, colours, clock }: World): LogPorts {
  return { print, colours, source, ...clock };
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
  const world = { print, colours, ask, folder: process.cwd() };
  const { out, err, exit } = await admin(process.argv.slice(2), process.env, world);
  // Whoever has seen enough of a log has not failed.
  process.exitCode = isRead ? exit : 0;
  process.stdout.write(out);
  process.stderr.write(err);
}

/** Asks at the terminal, where there is one on both sides. */
async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

if (isMain(import.meta.url)) await main();
