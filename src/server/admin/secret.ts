// Shared secrets: made here, or read from a file; never taken from a command line or the environment.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

/** 192 random bits as 32 letters, digits, `-` and `_`, which need no quoting anywhere; no `-` in front, as of an option. */
export function newSecret(): string {
  return randomBytes(24).toString("base64url").replace(/^-/, "_");
}

/** The secret in the first line of a file (`-`: standard input). Refuses what is guessable by its length. */
export function readSecret(path: string): string {
  const text = read(path);
  const [secret = "", second = "", ...more] = text.split(/\r?\n/);
  if (second !== "" || more.some((line) => line !== ""))
    throw new Error(`${path} must hold one line: the secret.`);
  if (/[\0-\x1f\x7f]/.test(secret)) throw new Error(`The secret in ${path} has control characters.`);
  if (secret.trim() !== secret) throw new Error(`The secret in ${path} begins or ends with a space.`);
  if (secret.length < 16) {
    throw new Error(
      `The secret in ${path} has ${secret.length} characters; use at least 16, or let one be made.`,
    );
  }
  return secret;
}

function read(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw new Error(
      `The secret's file ${path} cannot be read: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
