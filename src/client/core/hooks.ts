// What the user's hooks have to be told of a service, found by comparing what is with what they were told.
import type { ServiceState } from "./types.ts";

/** ACTION of a hook. */
export type HookAction = "published" | "failed" | "recovered";

/** So many failures in a row are told; fewer are a passing trouble, and every later one is known already. */
const FAILURES = 3;

/** What the hooks do not know yet, in the order in which they are told. */
export function hooksDue({ published, hookAddress, failures, hookFailed }: ServiceState): HookAction[] {
  const due: HookAction[] = [];
  if (published !== null && published !== hookAddress) due.push("published");
  if (failures >= FAILURES && hookFailed !== true) due.push("failed");
  if (failures === 0 && hookFailed !== false) due.push("recovered");
  return due;
}

/** The state to save before the hooks are started: from now on nobody may take what is due for told, or for untold. */
export function hooksMarked(state: ServiceState): ServiceState {
  const due = hooksDue(state);
  const { hookAddress, hookFailed } = state;
  return {
    ...state,
    hookAddress: due.includes("published") ? null : hookAddress,
    hookFailed: due.includes("failed") || due.includes("recovered") ? null : hookFailed,
  };
}

/** The state once the hooks were told of everything that was due in it. */
export function hooksTold(state: ServiceState): ServiceState {
  const { published, hookAddress, failures, hookFailed } = state;
  const fails = failures >= FAILURES ? true : failures === 0 ? false : hookFailed;
  return { ...state, hookAddress: published ?? hookAddress, hookFailed: fails };
}
