// What deploy makes of CloudFormation's events, as AWS documents and prints them: pure steps over lists.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  elapsed,
  follow,
  lastOperation,
  notBegun,
  type StackEvent,
  waitingLine,
} from "../../src/server/admin/deploy/stack-events.ts";
import { adviceOn, isDone, standingOf } from "../../src/server/admin/deploy/stack-status.ts";
import { assertDone } from "../../src/server/admin/deploy/wait.ts";

const STACK = "AWS::CloudFormation::Stack";
const ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1";

function events(...rows: (readonly [seconds: number, resource: string, status: string, reason?: string])[]) {
  return rows.map(
    ([seconds, resource, status, reason = ""], at): StackEvent => ({
      id: `e${at}`,
      resource,
      physicalId: resource === "s" ? ID : resource,
      type: resource === "s" ? STACK : "AWS::IAM::Role",
      status,
      reason,
      timestampMs: 1_000_000 + seconds * 1000,
    }),
  );
}

const CREATE = events(
  [0, "s", "CREATE_IN_PROGRESS", "User Initiated"],
  [2, "Role", "CREATE_IN_PROGRESS"],
  [2, "Table", "CREATE_IN_PROGRESS"],
  [3, "Role", "CREATE_IN_PROGRESS", "Resource creation Initiated"],
  [12, "Table", "CREATE_COMPLETE"],
  [19, "Role", "CREATE_COMPLETE"],
  [67, "Function", "CREATE_IN_PROGRESS"],
  [70, "Function", "CREATE_COMPLETE"],
  [71, "s", "CREATE_COMPLETE"],
);
const ROLLBACK = events(
  [0, "s", "CREATE_IN_PROGRESS", "User Initiated"],
  [1, "Table", "CREATE_IN_PROGRESS"],
  [1, "Role", "CREATE_IN_PROGRESS"],
  [2, "Role", "CREATE_FAILED", "User: arn:… is not authorized to perform: iam:CreateRole"],
  [2, "Table", "CREATE_FAILED", "Resource creation cancelled"],
  [3, "s", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Role, Table]."],
  [4, "Table", "DELETE_COMPLETE"],
  [5, "s", "ROLLBACK_COMPLETE"],
);
const UPDATE = events(
  [0, "s", "UPDATE_IN_PROGRESS", "User Initiated"],
  [5, "Function", "UPDATE_IN_PROGRESS"],
  [9, "Function", "UPDATE_COMPLETE"],
  [10, "s", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"],
  [11, "Old", "DELETE_COMPLETE"],
  [12, "s", "UPDATE_COMPLETE"],
);
const UPDATE_FAILS = events(
  [0, "s", "UPDATE_IN_PROGRESS", "User Initiated"],
  [5, "Function", "UPDATE_FAILED", "Resource handler returned message: &quot;quota&quot;"],
  [6, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Function]."],
  [7, "Function", "UPDATE_COMPLETE"],
  [8, "s", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"],
  [9, "s", "UPDATE_ROLLBACK_COMPLETE"],
);
const DELETE = events(
  [0, "s", "DELETE_IN_PROGRESS", "User Initiated"],
  [1, "Table", "DELETE_SKIPPED"],
  [2, "Role", "DELETE_COMPLETE"],
  [3, "s", "DELETE_COMPLETE"],
);

describe.each([
  [
    "a first deployment",
    CREATE,
    "CREATE_COMPLETE",
    [" 0:12  Table  made", " 0:19  Role  made", " 1:10  Function  made"],
  ],
  [
    "one that is rolled back",
    ROLLBACK,
    "ROLLBACK_COMPLETE",
    [
      " 0:02  Role  FAILED: User: arn:… is not authorized to perform: iam:CreateRole",
      " 0:04  Table  deleted",
    ],
  ],
  ["an update", UPDATE, "UPDATE_COMPLETE", [" 0:09  Function  changed", " 0:11  Old  deleted"]],
  [
    "an update that is rolled back",
    UPDATE_FAILS,
    "UPDATE_ROLLBACK_COMPLETE",
    [
      " 0:05  Function  FAILED: Resource handler returned message: &quot;quota&quot;",
      " 0:07  Function  changed",
    ],
  ],
  ["a deletion", DELETE, "DELETE_COMPLETE", [" 0:01  Table  kept", " 0:02  Role  deleted"]],
])("%s", (_, all, ended, lines) => {
  it("is told a line a resource, with the time since it began", () => {
    const seen = follow(notBegun(ID, null), all);
    expect(seen.lines).toEqual(lines);
    expect(seen.progress).toMatchObject({ ended, waiting: [], lastId: all.at(-1)?.id });
  });

  it("is told the same however it comes in pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }), (cuts) => {
        let progress = notBegun(ID, null);
        const told: string[] = [];
        let piece: StackEvent[] = [];
        const take = () => {
          const step = follow(progress, piece);
          progress = step.progress;
          told.push(...step.lines);
          piece = [];
        };
        for (const [at, event] of all.entries()) {
          piece.push(event);
          if (cuts[at]) take();
        }
        take();
        expect({ told, progress }).toEqual({
          told: lines,
          progress: follow(notBegun(ID, null), all).progress,
        });
      }),
    );
  });

  it("is not over before its last event", () => {
    for (let count = 0; count < all.length; count++)
      expect(follow(notBegun(ID, null), all.slice(0, count)).progress.ended).toBeNull();
  });

  it("is found again by somebody who comes later", () => {
    const history = [...UPDATE_FAILS.map((event) => ({ ...event, id: `old ${event.id}` })), ...all];
    expect(lastOperation(history, ID)).toEqual(all);
  });
});

describe("what ended badly", () => {
  it("is blamed on the first resource that failed by itself, with what to do", () => {
    const { progress } = follow(notBegun(ID, null), ROLLBACK);
    expect(() => assertDone(progress, "s")).toThrow(
      "The stack s ended as ROLLBACK_COMPLETE, since Role (AWS::IAM::Role) failed: User: arn:… is not authorized to " +
        "perform: iam:CreateRole\nYour credentials lack that right: sign in as somebody who may make functions, roles and tables.",
    );
    expect(() => assertDone(follow(notBegun(ID, null), CREATE).progress, "s")).not.toThrow();
  });
  it("says where to look when nothing failed", () => {
    expect(() => assertDone({ ...notBegun(ID, null), ended: "ROLLBACK_COMPLETE" }, "s")).toThrow(
      "The stack s ended as ROLLBACK_COMPLETE; its events in the AWS console say why.",
    );
  });
  it.each([
    [
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
      "leave ReservedConcurrency out",
    ],
    ["lambda-ddns-Role already exists in stack arn:…", "another --stack"],
    ["Your access has been denied by S3 … The specified key does not exist.", "run deploy again"],
    ["Rate exceeded", "run the same command again"],
  ])("%s", (reason, advice) => {
    expect(adviceOn(reason)).toContain(advice);
  });
  it("has no advice where there is none", () => expect(adviceOn("Internal Failure")).toBeNull());
});

it("whoever waits is told for what", () => {
  const waiting = (count: number) => follow(notBegun(ID, null), CREATE.slice(0, count)).progress;
  expect(waitingLine(waiting(1), 1_030_000)).toBe(" 0:30  waiting for CloudFormation");
  expect(waitingLine(waiting(3), 1_030_000)).toBe(" 0:30  waiting for Role, Table");
  const many = { ...waiting(1), waiting: ["A", "B", "C", "D", "E"] };
  expect(waitingLine(many, 1_000_000)).toBe(" 0:00  waiting for A, B, C and 2 more");
  expect(elapsed(3_599_000)).toBe("59:59");
});

// Every status that the API reference of 2010-05-15 lists.
it.each([
  [null, "absent"],
  ["REVIEW_IN_PROGRESS", "absent"],
  ["CREATE_IN_PROGRESS", "busy"],
  ["CREATE_FAILED", "dead"],
  ["CREATE_COMPLETE", "ready"],
  ["ROLLBACK_IN_PROGRESS", "busy"],
  ["ROLLBACK_FAILED", "dead"],
  ["ROLLBACK_COMPLETE", "dead"],
  ["DELETE_IN_PROGRESS", "busy"],
  ["DELETE_FAILED", "dead"],
  ["DELETE_COMPLETE", "absent"],
  ["UPDATE_IN_PROGRESS", "busy"],
  ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"],
  ["UPDATE_COMPLETE", "ready"],
  ["UPDATE_FAILED", "ready"],
  ["UPDATE_ROLLBACK_IN_PROGRESS", "busy"],
  ["UPDATE_ROLLBACK_FAILED", "stuck"],
  ["UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "busy"],
  ["UPDATE_ROLLBACK_COMPLETE", "ready"],
  ["IMPORT_IN_PROGRESS", "busy"],
  ["IMPORT_COMPLETE", "ready"],
  ["IMPORT_ROLLBACK_IN_PROGRESS", "busy"],
  ["IMPORT_ROLLBACK_FAILED", "dead"],
  ["IMPORT_ROLLBACK_COMPLETE", "ready"],
])("a stack in %s is %s", (status, standing) => {
  expect(standingOf(status)).toBe(standing);
  expect(isDone(status ?? "")).toBe(/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(status ?? ""));
});
