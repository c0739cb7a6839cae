// Whether a value may be saved, by the client's own rules: the sentence is the one that `lambda-ddns check` prints.
import { readConfig } from "../client/core/config.ts";

/** A section that the client has nothing to say about; the option in question is put in its place. */
const SOUND: readonly [string, string[]][] = [
  ["url", ["https://example.com/"]],
  ["hostname", ["home.example.com"]],
  ["secret", ["secret"]],
];

/** What is wrong with `values` of a service section's `option`, or null. No values: the option is not set. */
export function serviceProblem(option: string, values: readonly string[]): string | null {
  const sound = new Map(SOUND);
  // Beside a secret a code counts for nothing.
  if (option === "code") sound.delete("secret");
  return problem("service", option, values, sound);
}

/** The same for an option of the section `global`. */
export function globalProblem(option: string, values: readonly string[]): string | null {
  return problem("lambda-ddns", option, values, new Map());
}

function problem(
  type: string,
  option: string,
  values: readonly string[],
  options: Map<string, string[]>,
): string | null {
  if (values.length > 0) options.set(option, [...values]);
  else options.delete(option);
  const { problems } = readConfig([{ type, name: "it", options }]);
  return problems.find((one) => one.option === option)?.message ?? null;
}
