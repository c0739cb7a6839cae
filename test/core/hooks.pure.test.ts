// What the user's hooks are told: a table, and over any history with kills at any point every change at least once, without kills exactly once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hooksDue, hooksMarked, hooksTold } from "../../src/client/core/hooks.ts";
import { restart } from "../../src/client/core/settle.ts";
import type { ServiceState } from "../../src/client/core/types.ts";
import { state } from "./given.ts";

const A = "5.6.7.8";
const B = "5.6.7.9";

describe("hooks are told", () => {
  it.each([
    ["nothing before anything is published", {}, []],
    ["of the first address", { published: A }, ["published"]],
    ["nothing of one that they know", { published: A, hookAddress: A }, []],
    ["of another address", { published: B, hookAddress: A }, ["published"]],
    ["nothing of two failures", { published: A, hookAddress: A, failures: 2 }, []],
    ["of the third failure", { published: A, hookAddress: A, failures: 3 }, ["failed"]],
    ["nothing of the fourth", { published: A, hookAddress: A, failures: 4, hookFailed: true }, []],
    ["of failures before anything is published", { failures: 3 }, ["failed"]],
    ["of recovery", { published: A, hookAddress: A, hookFailed: true }, ["recovered"]],
    [
      "of recovery with another address",
      { published: B, hookAddress: A, hookFailed: true },
      ["published", "recovered"],
    ],
    [
      "nothing while another errand fails",
      { hookAddress: A, published: A, failures: 1, hookFailed: true },
      [],
    ],
  ])("%s", (_, changes, due) => {
    const before = state(changes);
    expect(hooksDue(before)).toEqual(due);
    expect(hooksDue(hooksTold(before))).toEqual([]);
  });
  it("nothing by a changed section alone", () => {
    const before = state({ published: A, hookAddress: A, hookFailed: true });
    expect(hooksDue({ ...restart(before, "s", "f"), published: A, failures: 1 })).toEqual([]);
  });
});

/** What happens to a service in one run, and whether that run is killed before or after its hooks were started. */
interface Happening {
  kind: "published" | "failed";
  address: string;
  kill: "no" | "before" | "after";
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom("published", "published", "failed", "failed", "failed"),
  address: fc.constantFrom(A, B),
  kill: fc.constantFrom("no", "no", "before", "after"),
});

function after(before: ServiceState, { kind, address }: Happening): ServiceState {
  return kind === "failed"
    ? { ...before, failures: before.failures + 1 }
    : { ...before, failures: 0, published: address };
}

/** What the hooks heard in a history; a last run that nobody kills ends it. */
function heard(history: readonly Happening[]): string[] {
  const said: string[] = [];
  let saved = state({});
  for (const one of [...history, { kind: "published", address: A, kill: "no" } as const]) {
    saved = after(saved, one);
    if (one.kill === "before") continue;
    const marked = hooksMarked(saved);
    said.push(...hooksDue(saved).map((action) => (action === "published" ? `${saved.published}` : action)));
    saved = one.kill === "no" ? hooksTold(saved) : marked;
  }
  return said;
}

/** What there was to hear, counted from the history alone. */
function changes(history: readonly Happening[]): string[] {
  const all: string[] = [];
  let [address, failures, isFailing] = ["", 0, false];
  for (const one of [...history, { kind: "published", address: A } as const]) {
    failures = one.kind === "failed" ? failures + 1 : 0;
    if (failures === 0 && one.address !== address) {
      address = one.address;
      all.push(address);
    }
    if (failures === 3) {
      isFailing = true;
      all.push("failed");
    }
    if (failures === 0 && isFailing) {
      isFailing = false;
      all.push("recovered");
    }
  }
  return all;
}

describe("over any history", () => {
  it("each change is told exactly once where no run is killed", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (history) => {
        const calm = history.map((one) => ({ ...one, kill: "no" as const }));
        expect(heard(calm)).toEqual(changes(calm));
      }),
    );
  });
  it("runs that are killed repeat the last thing told, and the last word is the truth", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (history) => {
        const said = heard(history);
        const kills = history.filter(({ kill }) => kill === "after").length;
        expect(said.filter((one) => one === A || one === B).at(-1)).toBe(A);
        const calm = changes(history.filter(({ kill }) => kill !== "before"));
        if (history.every(({ kill }) => kill !== "before"))
          expect(said.length).toBeLessThanOrEqual(calm.length + 2 * kills);
        // The last word about failing is the truth as well.
        const turns = said.filter((one) => one === "failed" || one === "recovered");
        if (turns.length > 0) expect(turns.at(-1)).toBe("recovered");
      }),
    );
  });
});
