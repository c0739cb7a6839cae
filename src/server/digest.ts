// The watch's one message: what changed class since the last one, grouped by what to do about it.
// Pure. It holds names, addresses, owners and times; nothing of it is secret.
import { printable } from "../shared/text.ts";
import { ago } from "./duration.ts";
import type { HealthClass } from "./health.ts";
import type { Change } from "./told.ts";

export interface Digest {
  /** One line of ASCII, below the 100 characters that SNS takes. */
  subject: string;
  text: string;
}

interface Section {
  word: string;
  title: string;
  advice: string;
}

/** The classes in the order in which they are told, and what to do about each. aws/README.md has them as a table. */
const SECTIONS: Readonly<Record<Exclude<HealthClass, "ok">, Section>> = {
  late: {
    word: "late",
    title: "Late: nothing heard for more than 4 days",
    advice: "Is the router on, and on line? On it, `lambda-ddns status` says what it last tried.",
  },
  gone: {
    word: "gone",
    title: "Gone: nothing heard for more than 30 days",
    advice: "A router that is no longer in use: `lambda-ddns-admin remove HOST`.",
  },
  never: {
    word: "never updated",
    title: "Never updated, though added more than 4 days ago",
    advice: "Is its section in the router? On it, `lambda-ddns check` says what is missing.",
  },
  stuck: {
    word: "stuck",
    title: "Stuck: an update was begun, and not confirmed for hours; DNS may have either address",
    advice: "`lambda-ddns-admin logs --host HOST --errors` says why; the host's next update tries again.",
  },
};

/** What to do about each class that is a problem. */
export const ADVICE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SECTIONS).map(([name, { advice }]) => [name, advice]),
);

/** More names of one class than anybody reads; and SNS takes 256 KB. */
const MOST_LINES = 200;

/** The digest of `changes`, or null where there is nothing to tell. */
export function digestOf(changes: readonly Change[], nowSeconds: number): Digest | null {
  if (changes.length === 0) return null;
  const back = changes.filter(({ health }) => health.class === "ok");
  const groups = Object.entries(SECTIONS).map(([name, section]) => ({
    ...section,
    members: changes.filter(({ health }) => health.class === name),
  }));
  const all = [...groups, { word: "back", title: "Back", advice: "", members: back }].filter(
    ({ members }) => members.length > 0,
  );
  const subject = `lambda-ddns: ${all.map(({ word, members }) => `${members.length} ${word}`).join(", ")}`;
  const texts = all.map(({ title, advice, members }) =>
    [`${title}`, ...linesOf(members, nowSeconds), ...(advice === "" ? [] : [`  ${advice}`])].join("\n"),
  );
  return { subject, text: `${texts.join("\n\n")}\n` };
}

function linesOf(members: readonly Change[], nowSeconds: number): string[] {
  const lines = members.slice(0, MOST_LINES).map((change) => lineOf(change, nowSeconds));
  const rest = members.length - lines.length;
  return rest === 0 ? lines : [...lines, `  and ${rest} more: \`lambda-ddns-admin list --problems\``];
}

function lineOf({ hostname, owner, health, before }: Change, nowSeconds: number): string {
  const { family, address, lastContactSeconds } = health;
  const type = family === null ? "" : family === "ipv4" ? " A" : " AAAA";
  const facts = [
    ...(address === null ? [] : [printable(address, 50)]),
    ...(health.class === "ok" ? [`was ${SECTIONS[before as keyof typeof SECTIONS].word}`] : []),
    ...(lastContactSeconds === null ? [] : [`last contact ${ago(lastContactSeconds, nowSeconds)}`]),
    ...(owner === null ? [] : [`owner ${printable(owner, 100)}`]),
  ];
  return `  ${printable(hostname, 255)}${type}${facts.length === 0 ? "" : `: ${facts.join(", ")}`}`;
}
