// The script's lazily parsed parts. Parsing is what a run costs, so the script holds what an unchanged run never needs as a
// comment and evaluates it on demand (build/script.ts). In the standalone and in tests everything is parsed already.

/**
 * `program`: what observes and decides. `problems`: what is said of a wrong configuration or answer. `attempt`: what talks to a
 * service. `enroll`: what a code needs besides; `machine`: what an address behind the router does. `hooks`: what
 * starts the user's hooks. `commands`: status, check,
 * address and help.
 */
export type Part = "program" | "problems" | "attempt" | "enroll" | "machine" | "hooks" | "commands";

/** Makes the code of `part` callable, where it is not yet. The parts have one scope: a later one may use what an earlier one declares. */
export function loadPart(part: Part): void {
  (globalThis as { loadPart?: (part: Part) => void }).loadPart?.(part);
}
