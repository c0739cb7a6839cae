// The admin program's command line, read strictly: an option that a command does not have is an error.
import { parseArgs } from "node:util";
import { combinationProblem, type Values } from "./option-combinations.ts";
import {
  anyText,
  assignments,
  domainName,
  mailAddress,
  type Read,
  span,
  stackName,
  webUrl,
  wholeNumber,
  words,
} from "./option-values.ts";

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
  domain: domainName,
  stack: stackName,
  region: anyText,
  email: mailAddress,
  parameter: assignments,
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
  "yes",
  "create-zone",
  "with-table",
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
  deploy: {
    hosts: [0, 0],
    options: ["domain", "zone", "stack", "region", "email", "parameter", "host", "yes", "create-zone"],
  },
  destroy: { hosts: [0, 0], options: ["stack", "region", "yes", "with-table"] },
} as const satisfies Record<string, Syntax>;

export type CommandName = keyof typeof COMMANDS;

/** Commands that work on an account, and not on a table that is there. */
export type AccountCommandName = "deploy" | "destroy";

export function isAccountCommand(name: CommandName): name is AccountCommandName {
  return name === "deploy" || name === "destroy";
}

export interface Command {
  name: CommandName;
  /** The first of `hosts`; empty where there is none. */
  host: string;
  hosts: readonly string[];
  options: Options;
}

/** The command, "help", or throws a sentence about what is wrong with the arguments. */
export function readArgs(args: readonly string[]): Command | "help" {
  const types: [string, { type: "string" | "boolean"; multiple?: boolean }][] = [
    ...Object.keys(TEXTS).map((name): (typeof types)[number] => [
      name,
      { type: "string", multiple: name === "parameter" },
    ]),
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
    // What may be given several times comes as a list.
    return [name, reader ? reader(name, Array.isArray(value) ? value.join("\n") : String(value)) : value];
  });
  return Object.fromEntries(read) as Options;
}

function hostProblem(name: CommandName, hosts: readonly string[]): string | null {
  const [least, most] = COMMANDS[name].hosts;
  if (hosts.length < least || hosts.includes("")) return `${name} needs a host.`;
  if (hosts.length <= most) return null;
  return most === 0 ? `${name} takes no host.` : `${hosts[most]} is one argument too many.`;
}

function optionProblem(name: CommandName, hosts: readonly string[], values: Values): string | null {
  const { options }: Syntax = COMMANDS[name];
  const allowed: readonly string[] = isAccountCommand(name) ? options : [...COMMON, ...options];
  const foreign = Object.keys(values).find((option) => !allowed.includes(option));
  if (foreign !== undefined) return `${name} has no option --${foreign}.`;
  return combinationProblem(name, hosts, values);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
