// What can be done with a stack, by its status: CloudFormation has some two dozen, and an operator five.

/**
 * `absent`: a deploy makes it. `ready`: a deploy updates it. `busy`: something is under way, to be waited for. `dead`: it can only be
 * deleted. `stuck`: an update could not be rolled back, which needs a person.
 */
export type Standing = "absent" | "ready" | "busy" | "dead" | "stuck";

/** The standing of a stack with this status; null is no stack. */
export function standingOf(status: string | null): Standing {
  // A change set was made for it and never executed: there is nothing yet.
  if (status === null || status === "REVIEW_IN_PROGRESS" || status === "DELETE_COMPLETE") return "absent";
  if (status.endsWith("_IN_PROGRESS")) return "busy";
  if (status === "UPDATE_ROLLBACK_FAILED") return "stuck";
  return READY.includes(status) ? "ready" : "dead";
}

const READY: readonly string[] = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
  "UPDATE_FAILED",
];

/** Whether an operation ended as it was meant to. */
export function isDone(status: string): boolean {
  return ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"].includes(status);
}

/** What can be done about a resource's failure, by AWS's words; null where these say enough. */
export function adviceOn(reason: string): string | null {
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? null;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /not authorized to perform|AccessDenied/i,
    "Your credentials lack that right: sign in as somebody who may make functions, roles and tables.",
  ],
  [
    /decreases account's UnreservedConcurrentExecution/i,
    "The account has too little concurrency to reserve any: leave ReservedConcurrency out, or have its quota raised.",
  ],
  [/ReservedConcurrentExecutions/i, "Leave ReservedConcurrency out, or have the account's quota raised."],
  [/already exists/i, "Something of that name is there already: delete it, or deploy with another --stack."],
  [
    /NoSuchKey|specified key does not exist/i,
    "The zip is gone from the bucket: run deploy again, which uploads it.",
  ],
  [/rate exceeded|throttl/i, "AWS was asked too much at once: run the same command again."],
];
