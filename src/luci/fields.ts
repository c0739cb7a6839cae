// The options that the page shows, as data: a row here is all that a new one needs. Defaults are the client's, which a test holds.

export type Kind = "flag" | "text" | "list" | "choice" | "secret" | "interfaces" | "interface";

export interface Field {
  option: string;
  kind: Kind;
  title: string;
  help: string;
  /** The client's default, shown where nothing is set and never written; "" where there is none. */
  fallback: string;
  /** Of a choice: each value with its meaning. */
  choices?: readonly (readonly [value: string, meaning: string])[];
  /** Shown only while this option has one of these values; hidden, it keeps its own. */
  only?: { option: string; values: readonly string[] };
}

export interface Tab {
  name: string;
  title: string;
  fields: Field[];
}

/** The dialog of a service. A function, since texts are translated when it is called. */
export function serviceTabs(): Tab[] {
  return [
    { name: "name", title: _("Name"), fields: nameFields() },
    { name: "interface", title: _("Interface"), fields: interfaceFields() },
    { name: "advanced", title: _("Advanced"), fields: advancedFields() },
  ];
}

function nameFields(): Field[] {
  return [
    {
      option: "enabled",
      kind: "flag",
      title: _("Enabled"),
      help: "",
      fallback: "1",
    },
    {
      option: "url",
      kind: "text",
      title: _("URL"),
      help: _("The function URL that your operator gave you."),
      fallback: "",
    },
    {
      option: "hostname",
      kind: "list",
      title: _("Host names"),
      help: _("The names to keep up to date, each exactly as the operator wrote it."),
      fallback: "",
    },
    {
      option: "secret",
      kind: "secret",
      title: _("Secret"),
      help: _("Never shown. Leave it empty to keep the one that is set."),
      fallback: "",
    },
    {
      option: "code",
      kind: "secret",
      title: _("Code"),
      help: _("In place of a secret, from your operator: it works once and then becomes the secret."),
      fallback: "",
    },
  ];
}

function interfaceFields(): Field[] {
  return [
    {
      option: "interface",
      kind: "interfaces",
      title: _("Interface"),
      help: _("Whose address is published. IPv6 is found on the same device."),
      fallback: "wan",
    },
    {
      option: "family",
      kind: "choice",
      title: _("Address family"),
      help: "",
      fallback: "ipv4",
      choices: [
        ["ipv4", "IPv4"],
        ["ipv6", "IPv6"],
        ["dual", _("IPv4 and IPv6")],
      ],
    },
    {
      option: "interface6",
      kind: "interface",
      title: _("Interface for IPv6"),
      help: _("Only where IPv6 comes over another interface."),
      fallback: "",
      only: { option: "family", values: ["ipv6", "dual"] },
    },
  ];
}

function advancedFields(): Field[] {
  return [
    {
      option: "ip_source",
      kind: "choice",
      title: _("Source of the address"),
      help: "",
      fallback: "auto",
      choices: [
        ["auto", _("the router where its address is public, else the service")],
        ["network", _("always the router")],
        ["web", _("always the service")],
      ],
    },
    {
      option: "force_interval",
      kind: "text",
      title: _("Send again after"),
      help: _("Seconds after which an unchanged address is sent again; 0 for never."),
      fallback: "259200",
    },
    {
      option: "cacert",
      kind: "text",
      title: _("CA file"),
      help: _("A file of your own with the CA certificates to trust, by its whole path."),
      fallback: "",
    },
    {
      option: "http_client",
      kind: "choice",
      title: _("HTTP client"),
      help: "",
      fallback: "auto",
      choices: [
        ["auto", _("uclient-fetch where it suffices, else curl")],
        ["uclient-fetch", "uclient-fetch"],
        ["curl", "curl"],
      ],
    },
  ];
}

/** The options of the section `global`. */
export function globalFields(): Field[] {
  return [
    {
      option: "enabled",
      kind: "flag",
      title: _("Enabled"),
      help: _("Switched off, no service is kept up to date."),
      fallback: "1",
    },
    {
      option: "check_interval",
      kind: "text",
      title: _("Check every"),
      help: _("Seconds between checks for what causes no event."),
      fallback: "600",
    },
    {
      option: "log_level",
      kind: "choice",
      title: _("Log level"),
      help: "",
      fallback: "info",
      choices: [
        ["error", _("errors")],
        ["warn", _("warnings")],
        ["info", _("changes")],
        ["debug", _("every decision")],
      ],
    },
  ];
}
