// Every option of the configuration, as one table: the parser, the warning about unknown options, the LuCI page and the
// documentation's test read it. A new option is a row here, its use, and a line in the sample configuration and in the docs.

/**
 * `list`: several values, as `list` lines or one `option`. `seconds`: a whole number from `least` up, or 0 where that means
 * never. `default` is what counts where nothing is written, spelled as in the file; "" where there is none.
 */
export type Option =
  | { type: "flag"; default: string }
  | { type: "text"; default: string }
  | { type: "list"; default: string }
  | { type: "choice"; default: string; choices: readonly string[] }
  | { type: "seconds"; default: string; least: number; zeroIsNever?: true };

export type Options = Readonly<Record<string, Option>>;

const TEXT = { type: "text", default: "" } as const;
const LIST = { type: "list", default: "" } as const;
const FLAG = { type: "flag", default: "1" } as const;

/** Of the section `config lambda-ddns 'global'`. */
export const GLOBAL_OPTIONS = {
  enabled: FLAG,
  check_interval: { type: "seconds", default: "600", least: 30 },
  log_level: { type: "choice", default: "info", choices: ["error", "warn", "info", "debug"] },
} as const satisfies Options;

/** Of each section of type `service`. */
export const SERVICE_OPTIONS = {
  enabled: FLAG,
  url: TEXT,
  hostname: LIST,
  secret: TEXT,
  code: TEXT,
  interface: { type: "list", default: "wan" },
  interface6: LIST,
  host_id: TEXT,
  host_interface: { type: "text", default: "lan" },
  family: { type: "choice", default: "ipv4", choices: ["ipv4", "ipv6", "dual"] },
  ip_source: { type: "choice", default: "auto", choices: ["auto", "network", "web"] },
  force_interval: { type: "seconds", default: "259200", least: 60, zeroIsNever: true },
  cacert: TEXT,
  http_client: { type: "choice", default: "auto", choices: ["auto", "uclient-fetch", "curl"] },
} as const satisfies Options;

/** What the options of a table are in TypeScript. */
export type Values<Table extends Options> = { [Name in keyof Table]: Value<Table[Name]> };

type Value<Row extends Option> = Row extends { type: "flag" }
  ? boolean
  : Row extends { type: "list" }
    ? readonly string[]
    : Row extends { type: "seconds" }
      ? number
      : Row extends { choices: readonly (infer Word)[] }
        ? Word
        : string;
