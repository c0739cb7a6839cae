// The options that the page shows, as data: a row here is all that a new one needs. Defaults and choices are the client's own table.
import { GLOBAL_OPTIONS, type Option, SERVICE_OPTIONS } from "../client/core/options.ts";

export type Kind = "flag" | "text" | "list" | "choice" | "secret" | "interfaces" | "interface";

/** What the page adds to an option of the client's. */
interface Shown<Name> {
  option: Name;
  kind: Kind;
  title: string;
  help: string;
  /** Of a choice: what each value means. */
  meanings?: Readonly<Record<string, string>>;
  /** Shown only while this option has one of these values; hidden, it keeps its own. */
  only?: { option: string; values: readonly string[] };
}

export interface Field extends Shown<string> {
  /** The client's default, shown where nothing is set and never written; "" where there is none. */
  fallback: string;
  /** Of a choice: each value with its meaning. */
  choices: readonly (readonly [value: string, meaning: string])[];
}

export interface Tab {
  name: string;
  title: string;
  fields: Field[];
}

/** The dialog of a service. A function, since texts are translated when it is called. */
export function serviceTabs(): Tab[] {
  return [
    { name: "name", title: _("Name"), fields: complete(SERVICE_OPTIONS, nameFields()) },
    { name: "interface", title: _("Interface"), fields: complete(SERVICE_OPTIONS, interfaceFields()) },
    { name: "advanced", title: _("Advanced"), fields: complete(SERVICE_OPTIONS, advancedFields()) },
  ];
}

function nameFields(): ServiceRow[] {
  return [
    {
      option: "enabled",
      kind: "flag",
      title: _("Enabled"),
      help: "",
    },
    {
      option: "url",
      kind: "text",
      title: _("URL"),
      help: _("The function URL that your operator gave you."),
    },
    {
      option: "hostname",
      kind: "list",
      title: _("Host names"),
      help: _("The names to keep up to date, each exactly as the operator wrote it."),
    },
    {
      option: "secret",
      kind: "secret",
      title: _("Secret"),
      help: _("Never shown. Leave it empty to keep the one that is set."),
    },
    {
      option: "code",
      kind: "secret",
      title: _("Code"),
      help: _("In place of a secret, from your operator: it works once and then becomes the secret."),
    },
  ];
}

function interfaceFields(): ServiceRow[] {
  return [
    {
      option: "interface",
      kind: "interfaces",
      title: _("Interface"),
      help: _("Whose address is published. IPv6 is found on the same device."),
    },
    {
      option: "family",
      kind: "choice",
      title: _("Address family"),
      help: "",
      meanings: {
        ipv4: "IPv4",
        ipv6: "IPv6",
        dual: _("IPv4 and IPv6"),
      },
    },
    {
      option: "interface6",
      kind: "interface",
      title: _("Interface for IPv6"),
      help: _("Only where IPv6 comes over another interface."),
      only: { option: "family", values: ["ipv6", "dual"] },
    },
    {
      option: "host_id",
      kind: "text",
      title: _("Machine behind the router"),
      help: _(
        "The end of its IPv6 address, such as ::1234, or its MAC address; the operator has to allow it.",
      ),
      only: { option: "family", values: ["ipv6", "dual"] },
    },
    {
      option: "host_interface",
      kind: "interface",
      title: _("Interface of the machine"),
      help: "",
      only: { option: "family", values: ["ipv6", "dual"] },
    },
  ];
}

function advancedFields(): ServiceRow[] {
  return [
    {
      option: "ip_source",
      kind: "choice",
      title: _("Source of the address"),
      help: "",
      meanings: {
        auto: _("the router where its address is public, else the service"),
        network: _("always the router"),
        web: _("always the service"),
      },
    },
    {
      option: "force_interval",
      kind: "text",
      title: _("Send again after"),
      help: _("Seconds after which an unchanged address is sent again; 0 for never."),
    },
    {
      option: "cacert",
      kind: "text",
      title: _("CA file"),
      help: _("A file of your own with the CA certificates to trust, by its whole path."),
    },
    {
      option: "http_client",
      kind: "choice",
      title: _("HTTP client"),
      help: "",
      meanings: {
        auto: _("uclient-fetch where it suffices, else curl"),
      },
    },
  ];
}

/** The options of the section `global`. */
export function globalFields(): Field[] {
  return complete(GLOBAL_OPTIONS, [
    {
      option: "enabled",
      kind: "flag",
      title: _("Enabled"),
      help: _("Switched off, no service is kept up to date."),
    },
    {
      option: "check_interval",
      kind: "text",
      title: _("Check every"),
      help: _("Seconds between checks for what causes no event."),
    },
    {
      option: "log_level",
      kind: "choice",
      title: _("Log level"),
      help: "",
      meanings: {
        error: _("errors"),
        warn: _("warnings"),
        info: _("changes"),
        debug: _("every decision"),
      },
    },
  ]);
}

type ServiceRow = Shown<keyof typeof SERVICE_OPTIONS>;

/** The rows with what the client's table of options knows of them. */
function complete<Name extends string>(
  table: Readonly<Record<Name, Option>>,
  rows: readonly Shown<Name>[],
): Field[] {
  return rows.map((row) => {
    const option: Option = table[row.option];
    const values = option.type === "choice" ? option.choices : [];
    const choices = values.map((value) => [value, row.meanings?.[value] ?? value] as const);
    return { ...row, fallback: option.default, choices };
  });
}
