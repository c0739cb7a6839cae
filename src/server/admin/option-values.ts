// How the values of the admin program's options are read: each is taken as it should be, or named in a sentence.
import { hostnameProblem } from "../../shared/hostname.ts";

/** Reads the text of an option, or throws a sentence. */
export type Read<T> = (option: string, text: string) => T;

export const anyText: Read<string> = (_option, text) => text;

export const wholeNumber =
  (max: number): Read<number> =>
  (option, text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= max) return value;
    throw new Error(`--${option} ${text} is not a whole number from 0 to ${max}.`);
  };

/** A text of the operator's own, which ends up on terminals, in mail and in answers. */
export const words: Read<string> = (option, text) => {
  const trimmed = text.trim();
  if (trimmed.length > 200)
    throw new Error(`--${option} has ${trimmed.length} characters; at most 200 are kept.`);
  if (/[\0-\x1f\x7f]/.test(trimmed)) throw new Error(`--${option} has control characters.`);
  return trimmed;
};

export const webUrl: Read<string> = (option, text) => {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new Error(`--${option} ${text} is not a URL; give the function's, https://….`);
};

const SPANS = { m: 60, h: 3600, d: 86_400 } as const;

/** A span such as 90m, 1h or 7d, in seconds. */
export const span: Read<number> = (option, text) => {
  const [, count = "", unit = ""] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count) return Number(count) * SPANS[unit as keyof typeof SPANS];
  throw new Error(`--${option} ${text} is not a span of time such as 90m, 1h or 7d.`);
};

/** A domain as the template wants it: lower case, no final dot. */
export const domainName: Read<string> = (option, text) => {
  const name = text.toLowerCase().replace(/\.$/, "");
  const problem = hostnameProblem(name);
  if (problem === null) return name;
  throw new Error(`--${option} ${text} ${problem}.`);
};

export const stackName: Read<string> = (option, text) => {
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text)) return text;
  throw new Error(`--${option} ${text} is no name for a stack: a letter, then letters, digits and hyphens.`);
};

export const mailAddress: Read<string> = (option, text) => {
  if (/^[^@\s]+@[^@\s]+$/.test(text)) return text;
  throw new Error(`--${option} ${text} is not a mail address.`);
};

/** Lines of NAME=VALUE. */
export const assignments: Read<Readonly<Record<string, string>>> = (option, text) => {
  const pairs = text.split("\n").map((line) => {
    const at = line.indexOf("=");
    if (at > 0) return [line.slice(0, at), line.slice(at + 1)] as const;
    throw new Error(`--${option} ${line} is not NAME=VALUE.`);
  });
  return Object.fromEntries(pairs);
};
