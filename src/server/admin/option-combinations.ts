// What a command of the admin program cannot do without, and what cannot be had together.

/** Options as they were given. */
export type Values = Readonly<Record<string, unknown>>;

/** What is wrong with these hosts and options together, as a sentence, or null. */
export function combinationProblem(command: string, hosts: readonly string[], values: Values): string | null {
  return MISSING[command]?.(hosts, values) ?? null;
}

const MISSING: Readonly<Record<string, (hosts: readonly string[], values: Values) => string | null>> = {
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
  return values["csv"] ? "--csv is for --from." : null;
}

function addFromProblem(hosts: readonly string[], values: Values): string | null {
  if (hosts.length > 0) return "add takes a host or --from, not both.";
  const single = ["owner", "secret-file"].find((option) => values[option] !== undefined);
  return single === undefined ? null : `--${single} is for one host; with --from each has its own.`;
}
