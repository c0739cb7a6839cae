// The documents as tests read them: blocks, tables and code spans of a section.
import { readFileSync } from "node:fs";

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The documents whose commands are run (aws/README.md needs an account). */
export const DOCUMENTS = [
  "README.md",
  "docs/install.md",
  "docs/configuration.md",
  "docs/several-interfaces.md",
  "docs/messages.md",
  "docs/moving-over.md",
  "CONTRIBUTING.md",
  "src/server/local/README.md",
] as const;

/** A file of the repository as text. */
export const repositoryText = text;

/** What stands below the heading `title`, up to the next heading of its rank. */
export function section(path: string, title: string): string {
  const [, rest] = text(path).split(new RegExp(`^## ${title}\\n`, "m"));
  if (rest === undefined) throw new Error(`${path} has no section "${title}"`);
  return rest.split(/^## /m)[0] ?? "";
}

/** The code spans of a text, without those in fenced blocks. */
export function spans(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The rows of the first table after `heading`, each as its cells. */
export function table(markdown: string, heading: string): string[][] {
  const at = markdown.indexOf(heading);
  if (at < 0) throw new Error(`no table begins with ${heading}`);
  const [rows = ""] = markdown.slice(at).split("\n\n");
  const cells = (row: string): string[] => row.split("|").slice(1, -1);
  return rows
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((row) => cells(row).map((cell) => cell.trim()));
}

/** A command that a reader may type. */
export interface Command {
  /** The file it stands in. */
  where: string;
  /** Without its comment, or its explanation in the block of section "Use". */
  line: string;
  /** What stands behind it as its explanation. */
  remark: string;
  /** In a block, or a code span of the prose. */
  block: boolean;
}

/** The lines of every `sh` block, and of the block of section "Use". */
export function blockCommands(path: string): Command[] {
  const blocks = [...text(path).matchAll(/^```(sh|)\n([\s\S]*?)^```$/gm)];
  return blocks
    .filter(([, kind, body = ""]) => kind === "sh" || body.startsWith("lambda-ddns "))
    .flatMap(([, , body = ""]) => body.split("\n"))
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((whole) => {
      const [line = "", ...remarks] = whole.split(/ {2,}/);
      return { where: path, line, remark: remarks.join(" ").replace(/^# /, ""), block: true };
    });
}

/** Programs by which a code span of several words is known for a command. */
const PROGRAMS = /^(?:make|npm|uci|lambda-ddns|lambda-ddns-admin|service|opkg|apk|scp|logread|nslookup) /;

/** Every command of the documents, in their order, those of the prose behind those of the blocks. */
export function allCommands(): Command[] {
  return DOCUMENTS.flatMap((where) => [
    ...blockCommands(where),
    ...spans(text(where))
      .filter((span) => PROGRAMS.test(span))
      .map((line) => ({ where, line, remark: "", block: false })),
  ]);
}
