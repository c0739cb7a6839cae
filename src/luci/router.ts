// What the page reads from the router and does to it: programs by rpcd's file object, changes by its uci object.
import { type Banner, type Trouble, troubleBanner, unreadable } from "./banner.ts";
import type { Change } from "./changes.ts";
import { CONFIG, LOG, STATUS } from "./commands.ts";
import { parseConfig, parseStatus, type Section, type Status } from "./status.ts";

const PACKAGE = "lambda-ddns";

const uciAdd = rpc.declare({
  object: "uci",
  method: "add",
  params: ["config", "type", "name", "values"],
  reject: true,
});
const uciSet = rpc.declare({
  object: "uci",
  method: "set",
  params: ["config", "section", "values"],
  reject: true,
});
const uciDelete = rpc.declare({
  object: "uci",
  method: "delete",
  params: ["config", "section", "options"],
  reject: true,
});
const uciCommit = rpc.declare({ object: "uci", method: "commit", params: ["config"], reject: true });
const uciRevert = rpc.declare({ object: "uci", method: "revert", params: ["config"], reject: true });
const dumpInterfaces = rpc.declare({
  object: "network.interface",
  method: "dump",
  expect: { interface: [] },
});

/** Runs one of the page's commands (commands.ts). Rejects where rpcd does not. */
export function run([command, ...args]: readonly [string, ...string[]]): Promise<ExecResult> {
  return fs.exec(command, args);
}

/** The status, or the banner that says why there is none; never rejects. */
export async function readStatus(): Promise<Status | Banner> {
  try {
    const { stdout = "", stderr = "" } = await run(STATUS);
    return parseStatus(stdout) ?? troubleBanner(unreadable(stdout, stderr));
  } catch (error) {
    return troubleBanner(error as Trouble);
  }
}

/** The configuration without its secrets, or null where there is none to edit; never rejects. */
export async function readSections(): Promise<Section[] | null> {
  try {
    return parseConfig((await run(CONFIG)).stdout ?? "");
  } catch {
    return null;
  }
}

/** The names of the router's logical interfaces but loopback's, for the choice; never rejects. */
export async function readInterfaces(): Promise<string[]> {
  try {
    const all: { interface?: unknown }[] = await dumpInterfaces();
    const names = all.map((one) => `${one.interface}`);
    return names.filter((name) => name !== "loopback");
  } catch {
    return [];
  }
}

/** The log, or the sentence that says why it cannot be read; never rejects. */
export async function readLog(): Promise<string> {
  try {
    return (await run(LOG)).stdout ?? "";
  } catch (error) {
    return _("The log cannot be read: %s").format((error as Trouble).message);
  }
}

/**
 * Writes `all` and commits them, which makes procd reload the service. Where one fails nothing is kept. Rejects with rpcd's
 * own words.
 */
export async function write(all: readonly Change[]): Promise<void> {
  try {
    for (const change of all) await writeOne(change);
    await uciCommit(PACKAGE);
  } catch (error) {
    await uciRevert(PACKAGE).catch(() => {});
    throw error;
  }
}

function writeOne(change: Change): Promise<unknown> {
  if (change.kind === "add") return uciAdd(PACKAGE, change.type, change.section, change.values);
  if (change.kind === "set") return uciSet(PACKAGE, change.section, change.values);
  return uciDelete(PACKAGE, change.section, change.kind === "unset" ? change.options : null);
}
