// The admin program's command line, read strictly: an option that a command does not have is an error.
import { parseArgs } from "node:util";

export const USAGE = `lambda-ddns-admin: the hosts that routers may update

  add HOST --zone ZONE [--ttl 60] [--secret-file F] [--url URL]
                        makes a host with a new secret; prints the UCI section for the router
  list                  all hosts, with what they point to
  show HOST             one host; never its secret
  rotate HOST [--keep-hours 24] [--secret-file F] [--url URL]
                        a new secret; the old one stays valid for the stated time (0: ends at once)
  remove HOST           forgets a host; its DNS records stay as they are

  --zone ZONE           the hosted zone's id (Z…) or its name, such as dyn.example.com
  --secret-file F       takes the secret from the first line of F (-: standard input)
  --url URL             the function's URL, to stand in the UCI section
  --table NAME          the DynamoDB table; default: $ddns_config_table, else lambda-ddns
  --local               the service of \`make server\` on this machine (DATA_DIR, default .local)

Region and credentials are the AWS SDK's usual ones (AWS_REGION, AWS_PROFILE, …).
`;

const COMMON = ["table", "local"] as const;
/** How many hosts each command takes, at least and at most, and its options. */
const COMMANDS = {
  add: { hosts: [1, 1], options: [...COMMON, "zone", "ttl", "secret-file", "url"] },
  list: { hosts: [0, 0], options: [...COMMON] },
  show: { hosts: [1, 1], options: [...COMMON] },
  rotate: { hosts: [1, 1], options: [...COMMON, "keep-hours", "secret-file", "url"] },
  remove: { hosts: [1, 1], options: [...COMMON] },
} as const;

export type CommandName = keyof typeof COMMANDS;

export interface Command {
  name: CommandName;
  /** The first of `hosts`; empty where there is none. */
  host: string;
  hosts: readonly string[];
  zone: string;
  ttlSeconds: number;
  keepHours: number;
  secretFile: string | null;
  url: string | null;
  table: string | null;
  local: boolean;
}

/** The command, "help", or throws a sentence about what is wrong with the arguments. */
export function readArgs(args: readonly string[]): Command | "help" {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return "help";
  const [name = "", ...hosts] = positionals;
  if (!isCommand(name)) throw new Error(`${name || "(nothing)"} is not a command.`);
  const problem = hostProblem(name, hosts) ?? optionProblem(name, values);
  if (problem !== null) throw new Error(problem);
  return {
    name,
    host: hosts[0] ?? "",
    hosts,
    zone: values.zone ?? "",
    ttlSeconds: wholeNumber("ttl", values.ttl ?? "60", 86_400),
    keepHours: wholeNumber("keep-hours", values["keep-hours"] ?? "24", 8_760),
    secretFile: values["secret-file"] ?? null,
    url: values.url === undefined ? null : webUrl(values.url),
    table: values.table ?? null,
    local: values.local ?? false,
  };
}

function hostProblem(name: CommandName, hosts: readonly string[]): string | null {
  const [least, most] = COMMANDS[name].hosts;
  if (hosts.length < least || hosts.includes("")) return `${name} needs a host.`;
  if (hosts.length <= most) return null;
  return most === 0 ? `${name} takes no host.` : `${hosts[most]} is one argument too many.`;
}

function optionProblem(name: CommandName, values: Readonly<Record<string, unknown>>): string | null {
  const allowed: readonly string[] = COMMANDS[name].options;
  const foreign = Object.keys(values).find((option) => !allowed.includes(option));
  if (foreign !== undefined) return `${name} has no option --${foreign}.`;
  return name === "add" && !values["zone"] ? "add needs --zone, the hosted zone's id or name." : null;
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      zone: { type: "string" },
      ttl: { type: "string" },
      "keep-hours": { type: "string" },
      "secret-file": { type: "string" },
      url: { type: "string" },
      table: { type: "string" },
      local: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function webUrl(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new Error(`--url ${text} is not a URL; give the function's, https://….`);
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new Error(`--${option} ${text} is not a whole number from 0 to ${max}.`);
}
