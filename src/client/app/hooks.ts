// Tells the user's hooks, scripts in /etc/hotplug.d/lambda-ddns, what happened to a name. Parsed only where there is something to tell.

import { type HookAction, hooksDue, hooksMarked, hooksTold } from "../core/hooks.ts";
import { detectedText } from "../core/plan.ts";
import type { Evaluation } from "./observe.ts";
import type { Run } from "./run.ts";
import { saveState } from "./state-file.ts";

/**
 * Starts the hooks of all that is due in the background. Before that it is noted that nobody knows whether they were told, and
 * after it that they were: where a run is killed in between, the next tells once more what is so then. Throws HostError.
 */
export function callHooks({ host, found, log }: Run): void {
  const due = found.evaluations.filter(({ state, portFailed }) => !portFailed && hooksDue(state).length > 0);
  const words = due.flatMap((evaluation) =>
    hooksDue(evaluation.state).flatMap((action) => event(action, evaluation)),
  );
  const argv = ["sh", `${host.root}/usr/lib/lambda-ddns/hooks.sh`, ...words] as const;
  for (const { service, state } of due) saveState(host, service, hooksMarked(state));
  const { ended, code, stderr } = host.run({ argv, stdin: "", deadlineSeconds: 10, output: "bounded" });
  if (ended !== "exit" || code !== 0) {
    log.say(
      "warn",
      null,
      `the hooks in /etc/hotplug.d/lambda-ddns cannot be started: ${stderr.trim() || `exit status ${code}`}`,
    );
    for (const evaluation of due) evaluation.portFailed = true;
    return;
  }
  for (const evaluation of due) {
    evaluation.state = hooksTold(evaluation.state);
    saveState(host, evaluation.service, evaluation.state);
  }
}

/** The eight words of an event, as hooks.sh takes them. */
function event(action: HookAction, { service, state, detection }: Evaluation): string[] {
  const { id, section, hostname, family, interface: name } = service;
  const isFailed = action === "failed";
  const address = (isFailed ? detectedText(detection) : state.published) ?? "";
  const previous = (isFailed ? state.published : state.hookAddress) ?? "";
  return [action, id, section, hostname, family, address, previous, name];
}
