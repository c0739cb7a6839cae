// uclient-fetch's command line, for the stand-in; refuses what the chosen build does not know, in the recorded words.
import { readFileSync } from "node:fs";

const FLAGS = ["quiet", "continue", "spider", "no-proxy", "no-check-certificate"];
const VALUES = [
  "header",
  "user",
  "password",
  "user-agent",
  "post-data",
  "post-file",
  "timeout",
  "proxy",
  "ca-certificate",
  "ciphers",
  "output",
  "folder",
];
const ONLY_MAIN = ["method", "body-data", "body-file"];
const SHORT = {
  q: "quiet",
  c: "continue",
  s: "spider",
  U: "user-agent",
  T: "timeout",
  Y: "proxy",
  O: "output",
  P: "folder",
};

/** The usage that a build printed when it was recorded. */
function usage(build) {
  const file = build === "2305" ? "2305-mbedtls" : "2410-mbedtls";
  const url = new URL(`../transcripts/uclient-fetch/${file}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(url, "utf8"));
  const { stderr } = cases.find((one) => one.exit === 1);
  return stderr.slice(stderr.indexOf("Usage:")).replace(/\/opt\/\S+\//, "");
}

function known(build) {
  const values = build === "2305" ? VALUES.filter((name) => name !== "header") : VALUES;
  return build === "main" ? [...values, ...ONLY_MAIN] : values;
}

/** One option word as its long name and the value written with it, if any. */
function split(word) {
  if (!word.startsWith("--"))
    return { name: SHORT[word[1]], given: word.length > 2 ? word.slice(2) : undefined };
  const equals = word.indexOf("=");
  return equals < 0
    ? { name: word.slice(2) }
    : { name: word.slice(2, equals), given: word.slice(equals + 1) };
}

/** Takes the option at the head of `words` into `found`; what to print when the build does not know it. */
function takeOption(words, found, build) {
  const word = words.shift();
  if (word === "-4" || word === "-6") {
    found.family = Number(word[1]);
    return null;
  }
  const { name, given } = split(word);
  if (FLAGS.includes(name)) {
    found[name] = true;
    return null;
  }
  if (!known(build).includes(name)) return `uclient-fetch: unrecognized option '${word}'\n${usage(build)}`;
  const value = given ?? words.shift() ?? "";
  if (name === "header") found.header.push(value);
  else found[name] = value;
  return null;
}

/**
 * @param {string[]} args
 * @param {{ build: string, tls: string }} build
 * @returns the request, or what to print on stderr before exiting with 1
 */
export function parseArguments(args, { build, tls }) {
  const found = { header: [], family: 0, timeout: "30" };
  const words = [...args];
  const urls = [];
  while (words.length > 0) {
    const problem = words[0].startsWith("-") ? takeOption(words, found, build) : null;
    if (problem !== null) return problem;
    if (words.length > 0 && !words[0].startsWith("-")) urls.push(words.shift());
  }
  if (urls.length === 0) return usage(build);
  if (tls === "none" && (urls[0].startsWith("https:") || found["ca-certificate"] !== undefined))
    return NO_TLS;
  return { ...found, url: urls[0] };
}

const NO_TLS =
  "uclient-fetch: SSL support not available, please install one of the libustream-.*[ssl|tls] packages as well as the ca-bundle and ca-certificates packages.\n";
