// Law 8: what others may read holds no secret and no token; and law 9, where a line tells of a bug of ours. Hears everything, changes nothing.
import { brake } from "./laws.ts";
import type { World } from "./world.ts";

/** Law 8: what others may read holds no secret and no token. */
export function heard(world: World, where: string, text: string): void {
  const { sections, life } = world;
  const secret = [...sections, ...life.sections].find((one) => text.includes(one.secret));
  if (secret) brake(world, "8", `the secret of ${secret.name} stands in ${where}: ${text}`);
  if (where !== "a file" && /[0-9a-f]{64}/.test(text))
    brake(world, "8", `a token stands in ${where}: ${text}`);
  if (text.includes("internal error")) brake(world, "9", text);
}
