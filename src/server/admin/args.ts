// The admin program's command line, read strictly: an option that a command does not have is an error.
import { parseArgs } from "node:util";
import { anyText, type Read, span, webUrl, wholeNumber, words } from "./option-values.ts";

/** Options with a value, and how it is read. */
const TEXTS = {
  zone: anyText,
  ttl: wholeNumber(86_400),
  owner: words,
  reason: words,
  from: anyText,
  "keep-hours": wholeNumber(8_760),
  days: wholeNumber(365),
  "secret-file": anyText,
  url: webUrl,
  table: anyText,
  request: anyText,
  host: anyText,
  since: span,
  "log-group": anyText,
} as const;

/** Options without one. */
const FLAGS = [
  "local",
  "csv",
  "code",
  "problems",
  "json",
  "fix",
  "dry-run",
  "watched",
  "unwatched",
  "stated",
  "unstated",
  "errors",
  "watch",
  "help",
] as const;

export type Options = { [K in keyof typeof TEXTS]?: ReturnType<(typeof TEXTS)[K]> } & {
  [K in (typeof FLAGS)[number]]?: boolean;
};
type OptionName = keyof Options;

const COMMON = ["table", "local"] as const satisfies OptionName[];
const ANY = Number.POSITIVE_INFINITY;

interface Syntax {
  /** How many hosts it takes, at least and at most. */
  hosts: readonly [number, number];
  options: readonly OptionName[];
}

const COMMANDS = {
  add: {
    hosts: [0, 1],
    options: ["zone", "ttl", "owner", "secret-file", "url", "from", "csv", "code", "days", "stated"],
  },
  list: { hosts: [0, 0], options: ["problems", "json"] },
  show: { hosts: [1, 1], options: ["json"] },
  history: { hosts: [1, 1], options: ["json"] },
  set: { hosts: [1, 1], options: ["ttl", "owner", "unwatched", "watched", "stated", "unstated"] },
  disable: { hosts: [1, 1], options: ["reason"] },
  enable: { hosts: [1, 1], options: [] },
  rotate: { hosts: [1, 1], options: ["keep-hours", "secret-file", "url", "code", "days"] },
  revoke: { hosts: [1, 1], options: ["code"] },
  remove: { hosts: [1, 1], options: [] },
  verify: { hosts: [0, ANY], options: ["fix", "json"] },
  watch: { hosts: [0, 0], options: ["dry-run"] },
  logs: { hosts: [0, 0], options: ["request", "host", "since", "errors", "watch", "json", "log-group"] },
} as const satisfies Record<string, Syntax>;

export type CommandName = keyof typeof COMMANDS;

export interface Command {
  name: CommandName;
  /** The first of `hosts`; empty where there is none. */
  host: string;
  hosts: readonly string[];
  options: Options;
}

/** The command, "help", or throws a sentence about what is wrong with the arguments. */
export function readArgs(args: readonly string[]): Command | "help" {
  const types: [string, { type: "string" | "boolean" }][] = [
    ...Object.keys(TEXTS).map((name): (typeof types)[number] => [name, { type: "string" }]),
    ...FLAGS.map((name): (typeof types)[number] => [name, { type: "boolean" }]),
  ];
  const parsed = parseArgs({
    args: [...args.map((arg) => (arg === "-h" ? "--help" : arg))],
    allowPositionals: true,
    options: Object.fromEntries(types),
  });
  const { positionals } = parsed;
  const values: Values = parsed.values;
  if (values["help"] || args.length === 0) return "help";
  const [name = "", ...hosts] = positionals;
  if (!isCommand(name)) throw new Error(`${name || "(nothing)"} is not a command.`);
  const problem = hostProblem(name, hosts) ?? optionProblem(name, hosts, values);
  if (problem !== null) throw new Error(problem);
  return { name, host: hosts[0] ?? "", hosts, options: readOptions(values) };
}

function readOptions(values: Readonly<Record<string, unknown>>): Options {
  const read = Object.entries(values).map(([name, value]) => {
    const reader: Read<unknown> | undefined = TEXTS[name as keyof typeof TEXTS];
    return [name, reader ? reader(name, String(value)) : value];
  });
  return Object.fromEntries(read) as Options;
}

function hostProblem(name: CommandName, hosts: readonly string[]): string | null {
  const [least, most] = COMMANDS[name].hosts;
  if (hosts.length < least || hosts.includes("")) return `${name} needs a host.`;
  if (hosts.length <= most) return null;
  return most === 0 ? `${name} takes no host.` : `${hosts[most]} is one argument too many.`;
}

type Values = Readonly<Record<string, unknown>>;

function optionProblem(name: CommandName, hosts: readonly string[], values: Values): string | null {
  const allowed: readonly string[] = [...COMMON, ...COMMANDS[name].options];
  const foreign = Object.keys(values).find((option) => !allowed.includes(option));
  if (foreign !== undefined) return `${name} has no option --${foreign}.`;
  const missing = MISSING[name];
  return missing ? missing(hosts, values) : null;
}

/** What a command cannot do without, and what cannot be had together. */
const MISSING: Partial<Record<CommandName, (hosts: readonly string[], values: Values) => string | null>> = {
  add: (hosts, values) =>
    (values["from"] === undefined ? addProblem(hosts, values) : addFromProblem(hosts, values)) ??
    codeProblem(values),
  rotate: (_hosts, values) => codeProblem(values),
  disable: (_hosts, { reason }) => (reason ? null : "disable needs --reason, which the router is told."),
  set: (_hosts, values) => {
    if (values["watched"] && values["unwatched"]) return "--watched and --unwatched exclude each other.";
    if (values["stated"] && values["unstated"]) return "--stated and --unstated exclude each other.";
    const changes = ["ttl", "owner", "watched", "unwatched", "stated", "unstated"].filter(
      (option) => values[option] !== undefined,
    );
    return changes.length > 0
      ? null
      : "set needs something to change: --ttl, --owner, --unwatched, --watched, --stated, --unstated.";
  },
};

/** A secret of the operator's own and one that is derived exclude each other. */
function codeProblem(values: Values): string | null {
  if (values["days"] === "0") return "--days 0 makes a code that nobody can use; give it a day at least.";
  if (!values["code"]) return values["days"] === undefined ? null : "--days is for --code.";
  if (values["secret-file"] !== undefined) return "--code and --secret-file exclude each other.";
  const isLong = Number(values["keep-hours"] ?? 0) > 24;
  return isLong ? "With --code the old secret is kept for at most 24 hours after the code was used." : null;
}

function addProblem(hosts: readonly string[], values: Values): string | null {
  if (hosts.length === 0) return "add needs a host.";
  if (!values["zone"]) return "add needs --zone, the hosted zone's id or name.";
  return values["csv"] ? "--csv is for --from." : null;
}

function addFromProblem(hosts: readonly string[], values: Values): string | null {
  if (hosts.length > 0) return "add takes a host or --from, not both.";
  const single = ["owner", "secret-file"].find((option) => values[option] !== undefined);
  return single === undefined ? null : `--${single} is for one host; with --from each has its own.`;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
