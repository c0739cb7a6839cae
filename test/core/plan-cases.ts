// Every combination of what a decision can depend on: what is remembered, what is seen, what woke us, and how the times lie to each other.
import type { Detection } from "../../src/client/core/detection.ts";
import type { ErrorKind, IpSource, Occasion, Trigger } from "../../src/client/core/types.ts";
import { OWN, state as remembered, seeing, service, without } from "./given.ts";
import type { Facts } from "./plan-rules.ts";

const NOW = 1_000_000;
const OTHER = "11.12.13.14";

const NOWHERE = { kind: "none", other: "" } as const;
const BY_TUN0 = { kind: "none", other: "tun0" } as const;
const BOUND = { kind: "bind", device: "eth1", by: "curl" } as const;

const DIMENSIONS = {
  published: [null, OWN, OTHER],
  /** Just now, and so long ago that a refresh is due at this very second. */
  publishedAt: [NOW - 50_000, NOW - 259_200],
  /** Never, in the cooldown, at its last and first moment, in this check's time, long ago. */
  sentAt: [null, NOW - 10, NOW - 30, NOW - 100, NOW - 600],
  inDoubt: [false, true],
  behindNat: [false, true],
  failure: [
    null,
    "offline",
    "unsure",
    "untrusted",
    "busy",
    "broken",
    "refused",
    "local",
  ] as (ErrorKind | null)[],
  /** Over, ends now, within the cooldown, later. */
  notBefore: [NOW - 500, NOW, NOW + 15, NOW + 5000],
  detected: [null, OWN, OTHER],
  detection: [
    seeing(OWN),
    seeing("100.64.7.7"),
    seeing(OWN, { egress: BY_TUN0 }),
    seeing("100.64.7.7", { egress: BOUND }),
    seeing("100.64.7.7", { egress: BY_TUN0 }),
    seeing(OWN, { kind: "tentative" }),
    seeing("169.254.1.1"),
    without("missing", { egress: NOWHERE }),
    without("down"),
    without("no-address", { egress: BOUND }),
    without("unknown"),
    without("unknown", { egress: NOWHERE }),
  ] as Detection[],
  trigger: ["boot", "reload", "ifup", "clock", "timer", "manual"] as Trigger[],
  ipSource: ["auto", "network", "web"] as IpSource[],
  force: [false, true],
  forceSeconds: [259_200, 0],
} as const;

type Name = keyof typeof DIMENSIONS;
type Choice = { -readonly [Each in Name]: (typeof DIMENSIONS)[Each][number] };

/** How many combinations there are. */
export const COMBINATIONS = Object.values(DIMENSIONS).reduce((product, list) => product * list.length, 1);

/** Combination number `index`. Without a failure, its wait is none either: such combinations come several times. */
export function combination(index: number): Facts {
  let rest = index;
  const chosen: Partial<Record<Name, unknown>> = {};
  for (const [name, list] of Object.entries(DIMENSIONS)) {
    chosen[name as Name] = list[rest % list.length];
    rest = Math.floor(rest / list.length);
  }
  return factsOf(chosen as Choice);
}

function factsOf(chosen: Choice): Facts {
  const { published, publishedAt, sentAt, inDoubt, behindNat, failure, notBefore, detected } = chosen;
  const state = remembered({
    published,
    publishedAt: published === null ? 0 : publishedAt,
    sentAt,
    inDoubt,
    behindNat,
    failures: failure ? 1 : 0,
    lastFailure: failure && { kind: failure, detail: "" },
    notBefore: failure ? notBefore : 0,
    detected,
  });
  const { ipSource, forceSeconds } = chosen;
  const { trigger, force, detection } = chosen;
  const occasion: Occasion = { now: NOW, trigger, force, checkSeconds: 600 };
  return { service: service({ ipSource, forceSeconds }), state, detection, occasion };
}
