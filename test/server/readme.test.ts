// aws/README.md against the code: the table of verdicts is whole, and so are the parameters that it names.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GONE_SECONDS, type HealthClass, LATE_SECONDS, STUCK_SECONDS } from "../../src/server/health.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const readme = text("aws/README.md");

/** Names of the first column of the table of verdicts. */
function documented(): string[] {
  const table = readme.slice(readme.indexOf("| verdict |"));
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  return rows.flatMap((row) => (row.split("|")[1] ?? "").trim().split(", "));
}

/** Names that the sources give to outcomes, written out or put together. */
function used(): string[] {
  const sources = ["handle", "http", "service", "decide", "outcome", "publish", "enroll", "stated"]
    .map((name) => text(`src/server/${name}.ts`))
    .join("\n");
  const all = (pattern: RegExp) => [...sources.matchAll(pattern)].map(([, name = ""]) => name);
  const plain = [
    ...all(/verdict: "([a-z-]+)"/g),
    ...all(/refused\(\d+, .*, "([a-z-]+)"\)/g),
    ...all(/record \? "([a-z-]+)"/g),
    ...all(/record \? "[a-z-]+" : "([a-z-]+)"/g),
  ];
  const failures = all(/portFailure\(\w+, "([a-z]+)"\)/g).flatMap((where) => [
    `busy-${where}`,
    `broken-${where}`,
  ]);
  const reasons = /why: ("first".*); next/.exec(sources)?.[1]?.replaceAll(/[" ]/g, "").split("|") ?? [];
  const codes = /type Verdict = ("enrolled".*);/.exec(sources)?.[1]?.replaceAll(/[" ]/g, "").split("|") ?? [];
  const more = [
    ...codes,
    ...all(/enrolled\(\d+, hostname, "([a-z-]+)"\)/g),
    ...all(/\bbusy\("([a-z]+)"/g).map((where) => `busy-${where}`),
    ...all(/broken\("([a-z]+)"/g).map((where) => `broken-${where}`),
  ];
  return [...new Set([...plain, ...failures, ...reasons, ...more])];
}

describe("the states of hosts in aws/README.md", () => {
  const table = readme.slice(readme.indexOf("| state | when |"));
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  it("are the classes that there are, with their times", () => {
    const names = rows.flatMap((row) => (row.split("|")[1] ?? "").trim().split(", "));
    expect(names).toEqual(["ok", "late", "gone", "never", "stuck"] satisfies HealthClass[]);
    expect(rows[1]).toContain(`none for ${LATE_SECONDS / 86_400} days`);
    expect(rows[2]).toContain(`none for ${GONE_SECONDS / 86_400} days`);
    expect(rows[3]).toContain(`not confirmed for ${STUCK_SECONDS / 3600} hours`);
  });
});

describe("aws/README.md", () => {
  it("explains every verdict that the log can show", () => {
    expect(used().length).toBeGreaterThan(25);
    expect(documented()).toEqual(expect.arrayContaining(used()));
  });

  it("names parameters and outputs that the template has", () => {
    const template = text("aws/template.yaml");
    for (const name of [
      "Domain",
      "HostedZoneId",
      "CodeBucket",
      "CodeKey",
      "ReservedConcurrency",
      "AlarmTopicArn",
      "ChangeTarget",
      "HistoryLength",
      "WatchSchedule",
      "ExistingTable",
      "ChangesPerMinute",
      "FunctionUrl",
      "TableName",
      "LogGroupName",
    ]) {
      expect(readme).toContain(name);
      expect(template).toContain(`\n  ${name}:\n`);
    }
  });
});
